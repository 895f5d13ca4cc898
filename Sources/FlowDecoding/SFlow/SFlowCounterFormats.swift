// SPDX-License-Identifier: Apache-2.0

import Wire

/// One format of counter records (sFlow version 5, section 5, "Counter Data Types"): its fields
/// in the order they are sent.
///
/// To add one, add a row to ``table``.
struct SFlowCounterFormat: Sendable {
    struct Field: Sendable {
        let name: StaticString
        let octets: Int
        var meaning = Meaning.value
    }

    enum Meaning {
        case value
        /// Hundredths of a percent, of which -1 means unknown.
        case percentage
        /// The ifIndex that the others are of.
        case interface
    }

    let format: UInt32
    let fields: [Field]
    /// Length of a whole record, in octets.
    let octets: Int

    private init(_ format: UInt32, _ fields: [Field]) {
        self.format = format
        self.fields = fields
        octets = fields.reduce(0) { $0 + $1.octets }
    }

    /// The format's row; nil for one that is skipped.
    static func named(_ format: UInt32) -> SFlowCounterFormat? {
        table.first { $0.format == format }
    }

    private static func word(_ name: StaticString) -> Field { Field(name: name, octets: 4) }
    private static func long(_ name: StaticString) -> Field { Field(name: name, octets: 8) }
    private static func percentage(_ name: StaticString) -> Field {
        Field(name: name, octets: 4, meaning: .percentage)
    }
    private static func interface(_ name: StaticString) -> Field {
        Field(name: name, octets: 4, meaning: .interface)
    }

    static let table: [SFlowCounterFormat] = [
        // if_counters (RFC 2233)
        SFlowCounterFormat(
            1,
            [
                interface("ifIndex"), word("ifType"), long("ifSpeed"), word("ifDirection"),
                word("ifStatus"), long("ifInOctets"), word("ifInUcastPkts"),
                word("ifInMulticastPkts"), word("ifInBroadcastPkts"), word("ifInDiscards"),
                word("ifInErrors"), word("ifInUnknownProtos"), long("ifOutOctets"),
                word("ifOutUcastPkts"), word("ifOutMulticastPkts"), word("ifOutBroadcastPkts"),
                word("ifOutDiscards"), word("ifOutErrors"), word("ifPromiscuousMode"),
            ]
        ),
        // ethernet_counters (RFC 2358)
        SFlowCounterFormat(
            2,
            [
                word("dot3StatsAlignmentErrors"), word("dot3StatsFCSErrors"),
                word("dot3StatsSingleCollisionFrames"), word("dot3StatsMultipleCollisionFrames"),
                word("dot3StatsSQETestErrors"), word("dot3StatsDeferredTransmissions"),
                word("dot3StatsLateCollisions"), word("dot3StatsExcessiveCollisions"),
                word("dot3StatsInternalMacTransmitErrors"), word("dot3StatsCarrierSenseErrors"),
                word("dot3StatsFrameTooLongs"), word("dot3StatsInternalMacReceiveErrors"),
                word("dot3StatsSymbolErrors"),
            ]
        ),
        // vlan_counters
        SFlowCounterFormat(
            5,
            [
                word("vlanId"), long("octets"), word("ucastPkts"), word("multicastPkts"),
                word("broadcastPkts"), word("discards"),
            ]
        ),
        // processor
        SFlowCounterFormat(
            1001,
            [
                percentage("cpu5Seconds"), percentage("cpu1Minute"), percentage("cpu5Minutes"),
                long("totalMemory"), long("freeMemory"),
            ]
        ),
    ]
}
