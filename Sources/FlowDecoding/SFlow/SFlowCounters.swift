// SPDX-License-Identifier: Apache-2.0

import Wire

/// Interface counters, as samples of the IF-MIB (sFlow version 5, section 5.3, `if_counters`).
extension DecodingWork {
    /// The names of the generic counters after index, type, speed, direction and status.
    private static let names: [(name: StaticString, octets: Int)] = [
        ("ifInOctets", 8), ("ifInUcastPkts", 4), ("ifInMulticastPkts", 4),
        ("ifInBroadcastPkts", 4), ("ifInDiscards", 4), ("ifInErrors", 4),
        ("ifInUnknownProtos", 4), ("ifOutOctets", 8), ("ifOutUcastPkts", 4),
        ("ifOutMulticastPkts", 4), ("ifOutBroadcastPkts", 4), ("ifOutDiscards", 4),
        ("ifOutErrors", 4), ("ifPromiscuousMode", 4),
    ]

    /// Gathers the generic counters of a counter sample; other records are skipped.
    mutating func readCounters(_ body: inout WireReader, isExpanded: Bool) throws(WireError) {
        try body.skip(octets: 4)  // sequence
        let source = try DataSource(&body, isExpanded: isExpanded)
        var left = try body.read(UInt32.self)
        while left > 0, !body.isAtEnd {
            left -= 1
            let format = try body.read(UInt32.self)
            let length = Int(try body.read(UInt32.self))
            var record = try body.read(octets: length, as: "sFlow counter record")
            guard format == 1 else { continue }
            var counters: [(name: StaticString, value: UInt64)] = []
            let index = try record.read(UInt32.self)
            counters.append(("ifType", UInt64(try record.read(UInt32.self))))
            counters.append(("ifSpeed", try record.read(UInt64.self)))
            counters.append(("ifDirection", UInt64(try record.read(UInt32.self))))
            counters.append(("ifStatus", UInt64(try record.read(UInt32.self))))
            for (name, octets) in Self.names {
                counters.append((name, try record.readUnsigned(octets: octets)))
            }
            let interface = index != 0 ? index : source.index
            details?.counters.append(CounterSample(interface: interface, counters: counters))
        }
    }
}
