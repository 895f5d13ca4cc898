// SPDX-License-Identifier: Apache-2.0

import Model

/// What the header of a message says for the watch over its sequence.
struct SequenceHeader: Sendable {
    var sequence: UInt32
    /// Records in the message; nil when they could not be counted.
    var records: Int?
    /// Of these, flow records; nil when they could not be counted.
    var flows: Int?
    /// Time since the exporter booted, in milliseconds modulo 2^32; nil when not said.
    var uptime: UInt32?
    /// In nanoseconds since 1970-01-01 00:00 UTC.
    var arrival: Int64
    /// By the exporter's clock, in nanoseconds since 1970-01-01 00:00 UTC; 0 when not said.
    var exportTime: Int64
}

/// What a message's sequence number says.
struct SequenceVerdict: Equatable, Sendable {
    /// By how much the count of what was lost changes, in the unit of the protocol; negative when
    /// a message that was counted as lost has come after all.
    var lost: Int64 = 0
    /// The same in flow records, estimated where the protocol counts messages.
    var lostRecords: Int64 = 0
    /// The exporter began anew.
    var hasRestarted = false
    /// The numbers go on elsewhere: how much was lost in between cannot be said.
    var isBroken = false
}

/// One run of sequence numbers: those of a domain, an engine or a sub-agent.
///
/// # How it works
///
/// NetFlow v9 and sFlow number their messages. NetFlow v5 and IPFIX number records: the header has
/// how many were sent before the message (RFC 7011, section 3.1), options records among them,
/// templates not. So the number to expect is this one plus the message's own units, modulo 2^32.
///
///     as expected              nothing
///     ahead by a little        so many are lost, and remembered as missing
///     ahead by a lot           more than can be loss: begin anew, charge nothing
///     behind, and missing      late: what was charged for it is given back
///     behind, inside the last  the exporter counts otherwise than its protocol says
///     behind, else             a duplicate; far behind, or many in a row: a restart
///
/// The uptime of the header tells a restart from loss whatever the numbers say, unless these go on
/// without a break: then it is a clock that was set, not a device that booted. A message whose
/// records could not be counted makes the next number unknown: watching begins anew with it.
///
/// Exporters that count in the other unit are found out: when eight messages that are not as
/// expected are exactly as the other unit has it, in steps of more than one size, the unit changes,
/// and what was charged meanwhile is given back. Those whose numbers overlap again and again in
/// no unit we know are charged nothing.
struct SequenceStream: Sendable {
    let key: UInt64
    let port: UInt16
    /// Whether the messages of all ports are counted together.
    var isShared: Bool
    /// The exporter's restarts this has taken part in.
    var epoch: UInt32 = 0
    /// When it was last used, in messages of the exporter.
    var lastUsed: UInt64 = 0

    /// Whether it counts records, not messages.
    private(set) var countsRecords: Bool
    /// The newest message.
    private(set) var last: SequenceHeader
    private var expected: UInt32?
    private var isRestored = false
    private var missing = MissingNumbers()
    private var lateNext: UInt32 = 0
    private var lateRun = 0
    /// Messages in a row that were as expected.
    private var goodRun = 0
    private var recentlyCharged: Int64 = 0
    private var overlaps = 0
    private var rival = RivalUnit()
    private var content = RecordsPerMessage()

    /// Arrival of the message whose number was the latest to differ from the one before; nil while
    /// none has, and when two messages with records have the same.
    private(set) var movedAt: Int64?

    /// Begins with the first message seen.
    init(key: UInt64, port: UInt16, isShared: Bool, countsRecords: Bool, _ first: SequenceHeader) {
        self.key = key
        self.port = port
        self.isShared = isShared
        self.countsRecords = countsRecords
        last = first
        if let flows = first.flows { content.add(flows) }
        begin(first)
    }

    /// Goes on where an earlier process stopped; what was lost in between it does not say.
    init(
        restored last: SequenceHeader,
        key: UInt64,
        port: UInt16,
        isShared: Bool,
        countsRecords: Bool
    ) {
        self.key = key
        self.port = port
        self.isShared = isShared
        self.countsRecords = countsRecords
        self.last = last
        isRestored = true
    }

    private func units(of message: SequenceHeader) -> UInt32? {
        countsRecords ? message.records.map { UInt32(clamping: $0) } : 1
    }

    /// The most that is believed to be lost at once.
    private var largestLoss: Int32 { countsRecords ? 1 << 24 : 1 << 20 }
    /// What is further behind is not late.
    private var window: Int32 { countsRecords ? 1 << 16 : 1 << 10 }

    /// Whether `sequence` is the number that comes next.
    func isNext(_ sequence: UInt32) -> Bool { expected == sequence }

    /// Whether `message`, from another port, is the beginning of this stream after a restart.
    func isSucceeded(by message: SequenceHeader) -> Bool {
        message.sequence < 64 && last.sequence > 4_096
    }

    /// Judges a message, and goes on from it unless it is an old one.
    mutating func take(_ message: SequenceHeader, at clock: UInt64) -> SequenceVerdict {
        lastUsed = clock
        let isOfRecords = countsRecords
        var verdict = judge(message)
        verdict.lostRecords = isOfRecords ? verdict.lost : content.records(of: verdict.lost)
        if let flows = message.flows { content.add(flows) }
        return verdict
    }

