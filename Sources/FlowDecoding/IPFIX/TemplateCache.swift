// SPDX-License-Identifier: Apache-2.0

import Model

/// The templates of one exporter.
///
/// # How it works
///
/// A template is found by protocol, observation domain and identifier. RFC 7011 would add the
/// transport session, which for UDP means the source port; but exporters send templates from one
/// port and data from another, and others run line cards on ports of their own that use one
/// identifier for different layouts. So the port is a tie-break: each port that defined the
/// identifier keeps what it defined, its data are read by that, and data from any other port by
/// the latest definition.
///
/// The cache is bounded, in templates and in octets: past its limits the templates that were used
/// longest ago go, an eighth of them at once, so that a flood of them costs little.
///
/// A template restored from an earlier process is *cached*: used until the exporter sends it again
/// or another in its place. When the exporter has restarted since, it may mean something else by
/// the identifier now, so what it does not confirm within half an hour goes.
struct TemplateCache {
    /// One definition of an identifier.
    struct Definition {
        var port: UInt16
        var plan: TemplatePlan
        /// Of an earlier process, and not confirmed since.
        var isCached = false
    }

    fileprivate struct Slot {
        /// The latest definition last.
        var definitions: [Definition]
        var lastUsed: UInt64
    }

    private var slots: [UInt64: Slot] = [:]
    private var clock: UInt64 = 0
    /// Definitions, those of several ports apart.
    private(set) var count = 0
    private(set) var cachedCount = 0
    /// Memory of the templates, in octets.
    private(set) var octets = 0
    /// Until when cached templates hold, in nanoseconds of arrival time.
    private var cachedUntil = Int64.max
    /// How many were forgotten because they were not confirmed.
    private(set) var expired = 0

    /// How long a cached template is used after its exporter's restart, in nanoseconds.
    static let confirmationTime: Int64 = 30 * 60 * 1_000_000_000

    static func key(_ flowProtocol: FlowProtocol, _ domain: UInt32, _ id: UInt16) -> UInt64 {
        UInt64(flowProtocol.rawValue) << 48 | UInt64(domain) << 16 | UInt64(id)
    }

    /// The definition that data from `port` follow; nil when none is known.
    mutating func definition(_ key: UInt64, port: UInt16, at arrival: Int64) -> Definition? {
        clock &+= 1
        guard let index = slots.index(forKey: key) else { return nil }
        slots.values[index].lastUsed = clock
        guard let found = slots.values[index].definition(for: port) else { return nil }
        guard found.isCached, arrival > cachedUntil else { return found }
        dropCached()
        return slots[key]?.definition(for: port)
    }

    /// Learns a template: from now on data from `port` follow it.
    ///
    /// - Parameters:
    ///   - template: What was defined.
    ///   - key: See ``key(_:_:_:)``.
    ///   - port: Where it came from.
    ///   - limits: How many there may be.
    ///   - octets: How much memory they may take.
    /// - Returns: Whether something else was known of it, and how many templates went for it.
    mutating func learn(
        _ template: Template,
        key: UInt64,
        port: UInt16,
        limits: DecodingLimits,
        octets: Int
    ) -> (isNew: Bool, evicted: Int) {
        clock &+= 1
        var slot = slots[key] ?? Slot(definitions: [], lastUsed: clock)
        slot.lastUsed = clock
        // What was defined before, on whatever port, is not compiled again.
        let known = slot.definitions.first { $0.plan.template == template }
        slot.definitions.removeAll { $0.port == port }
        for index in slot.definitions.indices
        where slot.definitions[index].plan.template == template {
            slot.definitions[index].isCached = false
        }
        slot.definitions.append(
            Definition(port: port, plan: known?.plan ?? TemplatePlan(template))
        )
        if slot.definitions.count > limits.portsPerTemplate { slot.definitions.removeFirst() }
        put(slot, for: key)
        return (known == nil, evict(limits.templates, octets, keeping: key))
    }

