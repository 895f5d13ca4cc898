// SPDX-License-Identifier: Apache-2.0

package import Model

/// What one datagram holds besides flows, gathered for `peerage decode`.
package struct DecodingDetails: Sendable {
    package var templates: [TemplateNotice] = []
    package var options: [OptionsRecord] = []
    package var counters: [CounterSample] = []
    package var discards: [DiscardSample] = []
    /// All problems of the datagram, also of one of which nothing could be read.
    package var problems: [DecodingProblem] = []

    package init() {}

    /// Forgets all but keeps the memory.
    mutating func removeAll() {
        templates.removeAll(keepingCapacity: true)
        options.removeAll(keepingCapacity: true)
        counters.removeAll(keepingCapacity: true)
        discards.removeAll(keepingCapacity: true)
        problems.removeAll(keepingCapacity: true)
    }
}

/// A template that was learned or withdrawn.
package struct TemplateNotice: Sendable {
    package let id: UInt16
    package let kind: Template.Kind
    /// nil for a withdrawal.
    package let template: Template?
}

/// One options record, field by field.
package struct OptionsRecord: Sendable {
    package let templateID: UInt16
    package let scope: [NamedValue]
    package let values: [NamedValue]
}

/// A field of an options record.
package struct NamedValue: Sendable {
    /// The element's name; its number, after the enterprise's if it has one, when not known.
    package let name: String
    package let value: FieldValue
}

/// The value of a field, as its abstract data type says (RFC 7012, section 3.1).
package enum FieldValue: Sendable {
    case unsigned(UInt64)
    case signed(Int64)
    case float(Double)
    case bool(Bool)
    case address(IPAddress)
    case macAddress(MACAddress)
    case string(String)
    /// In nanoseconds since 1970-01-01 00:00 UTC.
    case time(Int64)
    case octets([UInt8])
}

/// The counters of one sFlow counter sample, by their names in MIBs or in the specification.
package struct CounterSample: Sendable {
    /// nil when the source is no interface.
    package var interface: UInt32?
    package var counters: [(name: StaticString, value: UInt64)]
}

/// One sFlow sample of a discarded packet.
package struct DiscardSample: Equatable, Sendable {
    /// nil when not said.
    package var ingressInterface: UInt32?
    /// Where the packet was about to leave; nil when it was discarded before.
    package var egressInterface: UInt32?
    /// Why, as sflow.org numbers the reasons.
    package var reason: UInt32
    /// Notifications the agent held back so far.
    package var drops: UInt32
}
