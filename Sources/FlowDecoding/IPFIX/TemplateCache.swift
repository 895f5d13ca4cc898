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

    /// What is known of one identifier.
    private struct Slot {
        let key: UInt64
        var latest: Definition
        /// Those of other ports, the earliest first.
        var earlier: [Definition] = []
        var lastUsed: UInt64

        var definitions: [Definition] { earlier + [latest] }

        func definition(for port: UInt16) -> Definition {
            guard !earlier.isEmpty, latest.port != port,
                let own = earlier.first(where: { $0.port == port })
            else { return latest }
            return own
        }
    }

    private var slots: [Slot] = []
    private var index = TemplateIndex()
    /// The slot looked for last.
    private var last = 0
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
        guard let slot = find(key) else { return nil }
        slots[slot].lastUsed = clock
        let found = slots[slot].definition(for: port)
        guard found.isCached, arrival > cachedUntil else { return found }
        dropCached()
        return find(key).map { slots[$0].definition(for: port) }
    }

    private mutating func find(_ key: UInt64) -> Int? {
        if last < slots.count, slots[last].key == key { return last }
        guard let slot = index[key] else { return nil }
        last = slot
        return slot
    }

    /// What `port` has defined last; nil when nothing, or when it is not confirmed yet.
    mutating func known(_ key: UInt64, port: UInt16) -> Template? {
        guard let slot = find(key), cachedCount == 0 else { return nil }
        let definition = slots[slot].definition(for: port)
        return definition.port == port ? definition.plan.template : nil
    }

    /// Notes that `port` has defined again what is ``known(_:port:)`` of it.
    ///
    /// Exporters do so every minute or so, for every template: it allocates nothing.
    ///
    /// - Returns: How many templates went for it, when the limits have been lowered.
    mutating func confirm(
        _ key: UInt64,
        port: UInt16,
        limits: DecodingLimits,
        octets: Int
    ) -> Int {
        clock &+= 1
        guard let slot = find(key) else { return 0 }
        slots[slot].lastUsed = clock
        if slots[slot].latest.port != port,
            let own = slots[slot].earlier.firstIndex(where: { $0.port == port })
        {
            let definition = slots[slot].earlier.remove(at: own)
            slots[slot].earlier.append(slots[slot].latest)
            slots[slot].latest = definition
        }
        return evict(limits.templates, octets, keeping: key)
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
        var definitions = index[key].map { slots[$0].definitions } ?? []
        // What was defined before, on whatever port, is not compiled again.
        let known = definitions.first { $0.plan.template == template }
        definitions.removeAll { $0.port == port }
        for index in definitions.indices where definitions[index].plan.template == template {
            definitions[index].isCached = false
        }
        definitions.append(Definition(port: port, plan: known?.plan ?? TemplatePlan(template)))
        if definitions.count > limits.portsPerTemplate { definitions.removeFirst() }
        put(definitions, for: key, lastUsed: clock)
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
        let slot = index[key]
        var definitions = slot.map { slots[$0].definitions } ?? []
        guard definitions.allSatisfy({ $0.isCached && $0.port != port }),
            definitions.count < limits.portsPerTemplate
        else { return }
        definitions.append(Definition(port: port, plan: TemplatePlan(template), isCached: true))
        put(definitions, for: key, lastUsed: slot.map { slots[$0].lastUsed } ?? clock)
        _ = evict(limits.templates, octets, keeping: key)
    }

    /// All definitions: those of one identifier from the earliest to the latest.
    var all: [(key: UInt64, definition: Definition)] {
        slots.sorted { $0.key < $1.key }.flatMap { slot in
            slot.definitions.map { (slot.key, $0) }
        }
    }

    /// Forgets a template that its exporter withdrew (RFC 7011, section 8.1); false when there is
    /// none.
    mutating func withdraw(_ key: UInt64, port: UInt16) -> Bool {
        guard let slot = index[key] else { return false }
        let all = slots[slot].definitions
        let others = all.filter { $0.port != port }
        put(others.count < all.count ? others : [], for: key, lastUsed: slots[slot].lastUsed)
        return true
    }

    /// Forgets all templates of `kind` of a domain; false when there are none.
    mutating func withdrawAll(
        _ kind: Template.Kind,
        _ flowProtocol: FlowProtocol,
        _ domain: UInt32
    ) -> Bool {
        let first = Self.key(flowProtocol, domain, 0)
        let withdrawn = slots.indices.filter {
            slots[$0].key & ~0xffff == first && slots[$0].latest.plan.template.kind == kind
        }.map { slots[$0].key }
        for key in withdrawn { put([], for: key, lastUsed: 0) }
        return !withdrawn.isEmpty
    }

    /// Notes that the exporter began anew: what is cached has to be confirmed from now on.
    mutating func exporterRestarted(at arrival: Int64) {
        guard cachedCount > 0, cachedUntil == .max else { return }
        cachedUntil = arrival &+ Self.confirmationTime
    }

    private mutating func dropCached() {
        expired += cachedCount
        for slot in slots where slot.definitions.contains(where: \.isCached) {
            let live = slot.definitions.filter { !$0.isCached }
            put(live, for: slot.key, lastUsed: slot.lastUsed)
        }
        cachedUntil = .max
    }

    /// Replaces what is known of an identifier, the latest definition last, and keeps the sums.
    private mutating func put(_ definitions: [Definition], for key: UInt64, lastUsed: UInt64) {
        let known = index[key]
        for definition in known.map({ slots[$0].definitions }) ?? [] {
            count -= 1
            octets -= definition.plan.octets
            if definition.isCached { cachedCount -= 1 }
        }
        for definition in definitions {
            count += 1
            octets += definition.plan.octets
            if definition.isCached { cachedCount += 1 }
        }
        guard let latest = definitions.last else {
            if let known { remove(known) }
            return
        }
        let earlier = Array(definitions.dropLast())
        let slot = Slot(key: key, latest: latest, earlier: earlier, lastUsed: lastUsed)
        if let known {
            slots[known] = slot
        } else {
            index.set(key, to: slots.count)
            slots.append(slot)
        }
    }

    /// Forgets a slot; the last one takes its place.
    private mutating func remove(_ slot: Int) {
        index.remove(slots[slot].key)
        let moved = slots.removeLast()
        guard slot < slots.count else { return }
        slots[slot] = moved
        index.set(moved.key, to: slot)
    }

    /// Forgets the templates that were used longest ago, when there are too many.
    private mutating func evict(_ most: Int, _ mostOctets: Int, keeping kept: UInt64) -> Int {
        guard slots.count > most || octets > mostOctets else { return 0 }
        let before = count
        let enough = (most - most / 8, mostOctets - mostOctets / 8)
        let oldest = slots.map { (key: $0.key, lastUsed: $0.lastUsed) }
            .sorted { $0.lastUsed < $1.lastUsed }
        for (key, _) in oldest where key != kept {
            guard slots.count > enough.0 || octets > enough.1 else { break }
            put([], for: key, lastUsed: 0)
        }
        return before - count
    }
}