    /// Puts a template of an earlier process where the exporter has sent none yet.
    ///
    /// Templates come in the order of ``all``.
    mutating func restore(
        _ template: Template,
        key: UInt64,
        port: UInt16,
        limits: DecodingLimits,
        octets: Int
    ) {
        clock &+= 1
        var slot = slots[key] ?? Slot(definitions: [], lastUsed: clock)
        guard slot.definitions.allSatisfy({ $0.isCached && $0.port != port }),
            slot.definitions.count < limits.portsPerTemplate
        else { return }
        slot.definitions.append(
            Definition(port: port, plan: TemplatePlan(template), isCached: true)
        )
        put(slot, for: key)
        _ = evict(limits.templates, octets, keeping: key)
    }

    /// All definitions: those of one identifier from the earliest to the latest.
    var all: [(key: UInt64, definition: Definition)] {
        slots.sorted { $0.key < $1.key }.flatMap { key, slot in
            slot.definitions.map { (key, $0) }
        }
    }

    /// Forgets a template that its exporter withdrew (RFC 7011, section 8.1); false when there is
    /// none.
    mutating func withdraw(_ key: UInt64, port: UInt16) -> Bool {
        guard var slot = slots[key] else { return false }
        let others = slot.definitions.filter { $0.port != port }
        slot.definitions = others.count < slot.definitions.count ? others : []
        put(slot, for: key)
        return true
    }

    /// Forgets all templates of `kind` of a domain; false when there are none.
    mutating func withdrawAll(
        _ kind: Template.Kind,
        _ flowProtocol: FlowProtocol,
        _ domain: UInt32
    ) -> Bool {
        let first = Self.key(flowProtocol, domain, 0)
        let withdrawn = slots.filter { key, slot in
            key & ~0xffff == first && slot.definitions.last?.plan.template.kind == kind
        }
        for key in withdrawn.keys { put(nil, for: key) }
        return !withdrawn.isEmpty
    }

    /// Notes that the exporter began anew: what is cached has to be confirmed from now on.
    mutating func exporterRestarted(at arrival: Int64) {
        guard cachedCount > 0, cachedUntil == .max else { return }
        cachedUntil = arrival &+ Self.confirmationTime
    }

    private mutating func dropCached() {
        expired += cachedCount
        for (key, slot) in slots where slot.definitions.contains(where: \.isCached) {
            var live = slot
            live.definitions.removeAll(where: \.isCached)
            put(live, for: key)
        }
        cachedUntil = .max
    }

    /// Replaces what is known of an identifier, and keeps the sums.
    private mutating func put(_ slot: Slot?, for key: UInt64) {
        for definition in slots[key]?.definitions ?? [] {
            count -= 1
            octets -= definition.plan.octets
            if definition.isCached { cachedCount -= 1 }
        }
        for definition in slot?.definitions ?? [] {
            count += 1
            octets += definition.plan.octets
            if definition.isCached { cachedCount += 1 }
        }
        slots[key] = slot?.definitions.isEmpty == false ? slot : nil
    }

    /// Forgets the templates that were used longest ago, when there are too many.
    private mutating func evict(_ most: Int, _ mostOctets: Int, keeping kept: UInt64) -> Int {
        guard slots.count > most || octets > mostOctets else { return 0 }
        let before = count
        let enough = (most - most / 8, mostOctets - mostOctets / 8)
        let oldest = slots.map { (key: $0.key, lastUsed: $0.value.lastUsed) }
            .sorted { $0.lastUsed < $1.lastUsed }
        for (key, _) in oldest where key != kept {
            guard slots.count > enough.0 || octets > enough.1 else { break }
            put(nil, for: key)
        }
        return before - count
    }
}

extension TemplateCache.Slot {
    fileprivate func definition(for port: UInt16) -> TemplateCache.Definition? {
        if definitions.count > 1, let own = definitions.first(where: { $0.port == port }) {
            return own
        }
        return definitions.last
    }
}
