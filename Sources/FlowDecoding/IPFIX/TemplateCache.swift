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
/// The cache is bounded: past its limit the template that was used longest ago goes.
struct TemplateCache {
    /// One definition of an identifier.
    private struct Variant {
        var port: UInt16
        var plan: TemplatePlan
    }

    private struct Slot {
        /// The latest definition last.
        var variants: [Variant]
        var lastUsed: UInt64
    }

    private var slots: [UInt64: Slot] = [:]
    private var clock: UInt64 = 0

    static func key(_ flowProtocol: FlowProtocol, _ domain: UInt32, _ id: UInt16) -> UInt64 {
        UInt64(flowProtocol.rawValue) << 48 | UInt64(domain) << 16 | UInt64(id)
    }

    /// The template that data from `port` follow; nil when none is known.
    mutating func plan(_ key: UInt64, port: UInt16) -> TemplatePlan? {
        clock &+= 1
        guard let index = slots.index(forKey: key) else { return nil }
        slots.values[index].lastUsed = clock
        let variants = slots.values[index].variants
        if variants.count > 1, let own = variants.first(where: { $0.port == port }) {
            return own.plan
        }
        return variants.last?.plan
    }

    /// Learns a template: from now on data from `port` follow it.
    mutating func learn(
        _ template: Template,
        key: UInt64,
        port: UInt16,
        limits: DecodingLimits
    ) {
        clock &+= 1
        var slot = slots[key] ?? Slot(variants: [], lastUsed: clock)
        if slot.variants.isEmpty, slots.count >= limits.templates { evict() }
        slot.lastUsed = clock
        // What was defined before, on whatever port, is not compiled again.
        let known = slot.variants.first { $0.plan.template == template }
        slot.variants.removeAll { $0.port == port }
        slot.variants.append(Variant(port: port, plan: known?.plan ?? TemplatePlan(template)))
        if slot.variants.count > limits.portsPerTemplate { slot.variants.removeFirst() }
        slots[key] = slot
    }

    /// Forgets a template that its exporter withdrew (RFC 7011, section 8.1).
    mutating func withdraw(_ key: UInt64, port: UInt16) {
        guard var slot = slots[key] else { return }
        let others = slot.variants.filter { $0.port != port }
        slot.variants = others.count < slot.variants.count ? others : []
        slots[key] = slot.variants.isEmpty ? nil : slot
    }

    /// Forgets all templates of `kind` of a domain.
    mutating func withdrawAll(_ kind: Template.Kind, _ flowProtocol: FlowProtocol, _ domain: UInt32)
    {
        let first = Self.key(flowProtocol, domain, 0)
        slots = slots.filter { key, slot in
            key & ~0xffff != first || slot.variants.last?.plan.template.kind != kind
        }
    }

    /// Forgets the template that was used longest ago.
    private mutating func evict() {
        guard let oldest = slots.min(by: { $0.value.lastUsed < $1.value.lastUsed })?.key else {
            return
        }
        slots[oldest] = nil
    }
}
