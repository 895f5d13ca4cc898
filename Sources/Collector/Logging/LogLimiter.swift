// SPDX-License-Identifier: Apache-2.0

import Logging

/// Which events are one too many of their kind.
///
/// # How it works
/// Events are of one kind when they say the same of the same object: an exporter, a neighbor, a
/// remote address. The first event of a kind begins a minute; ten are let through in it, the others
/// are counted, and when it is over one line says how many those were. The next event begins
/// another minute, so that no kind is ever silent for longer. How many kinds are told apart is
/// bounded: in a flood of objects those that come last share one minute by message. What is about
/// no object has room of its own, which a flood of objects cannot take.
struct LogLimiter {
    /// Let through in a minute, of each kind.
    static let most = 10
    /// Length of the minute, in seconds.
    static let seconds: Int64 = 60
    /// Kinds told apart, of events about an object and of events about none.
    static let mostKinds = 4096

    struct Kind: Hashable {
        var message: String
        /// "exporter"; nil for the collector as a whole.
        var key: String?
        /// "er1.fra"; nil for the collector as a whole.
        var object: String?

        init(message: String, key: String? = nil, object: String? = nil) {
            self.message = message
            self.key = key
            self.object = object
        }
    }

    /// How many events of one kind were held back in a minute that is over.
    struct Suppressed: Equatable {
        var kind: Kind
        /// The most severe of them.
        var level: Logger.Level
        var count: Int
    }

    private struct Minute {
        var start: Int64
        var count = 0
        var level = Logger.Level.trace
    }

    private var objects: [Kind: Minute] = [:]
    private var wholes: [Kind: Minute] = [:]
    /// When the first minute is over.
    private var nextDue = Int64.max

    /// Whether minutes that have held something back are running.
    private(set) var isHoldingBack = false

    /// Whether an event is to be written, at `now` in seconds of a clock that nobody can set.
    mutating func admits(_ kind: Kind, level: Logger.Level, now: Int64) -> Bool {
        nextDue = min(nextDue, now + Self.seconds)
        let isAdmitted =
            switch kind.object {
            case nil: Self.admits(kind, of: &wholes, level: level, now: now)
            case _ where objects.count >= Self.mostKinds && objects[kind] == nil:
                Self.admits(
                    Kind(message: kind.message, key: "others"),
                    of: &wholes,
                    level: level,
                    now: now
                )
            default: Self.admits(kind, of: &objects, level: level, now: now)
            }
        if !isAdmitted { isHoldingBack = true }
        return isAdmitted
    }

    /// What was held back in the minutes that are over at `now`, in the order of the messages.
    mutating func due(now: Int64) -> [Suppressed] {
        guard now >= nextDue else { return [] }
        let due = Self.takeDue(from: &wholes, now: now) + Self.takeDue(from: &objects, now: now)
        let running = Array(wholes.values) + objects.values
        isHoldingBack = running.contains { $0.count > Self.most }
        nextDue = running.map { $0.start + Self.seconds }.min() ?? .max
        return due.sorted {
            ($0.kind.message, $0.kind.object ?? "") < ($1.kind.message, $1.kind.object ?? "")
        }
    }

    private static func admits(
        _ kind: Kind,
        of minutes: inout [Kind: Minute],
        level: Logger.Level,
        now: Int64
    ) -> Bool {
        var kind = kind
        if minutes.count >= mostKinds, minutes[kind] == nil {
            // Even the messages are too many: they are one kind, errors another.
            kind = Kind(message: level >= .error ? "further errors" : "further events")
        }
        var minute = minutes[kind] ?? Minute(start: now)
        minute.count += 1
        if minute.count > most { minute.level = max(minute.level, level) }
        minutes[kind] = minute
        return minute.count <= most
    }

    private static func takeDue(
        from minutes: inout [Kind: Minute],
        now: Int64
    ) -> [Suppressed] {
        var due: [Suppressed] = []
        minutes = minutes.filter { kind, minute in
            guard now - minute.start >= seconds else { return true }
            if minute.count > most {
                due.append(
                    Suppressed(kind: kind, level: minute.level, count: minute.count - most)
                )
            }
            return false
        }
        return due
    }
}
