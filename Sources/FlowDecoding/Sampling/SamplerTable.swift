// SPDX-License-Identifier: Apache-2.0

import Model

/// The samplers of one observation domain, as its options records announce them.
///
/// # How it works
///
/// A rate is kept under what the options record says it is for: a sampler (selectorId, samplerId),
/// an interface, or, when it names neither, the domain. A data record is resolved from the most
/// particular to the least, and two samplers are never mixed: a record that names no sampler gets
/// a rate only if all samplers of its domain have the same.
struct SamplerTable {
    /// What a rate is announced for.
    enum Key: Hashable {
        case selector(UInt64)
        case interface(UInt32)
        case domain
    }

    private var rates: [Key: SamplingRate] = [:]
    private var order: [Key] = []
    private var interfaces = 0
    /// The rate of every sampler, when it has been looked for since the last change.
    private var commonRate: SamplingRate??
    private var lastSelector: UInt64?
    private var lastRate: SamplingRate?

    /// Samplers and interfaces with a rate of their own, and the domain's.
    var count: Int { order.count }

    /// Whether there are rates for interfaces.
    var isByInterface: Bool { interfaces > 0 }

    /// What is announced, in the order it first was.
    var all: [(key: Key, rate: SamplingRate)] {
        order.compactMap { key in rates[key].map { (key, $0) } }
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
        if rates[key] == rate { return (false, false) }
        lastSelector = nil
        commonRate = nil
        guard let rate else {
            forget(key)
            return (true, false)
        }
        var evicted = false
        if rates[key] == nil, order.count >= limit, let oldest = order.first {
            forget(oldest)
            evicted = true
        }
        if rates.updateValue(rate, forKey: key) == nil {
            order.append(key)
            if case .interface = key { interfaces += 1 }
        }
        return (true, evicted)
    }

    private mutating func forget(_ key: Key) {
        guard rates.removeValue(forKey: key) != nil else { return }
        order.removeAll { $0 == key }
        if case .interface = key { interfaces -= 1 }
    }

    /// The announced rate for a data record; nil when none is known.
    mutating func rate(
        selector: UInt64?,
        ingress: UInt32,
        egress: UInt32,
        observed: ObservationDirection
    ) -> SamplingRate? {
        if let selector {
            if selector == lastSelector { return lastRate }
            if let rate = rates[.selector(selector)] {
                (lastSelector, lastRate) = (selector, rate)
                return rate
            }
        }
        if interfaces > 0 {
            let interface = observed == .egress ? egress : ingress
            if let rate = rates[.interface(interface)] { return rate }
        }
        if let rate = rates[.domain] { return rate }
        return selector == nil ? samplersRate() : nil
    }

    /// The rate of all samplers; nil when there are none or they differ.
    private mutating func samplersRate() -> SamplingRate? {
        if let commonRate { return commonRate }
        var common: SamplingRate?
        var differ = false
        for (key, rate) in rates {
            guard case .selector = key else { continue }
            if let common, common != rate { differ = true }
            common = rate
        }
        commonRate = .some(differ ? nil : common)
        return differ ? nil : common
    }
}
