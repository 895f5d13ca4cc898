// SPDX-License-Identifier: Apache-2.0

import Model

/// The samplers of one observation domain, as its options records announce them.
///
/// # How it works
///
/// A rate is kept under what the options record says it is for: a sampler (selectorId, samplerId),
/// a chain of them (selectionSequenceId), an interface, a line card, a template, some other part of
/// the device, or, when it names none of these, the domain. A data record is resolved from the most
/// particular to the least, and two samplers are never mixed: a record that names no sampler gets
/// a rate only if all samplers of its domain have the same; likewise for the parts of the device
/// that records do not name.
///
/// All are in one sorted array, so that a record costs a few comparisons and no hash; and records
/// that name nothing, in a domain without rates by interface, cost one look-up a Data Set.
struct SamplerTable {
    /// What a rate is announced for.
    enum Key: Hashable {
        /// selectorId or samplerId.
        case selector(UInt64)
        /// A selector that filters: what it selects is all there is to count (RFC 5475, section 6).
        case filter(UInt64)
        /// selectionSequenceId.
        case sequence(UInt64)
        /// The interface where the flow was observed.
        case interface(UInt32)
        /// The interface by which the flow leaves.
        case egressInterface(UInt32)
        case lineCard(UInt64)
        /// Template of the data records.
        case template(UInt16)
        /// A part of the device that data records do not name; see ``SamplerScope``.
        case part(UInt64)
        case domain
    }

    private var entries: [Entry] = []
    /// How many of ``entries`` are of each kind.
    private var counts = KindCounts()
    private var sequences: [Sequence] = []
    private var announced: UInt64 = 0
    /// The rate of every sampler, and of every part, when it was looked for since the last change.
    private var commonSamplers: SamplingRate??
    private var commonParts: SamplingRate??
    private var lastSelector: UInt64?
    private var lastRate: SamplingRate?

    /// Samplers, interfaces and others with a rate of their own, the domain's, and sequences.
    var count: Int { entries.count + sequences.count }

    /// What is announced, in the order it first was.
    var all: [(key: Key, rate: SamplingRate)] {
        entries.sorted { $0.age < $1.age }.map { ($0.key, $0.rate) }
    }

    /// The selection sequences and their selectors, by identifier.
    var allSequences: [(id: UInt64, selectors: [UInt64])] {
        sequences.map { ($0.id, $0.selectors) }
    }

    /// Takes what an options record says of `key`; a nil rate forgets it.
    ///
    /// - Parameters:
    ///   - rate: What is announced.
    ///   - key: What it is announced for.
    ///   - limit: Past it the sampler announced first is forgotten.
    /// - Returns: Whether it is news, and whether another went for it.
    mutating func announce(
        _ rate: SamplingRate?,
        for key: Key,
        limit: Int
    ) -> (isNew: Bool, evicted: Bool) {
        // A selector either samples or filters.
        switch key {
        case .selector(let id) where rate != nil: forget(.filter(id))
        case .filter(let id): forget(.selector(id))
        default: break
        }
        let place = place(of: key)
        let known = place < entries.count && entries[place].isOf(key) ? entries[place].rate : nil
        if known == rate { return (false, false) }
        changed()
        guard let rate else {
            forget(key)
            return (true, false)
        }
        if known != nil {
            entries[place].rate = rate
            return (true, false)
        }
        let evicted = makeRoom(limit)
        announced += 1
        entries.insert(Entry(key, rate, age: announced), at: self.place(of: key))
        counts[key.kind] += 1
        return (true, evicted)
    }

    /// Takes what a Selection Sequence Report Interpretation says (RFC 5476, section 6.5.1).
    ///
    /// - Parameters:
    ///   - id: selectionSequenceId.
    ///   - selectors: The selectors that packets pass one after the other.
    ///   - limit: Past it the sampler announced first is forgotten.
    /// - Returns: Whether it is news, and whether another went for it.
    mutating func announce(
        sequence id: UInt64,
        selectors: [UInt64],
        limit: Int
    ) -> (isNew: Bool, evicted: Bool) {
        let known = place(ofSequence: id)
        if known < sequences.count, sequences[known].id == id {
            guard sequences[known].selectors != selectors else { return (false, false) }
            sequences[known].selectors = selectors
            changed()
            return (true, false)
        }
        let evicted = makeRoom(limit)
        announced += 1
        sequences.insert(
            Sequence(id: id, selectors: selectors, age: announced),
            at: place(ofSequence: id)
        )
        changed()
        return (true, evicted)
    }

    private mutating func changed() {
        lastSelector = nil
        commonSamplers = nil
        commonParts = nil
    }

    private mutating func forget(_ key: Key) {
        let place = place(of: key)
        guard place < entries.count, entries[place].isOf(key) else { return }
        entries.remove(at: place)
        counts[key.kind] -= 1
        changed()
    }

