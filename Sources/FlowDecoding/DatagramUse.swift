// SPDX-License-Identifier: Apache-2.0

import Model

/// How much was read of a datagram, of what there may be more than a datagram is worth.
struct DatagramUse: Sendable {
    /// What there is a limit for.
    enum Part: UInt8, CaseIterable {
        /// Flows: a record is one, or two with a reverse direction.
        case flows
        case options
        /// Template Records and Options Template Records, withdrawals included.
        case templates

        var subject: StaticString {
            switch self {
            case .flows: "flow records"
            case .options: "options records"
            case .templates: "template records"
            }
        }
    }

    private var counts = InlineArray<3, Int>(repeating: 0)
    private var reported = InlineArray<3, Bool>(repeating: false)

    subscript(part: Part) -> Int {
        get { counts[Int(part.rawValue)] }
        set { counts[Int(part.rawValue)] = newValue }
    }

    /// Begins another part of what came, with the room of a datagram of its own.
    mutating func renew(_ part: Part) {
        self[part] = 0
        askAgain(part)
    }

    /// Makes the next refusal another problem.
    mutating func askAgain(_ part: Part) { reported[Int(part.rawValue)] = false }

    /// Notes that more is not read; returns whether that was not noted before.
    mutating func refuse(_ part: Part) -> Bool {
        defer { reported[Int(part.rawValue)] = true }
        return !reported[Int(part.rawValue)]
    }
}

extension DecodingWork {
    /// How many more records, each `size` of `part`, are read of this datagram; none is a problem,
    /// once.
    mutating func room(for part: DatagramUse.Part, size: Int = 1) -> Int {
        let limit =
            switch part {
            case .flows: limits.recordsPerDatagram
            case .options: limits.optionsPerDatagram
            case .templates: limits.templatesPerDatagram
            }
        let room = (limit - use[part]) / size
        guard room <= 0 else { return room }
        messageRecords = nil
        if use.refuse(part) { report(.limitExceeded, part.subject, at: 0) }
        return 0
    }
}