    private mutating func judge(_ message: SequenceHeader) -> SequenceVerdict {
        guard let expected else { return resume(message) }
        let ahead = Int32(bitPattern: message.sequence &- expected)
        if ahead == 0 { return goOn(message, isExpected: true) }
        if message.sequence == last.sequence {
            // Of IPFIX, messages without records have the number of the next.
            if let units = units(of: message), units > 0 { movedAt = nil }
            return SequenceVerdict()
        }
        if hasRebooted(message) { return restart(message) }
        if ahead > largestLoss { return leap(message) }
        if ahead > 0 { return goOn(message, isExpected: false, lost: UInt32(ahead)) }
        if let units = units(of: message), let repaid = missing.take(message.sequence, count: units)
        {
            recentlyCharged = max(recentlyCharged - Int64(repaid), 0)
            return SequenceVerdict(lost: -Int64(repaid))
        }
        if Int32(bitPattern: message.sequence &- last.sequence) > 0 {
            overlaps = min(overlaps + 4, 64)
            return goOn(message, isExpected: false)
        }
        return old(message, behind: 0 &- ahead)
    }

    /// Goes on from a message when the number to expect is not known.
    private mutating func resume(_ message: SequenceHeader) -> SequenceVerdict {
        let ahead = Int32(bitPattern: message.sequence &- last.sequence)
        // After hours the numbers of a busy exporter have gone round, and say nothing.
        let isFresh = !isRestored || message.arrival &- last.arrival < 3_600_000_000_000
        if hasRebooted(message) || (isFresh && ahead < 0 &- window) { return restart(message) }
        if ahead < 0, !isRestored { return old(message, behind: 0 &- ahead) }
        begin(message)
        return SequenceVerdict()
    }

    private mutating func begin(_ message: SequenceHeader) {
        expected = units(of: message).map { message.sequence &+ $0 }
        rival.expect(after: message, countsRecords: countsRecords)
        if message.sequence != last.sequence { movedAt = message.arrival }
        last = message
        isRestored = false
        lateRun = 0
    }

    private mutating func restart(_ message: SequenceHeader) -> SequenceVerdict {
        forgetCharges()
        begin(message)
        return SequenceVerdict(hasRestarted: true)
    }

    /// Begins anew after a step ahead that is too large to be loss.
    private mutating func leap(_ message: SequenceHeader) -> SequenceVerdict {
        // A counter in its upper half that begins again at zero looks like a step ahead.
        if message.uptime == nil, message.sequence < 4_096 { return restart(message) }
        forgetCharges()
        begin(message)
        return SequenceVerdict(isBroken: true)
    }

    /// What was charged before stays; nothing of it is given back any more.
    private mutating func forgetCharges() {
        missing.removeAll()
        recentlyCharged = 0
        goodRun = 0
        overlaps = 0
    }

    private mutating func goOn(
        _ message: SequenceHeader,
        isExpected: Bool,
        lost: UInt32 = 0
    ) -> SequenceVerdict {
        var verdict = SequenceVerdict()
        if isExpected {
            goodRun += 1
            overlaps = max(overlaps - 1, 0)
            if goodRun >= 16 { recentlyCharged = 0 }
        } else {
            goodRun = 0
        }
        if lost > 0, overlaps < 16, let expected {
            missing.insert(expected, count: lost)
            verdict.lost = Int64(lost)
            recentlyCharged += Int64(lost)
        }
        let isOtherUnit = rival.isRight(message, expected: isExpected, after: last)
        if isOtherUnit || overlaps >= 16 {
            verdict.lost -= recentlyCharged
            recentlyCharged = 0
            missing.removeAll()
        }
        if isOtherUnit {
            countsRecords.toggle()
            rival = RivalUnit()
            overlaps = 0
        }
        begin(message)
        return verdict
    }

    /// A message from before the newest that nobody missed.
    private mutating func old(_ message: SequenceHeader, behind: Int32) -> SequenceVerdict {
        if behind > window { return restart(message) }
        if message.sequence <= 1, behind > 64 { return restart(message) }
        lateRun = message.sequence == lateNext ? lateRun + 1 : 1
        lateNext = message.sequence &+ (units(of: message) ?? 0)
        // So many in a row, with nothing new between them, are no duplicates.
        return lateRun >= 16 ? restart(message) : SequenceVerdict()
    }

    /// Whether the uptime says that the exporter booted since the newest message.
    ///
    /// It is compared modulo 2^32 with the time that passed by our clock and by the exporter's:
    /// one of them may have been set, and a wrap of the uptime, every 49.7 days, is none.
    private func hasRebooted(_ message: SequenceHeader) -> Bool {
        guard let uptime = message.uptime, let lastUptime = last.uptime else { return false }
        let passed = Int32(bitPattern: uptime &- lastUptime)
        func disagrees(_ time: Int64, _ lastTime: Int64) -> Bool {
            let elapsed = (time &- lastTime) / 1_000_000
            let drift = Int32(truncatingIfNeeded: Int64(passed) &- elapsed)
            return Int64(drift).magnitude > 60_000 + elapsed.magnitude / 1_024
        }
        guard disagrees(message.arrival, last.arrival) else {
            // Back by less than a minute, yet more than a message can be late.
            return passed < -10_000 && message.arrival &- last.arrival < 3_600_000_000_000
        }
        guard message.exportTime != 0, last.exportTime != 0 else { return true }
        return disagrees(message.exportTime, last.exportTime)
    }
}