    /// Forgets what was announced first when `limit` is reached; says whether it had to.
    private mutating func makeRoom(_ limit: Int) -> Bool {
        guard count >= limit else { return false }
        let oldest = entries.indices.min { entries[$0].age < entries[$1].age }
        let oldestSequence = sequences.indices.min { sequences[$0].age < sequences[$1].age }
        switch (oldest, oldestSequence) {
        case (let entry?, let sequence?) where sequences[sequence].age < entries[entry].age:
            sequences.remove(at: sequence)
        case (let entry?, _): forget(entries[entry].key)
        case (nil, let sequence?): sequences.remove(at: sequence)
        case (nil, nil): return false
        }
        changed()
        return true
    }
}

/// Looking rates up.
extension SamplerTable {
    /// Finds the announced rate for a data record.
    ///
    /// - Parameters:
    ///   - reference: What the record says of its sampling.
    ///   - ingress: ifIndex the packets came in by; 0 when not said.
    ///   - egress: ifIndex the packets left by; 0 when not said.
    ///   - observed: Where the packets were observed.
    /// - Returns: nil when none is known.
    mutating func rate(
        _ reference: SamplerReference,
        ingress: UInt32,
        egress: UInt32,
        observed: ObservationDirection
    ) -> SamplingRate? {
        if let sequence = reference.sequence, let rate = rate(sequence: sequence) { return rate }
        if let selector = reference.selector {
            if selector == lastSelector { return lastRate }
            if let rate = find(.selector(selector)) {
                (lastSelector, lastRate) = (selector, rate)
                return rate
            }
        }
        if dependsOnInterfaces {
            let interface = observed == .egress ? egress : ingress
            if let rate = find(.interface(interface)) { return rate }
            if observed != .ingress, let rate = find(.egressInterface(egress)) { return rate }
        }
        return rateOfRest(reference)
    }

    /// Whether there are rates for interfaces.
    var dependsOnInterfaces: Bool { counts[.interface] + counts[.egressInterface] > 0 }

    /// The rate for a record whose sampler and interfaces have none.
    private mutating func rateOfRest(_ reference: SamplerReference) -> SamplingRate? {
        if let card = reference.lineCard, let rate = find(.lineCard(card)) { return rate }
        if let rate = find(.template(reference.template)) ?? find(.domain) { return rate }
        if let commonParts {
            if let rate = commonParts { return rate }
        } else {
            let rate = common { $0 == .part || $0 == .lineCard }
            commonParts = .some(rate)
            if let rate { return rate }
        }
        guard reference.selector == nil, reference.sequence == nil else { return nil }
        if let commonSamplers { return commonSamplers }
        let rate = common { $0 == .selector }
        commonSamplers = .some(rate)
        return rate
    }

    /// The rate that all entries of some kinds have; nil when there are none or they differ.
    private func common(_ isWanted: (Kind) -> Bool) -> SamplingRate? {
        var common: SamplingRate?
        for entry in entries where isWanted(entry.kind) {
            if let common, common != entry.rate { return nil }
            common = entry.rate
        }
        return common
    }

    /// The rate of a selection sequence: its own, else the product of its selectors' rates.
    private func rate(sequence id: UInt64) -> SamplingRate? {
        if let rate = find(.sequence(id)) { return rate }
        let place = place(ofSequence: id)
        guard place < sequences.count, sequences[place].id == id else { return nil }
        let sequence = sequences[place]
        var (numerator, denominator): (UInt64, UInt64) = (1, 1)
        var samples = false
        for selector in sequence.selectors where find(.filter(selector)) == nil {
            guard let rate = find(.selector(selector)) else { return nil }
            samples = true
            let (top, over) = numerator.multipliedReportingOverflow(by: UInt64(rate.numerator))
            let (bottom, under) = denominator.multipliedReportingOverflow(
                by: UInt64(rate.denominator)
            )
            guard !over, !under else { return nil }
            (numerator, denominator) = (top, bottom)
        }
        return samples ? SamplingRate(numerator, per: denominator) : nil
    }

    private func find(_ key: Key) -> SamplingRate? {
        guard counts[key.kind] > 0 else { return nil }
        let place = place(of: key)
        return place < entries.count && entries[place].isOf(key) ? entries[place].rate : nil
    }

    /// Where `key` is in ``entries``, or would be.
    private func place(of key: Key) -> Int {
        let (kind, id) = (key.kind.rawValue, key.id)
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            let entry = entries[middle]
            if (entry.kind.rawValue, entry.id) < (kind, id) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    /// Where sequence `id` is in ``sequences``, or would be.
    private func place(ofSequence id: UInt64) -> Int {
        var (low, high) = (0, sequences.count)
        while low < high {
            let middle = (low + high) / 2
            if sequences[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
