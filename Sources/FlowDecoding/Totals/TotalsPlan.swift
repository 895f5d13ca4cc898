// SPDX-License-Identifier: Apache-2.0

/// How running totals are found in the records of a template, and what tells their flow from
/// others.
struct TotalsPlan: Sendable {
    /// Length in octets of each counter that is a running total; 0 for one that is none.
    struct Counters: Sendable {
        var octets: UInt8 = 0
        var packets: UInt8 = 0

        var isEmpty: Bool { octets == 0 && packets == 0 }
    }

    /// How exact the start of a flow is from record to record.
    enum StartForm: Sendable {
        /// The same in all records of the flow, as sent: a time, or an uptime. (The time that an
        /// uptime stands for goes to and fro by a second, as NetFlow v9 headers tell whole ones.)
        case fixed
        /// Counted back from the end.
        case relative
        /// Counted back from the end or from the message's own time, in 32 bits of microseconds:
        /// of a flow of more than 71.6 minutes it is later than it was.
        case wrapping
        /// Not told: the time the record has is that of its observation.
        case unknown
    }

    let forward: Counters
    /// Of the second direction of a biflow.
    let reverse: Counters
    let start: StartForm
    /// The octets of a record that its flow is recognized by, as sent.
    let key: [RecordProgram.Section]
    /// Where it says why the flow was reported (IE 136); nil when it does not.
    let endReason: RecordProgram.Section?

    /// Finds them; there is no plan when no counter is a running total.
    ///
    /// - Parameters:
    ///   - template: What lies where.
    ///   - forward: How each field is read.
    ///   - reverse: Likewise, for the second direction.
    init?(_ template: Template, _ forward: [FieldReading], _ reverse: [FieldReading]) {
        self.forward = Counters(template, forward)
        self.reverse = Counters(template, reverse)
        guard !self.forward.isEmpty || !self.reverse.isEmpty else { return nil }
        let start = StartForm(forward)
        self.start = start
        let isNamed = forward.contains(.flowID)
        var key: [RecordProgram.Section] = []
        var endReason: RecordProgram.Section?
        var segment = 0
        var end = 0
        for (field, reading) in zip(template.fields, forward) {
            let isVariable = field.length == Template.Field.variableLength
            segment += isVariable ? 1 : 0
            end = isVariable ? 0 : end + Int(field.length)
            let piece = RecordProgram.Section(
                reading: .skip,
                segment: segment,
                end: end,
                width: isVariable ? -1 : Int(field.length)
            )
            if field.id == 136, field.enterprise == 0 { endReason = piece }
            let isKey = isNamed ? reading == .flowID : FlowKeyElements.contains(field)
            let isStart = reading.slot == .start && start == .fixed
            if isKey || isStart { Self.add(piece, to: &key) }
        }
        self.key = key
        self.endReason = endReason
    }

    /// Adds a piece, as one with the last where it follows that at once.
    private static func add(
        _ piece: RecordProgram.Section,
        to key: inout [RecordProgram.Section]
    ) {
        if let last = key.last, piece.width >= 0, last.width >= 0, last.segment == piece.segment,
            last.end == piece.end - piece.width
        {
            key[key.count - 1] = RecordProgram.Section(
                reading: .skip,
                segment: piece.segment,
                end: piece.end,
                width: last.width + piece.width
            )
        } else {
            key.append(piece)
        }
    }

    /// Memory it takes, in octets, beside its own.
    var octets: Int { key.count * MemoryLayout<RecordProgram.Section>.stride }
}

extension TotalsPlan.Counters {
    /// Those that a template's fields, as they are read, give.
    fileprivate init(_ template: Template, _ readings: [FieldReading]) {
        for (field, reading) in zip(template.fields, readings) {
            let octets = UInt8(min(field.length, 8))
            if reading == .totalOctets { self.octets = octets }
            if reading == .totalPackets { packets = octets }
        }
    }
}

extension TotalsPlan.StartForm {
    /// That of a template's fields, as they are read.
    fileprivate init(_ readings: [FieldReading]) {
        if readings.contains(where: { $0.slot == .start }) {
            self = readings.contains(.startDelta) ? .wrapping : .fixed
        } else if readings.contains(.durationMicroseconds) {
            self = .wrapping
        } else {
            self = readings.contains(.durationMilliseconds) ? .relative : .unknown
        }
    }
}
