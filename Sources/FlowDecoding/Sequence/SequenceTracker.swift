// SPDX-License-Identifier: Apache-2.0

import Model

/// The sequence numbers of one exporter, by protocol and by what they are counted for.
///
/// For NetFlow and IPFIX that is a domain and, as RFC 7011 has it, a source port: line cards use
/// one domain from ports of their own. An exporter that goes on counting from another port is
/// counted as one from then on.
struct SequenceTracker: Sendable {
    private(set) var streams: [SequenceStream] = []
    private var last = 0
    private var clock: UInt64 = 0
    private var epoch: UInt32 = 0
    /// Arrival of the message that told of the latest restart.
    private var toldAt: Int64?

    /// Judges a message.
    ///
    /// - Parameters:
    ///   - message: What its header says.
    ///   - source: What its numbers are counted for.
    ///   - limit: How many runs of numbers to remember; past it the one used longest ago goes.
    /// - Returns: What its number says. A restart is told once, whichever of the exporter's runs
    ///   notices it first.
    mutating func take(
        _ message: SequenceHeader,
        of source: Source,
        limit: Int
    ) -> SequenceVerdict {
        clock &+= 1
        guard let index = index(of: source, message) else {
            return begin(message, of: source, limit: limit)
        }
        last = index
        var verdict = streams[index].take(message, at: clock)
        if verdict.hasRestarted {
            verdict.hasRestarted = isNews(index, at: message.arrival)
        }
        return verdict
    }

    /// Whether messages of `source` with one number are one message: its numbers have moved within
    /// the minute before `arrival`.
    func isNumbered(_ source: Source, at arrival: Int64) -> Bool {
        let stream = streams.indices.first { isStream($0, of: source) }
        guard let movedAt = stream.flatMap({ streams[$0].movedAt }) else { return false }
        return (arrival &- movedAt).magnitude <= 60_000_000_000
    }

    /// What sequence numbers are counted for.
    struct Source: Sendable {
        var key: UInt64
        var port: UInt16
        var isShared: Bool
        var countsRecords: Bool

        init(_ context: MessageContext) {
            key = TemplateCache.key(context.flowProtocol, context.domain, 0)
            port = context.port
            isShared = false
            countsRecords = context.flowProtocol != .netflow9
        }

        /// An sFlow sub-agent, told apart by a hash: who seeks two with the same harms itself.
        init(agent: IPAddress?, subAgent: UInt32) {
            let bits = agent?.bits ?? 0
            var hash = UInt64(truncatingIfNeeded: bits >> 64) &* 0x9e37_79b9_7f4a_7c15
            hash = (hash ^ UInt64(truncatingIfNeeded: bits)) &* 0xbf58_476d_1ce4_e5b9
            hash = (hash ^ hash >> 31 ^ UInt64(subAgent)) &* 0x94d0_49bb_1331_11eb
            key = hash | SequenceTracker.agentBit
            (port, isShared, countsRecords) = (0, true, false)
        }
    }

    private func index(of source: Source, _ message: SequenceHeader) -> Int? {
        if last < streams.count, isStream(last, of: source) { return last }
        return streams.indices.first { isStream($0, of: source) }
    }

    private func isStream(_ index: Int, of source: Source) -> Bool {
        streams[index].key == source.key
            && (streams[index].port == source.port || streams[index].isShared)
    }

    /// Takes the first message from a port.
    private mutating func begin(
        _ message: SequenceHeader,
        of source: Source,
        limit: Int
    ) -> SequenceVerdict {
        if let index = streams.indices.first(where: {
            streams[$0].key == source.key && streams[$0].isNext(message.sequence)
        }) {
            last = index
            streams[index].isShared = true
            return streams[index].take(message, at: clock)
        }
        var verdict = SequenceVerdict()
        if let index = streams.indices.first(where: {
            streams[$0].key == source.key && streams[$0].isSucceeded(by: message)
        }) {
            verdict.hasRestarted = isNews(index, at: message.arrival)
            streams.remove(at: index)
        }
        if streams.count >= limit,
            let oldest = streams.indices.min(by: { streams[$0].lastUsed < streams[$1].lastUsed })
        {
            streams.remove(at: oldest)
        }
        last = streams.count
        var stream = SequenceStream(
            key: source.key,
            port: source.port,
            isShared: source.isShared,
            countsRecords: source.countsRecords,
            message
        )
        (stream.epoch, stream.lastUsed) = (epoch, clock)
        streams.append(stream)
        return verdict
    }

    /// Set in the keys of sFlow agents, each of which is a device of its own.
    private static let agentBit: UInt64 = 1 << 63

    /// Whether the restart that a stream has noticed is not known yet: the other streams of a
    /// device notice it too, soon after.
    private mutating func isNews(_ index: Int, at arrival: Int64) -> Bool {
        guard streams[index].key & Self.agentBit == 0 else { return true }
        let isOld = toldAt.map { arrival &- $0 > 600_000_000_000 } ?? true
        let isNews = isOld || streams[index].epoch == epoch
        if isNews {
            epoch &+= 1
            toldAt = arrival
        }
        streams[index].epoch = epoch
        return isNews
    }

    /// Goes on with a stream of an earlier process.
    mutating func restore(_ stream: SequenceStream, limit: Int) {
        guard streams.count < limit,
            !streams.contains(where: { $0.key == stream.key && $0.port == stream.port })
        else { return }
        streams.append(stream)
    }
}
