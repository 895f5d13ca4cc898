// SPDX-License-Identifier: Apache-2.0

/// The sequence numbers of one exporter's data sources, and what they say was lost.
///
/// # How it works
///
/// Each data source numbers its samples (sFlow version 5, section 5, `flow_sample`). Between two
/// samples of a source
///
///     the next number                      nothing
///     ahead, datagrams lost in between     nothing: those are counted as datagrams
///     ahead, and so is the pool            so many samples are missing
///     behind, or the pool is               the source began anew
///
/// all modulo 2^32. `drops` is the source's own count of samples it had no room for: what it grew
/// by is charged, whatever was lost in between. The first sight of a source charges nothing.
///
/// Agents that number the samples of all sources in one run are found out: a number that is ahead
/// for its source and next for the sub-agent charges nothing, and four of those more than of the
/// other kind make the sub-agent's run the one that is watched.
///
/// Sources lie in sets of four, by a hash of the source and of its sub-agent; in a full set the
/// one used longest ago goes. Sets are doubled as they fill, up to ``maximumSets``.
struct SFlowSources: Sendable {
    /// What was found missing.
    struct Loss: Equatable, Sendable {
        /// Flow samples.
        var samples: Int64 = 0
        /// Samples the agent had no room for.
        var dropped: UInt64 = 0
    }

    private struct Source: Sendable {
        var key: UInt64 = 0
        /// 0 for a free place.
        var lastUsed: UInt32 = 0
        var sequence: UInt32 = 0
        var pool: UInt32 = 0
        var drops: UInt32 = 0
        /// Losses of datagrams that the sub-agent had had.
        var losses: UInt32 = 0

        /// Judges one sample, and goes on from it.
        ///
        /// - Parameters:
        ///   - sighting: What it says.
        ///   - isNew: Whether it is the first.
        ///   - isWhole: Whether no datagram was lost since the last one.
        ///   - agent: The sub-agent it is of.
        ///   - loss: Takes what is missing.
        @inline(__always)
        mutating func take(
            _ sighting: SFlowSighting,
            isNew: Bool,
            isWhole: Bool,
            _ agent: inout SubAgent,
            _ loss: inout Loss
        ) {
            let ahead = Int32(bitPattern: sighting.sequence &- sequence)
            let pooled = Int32(bitPattern: sighting.pool &- pool)
            let dropped = Int32(bitPattern: sighting.drops &- drops)
            sequence = sighting.sequence
            pool = sighting.pool
            drops = sighting.drops
            guard sighting.kind == .flows else { return }
            let inRun = agent.goOn(sighting.sequence)
            // Nearly always: the next one, and nothing dropped.
            if (ahead ^ 1) | (inRun ^ 1) | dropped == 0, pooled >= 0 { return }
            // The first, one that came twice, or one of a source that began anew.
            guard !isNew, ahead > 0, pooled >= 0 else { return }
            if dropped > 0, dropped <= SFlowSources.largestLoss { loss.dropped += UInt64(dropped) }
            if (ahead == 1) != (inRun == 1) { agent.weigh(isOneRun: inRun == 1) }
            guard ahead > 1, isWhole else { return }
            let step = agent.isOneRun ? inRun : inRun == 1 ? 1 : ahead
            if step > 1, step <= SFlowSources.largestLoss { loss.samples += Int64(step) - 1 }
        }
    }

    private struct SubAgent: Sendable {
        let key: UInt64
        /// Number of its newest datagram.
        var datagram: UInt32
        private(set) var losses: UInt32 = 0
        var lastUsed: UInt32 = 0
        /// Number of its latest flow sample, of whichever source; not known after a loss.
        private var sequence: UInt32 = 0
        private var hasSequence = false
        /// How much speaks for one run of numbers.
        private var score = 0

        init(key: UInt64, datagram: UInt32) {
            self.key = key
            self.datagram = datagram
        }

        var isOneRun: Bool { score >= 4 }

        /// Notes that datagrams were lost, or that it began anew.
        mutating func lose() {
            losses &+= 1
            hasSequence = false
        }

        /// Goes on to a flow sample; returns how far that is from the latest, 0 if not known.
        mutating func goOn(_ next: UInt32) -> Int32 {
            let step = hasSequence ? Int32(bitPattern: next &- sequence) : 0
            sequence = next
            hasSequence = true
            return step
        }

        /// Weighs a number that is next either for its source or for the sub-agent.
        mutating func weigh(isOneRun: Bool) {
            score = isOneRun ? min(score + 1, 16) : max(score - 1, -16)
        }
    }

    private static let ways = 4
    private static let maximumSets = 128  // 512 sources, 16 KiB
    private static let maximumSubAgents = 64
    /// What is further ahead is no loss.
    private static let largestLoss: Int32 = 1 << 20

    private var sources: [Source] = []
    private var subAgents: [SubAgent] = []
    private var clock: UInt32 = 0
    /// Where the source is that was looked for last.
    private var last = 0

    /// Judges the samples of a datagram.
    ///
    /// - Parameters:
    ///   - sightings: What they say, in their order.
    ///   - subAgent: A hash of the agent's address and sub-agent.
    ///   - datagram: The datagram's number.
    ///   - isBroken: Whether datagrams before it were lost, or the sub-agent began anew.
    /// - Returns: What is missing; nothing for a datagram from before the newest.
    mutating func take(
        _ sightings: borrowing SFlowSightings,
        of subAgent: UInt64,
        datagram: UInt32,
        isBroken: Bool
    ) -> Loss {
        clock = clock == .max ? 1 : clock + 1
        let index = place(of: subAgent, datagram, isBroken: isBroken)
        guard let index else { return Loss() }
        var agent = subAgents[index]
        agent.datagram = datagram
        agent.lastUsed = clock
        if isBroken { agent.lose() }
        var loss = Loss()
        var next = 0
        while next < sightings.count {
            let first = sightings[next]
            let key = first.key(in: subAgent)
            if last >= sources.count || sources[last].key != key || sources[last].lastUsed == 0 {
                last = place(of: key)
            }
            var source = sources[last]
            var isNew = source.lastUsed == 0
            var isWhole = source.losses == agent.losses
            repeat {
                source.take(sightings[next], isNew: isNew, isWhole: isWhole, &agent, &loss)
                next += 1
                (isNew, isWhole) = (false, true)
            } while next < sightings.count && sightings[next].isOfSource(first)
            source.lastUsed = clock
            source.losses = agent.losses
            sources[last] = source
        }
        subAgents[index] = agent
        return loss
    }

    /// Where a sub-agent is kept; nil for a datagram from before its newest.
    @inline(never)
    private mutating func place(of key: UInt64, _ datagram: UInt32, isBroken: Bool) -> Int? {
        if let index = subAgents.firstIndex(where: { $0.key == key }) {
            let ahead = Int32(bitPattern: datagram &- subAgents[index].datagram)
            return ahead > 0 || isBroken ? index : nil
        }
        let new = SubAgent(key: key, datagram: datagram)
        if subAgents.count >= Self.maximumSubAgents,
            let oldest = subAgents.indices.max(by: { age(subAgents[$0]) < age(subAgents[$1]) })
        {
            subAgents[oldest] = new
            return oldest
        }
        subAgents.append(new)
        return subAgents.count - 1
    }

    private func age(_ subAgent: SubAgent) -> UInt32 { clock &- subAgent.lastUsed }

    /// Where a source is kept, perhaps in the place of another.
    @inline(never)
    private mutating func place(of key: UInt64) -> Int {
        if sources.isEmpty { sources = [Source](repeating: Source(), count: Self.ways) }
        while true {
            let start = set(of: key)
            for index in start..<start + Self.ways
            where sources[index].key == key && sources[index].lastUsed != 0 { return index }
            var best = start
            for index in start + 1..<start + Self.ways
            where age(sources[index]) > age(sources[best]) { best = index }
            if sources[best].lastUsed != 0, sources.count < Self.ways * Self.maximumSets {
                double()
                continue
            }
            sources[best] = Source(key: key)
            return best
        }
    }

    /// How long ago a source was used; a free place longest ago.
    private func age(_ source: Source) -> UInt32 {
        source.lastUsed == 0 ? .max : clock &- source.lastUsed
    }

    private func set(of key: UInt64) -> Int {
        let sets = sources.count / Self.ways  // a power of two
        return Int(truncatingIfNeeded: key >> 40) & (sets - 1) * Self.ways
    }

    /// Makes room; each set's sources go to two.
    private mutating func double() {
        let old = sources
        sources = [Source](repeating: Source(), count: old.count * 2)
        for source in old where source.lastUsed != 0 {
            let start = set(of: source.key)
            for index in start..<start + Self.ways where sources[index].lastUsed == 0 {
                sources[index] = source
                break
            }
        }
    }
}

extension DecodingWork {
    /// Watches the sources of the sFlow datagram that was decoded last, when it is known whether
    /// datagrams before it were lost.
    mutating func watchSources(_ state: inout ExporterState, of subAgent: UInt64, datagram: UInt32)
    {
        guard !sightings.isEmpty else { return }
        let loss = state.sources.take(
            sightings,
            of: subAgent,
            datagram: datagram,
            isBroken: outcome.sequenceLost > 0 || outcome.exporterRestarted
                || outcome.sequenceLeapt
        )
        outcome.samplesLost = loss.samples
        outcome.samplesDropped = loss.dropped
    }
}
