// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

// Flow records that say in fields what a raw header says in octets (sFlow version 5, section 5,
// "Flow Data Types" and "Extended Flow Data").

/// A frame of which only the addresses are known (`sampled_ethernet`).
struct SampledEthernet: Sendable {
    /// Header and frame check sequence: the length counts both ("excluding lower layer
    /// encapsulations and framing bits but including FCS octets").
    private static let overhead: UInt32 = 18

    private let length: UInt32
    private let source: MACAddress
    private let destination: MACAddress
    private let type: UInt32

    init(_ body: inout WireReader) throws(WireError) {
        length = try body.read()
        source = try body.readSFlowMAC()
        destination = try body.readSFlowMAC()
        type = try body.read()
    }

    /// Octets of what the frame carries.
    var octets: UInt64 { UInt64(length - min(length, Self.overhead)) }

    /// Fills in what no header said; zero is what the agent does not know.
    func store(in record: inout FlowRecord) {
        if !record.has(.sourceMAC), source != .zero {
            record.sourceMAC = source
            record.known.insert(.sourceMAC)
        }
        if !record.has(.destinationMAC), destination != .zero {
            record.destinationMAC = destination
            record.known.insert(.destinationMAC)
        }
        if !record.has(.etherType), let type = UInt16(exactly: type), type != 0 {
            record.etherType = type
            record.known.insert(.etherType)
        }
    }
}

/// A packet as the device understood it (`sampled_ipv4`, `sampled_ipv6`).
struct SampledIPPacket: Sendable {
    private let length: UInt32
    private let ipProtocol: UInt32
    private let source: IPAddress
    private let destination: IPAddress
    private let sourcePort: UInt32
    private let destinationPort: UInt32

    init(_ body: inout WireReader, isIPv6: Bool) throws(WireError) {
        length = try body.read()
        ipProtocol = try body.read()
        source = isIPv6 ? .v6(try body.read()) : .v4(try body.read())
        destination = isIPv6 ? .v6(try body.read()) : .v4(try body.read())
        sourcePort = try body.read()
        destinationPort = try body.read()
    }

    func store(in record: inout FlowRecord) {
        record.ipProtocol = UInt8(truncatingIfNeeded: ipProtocol)
        record.source = source
        record.destination = destination
        record.sourcePort = UInt16(truncatingIfNeeded: sourcePort)
        record.destinationPort = UInt16(truncatingIfNeeded: destinationPort)
        record.octets = UInt64(length)
        record.known.formUnion([
            .ipProtocol, .source, .destination, .sourcePort, .destinationPort, .octets,
        ])
    }
}

/// The VLANs a switch assigned (`extended_switch`).
struct SwitchedVLANs: Sendable {
    private let source: UInt32
    private let destination: UInt32

    init(_ body: inout WireReader) throws(WireError) {
        source = try body.read()
        try body.skip(octets: 4)  // priority
        destination = try body.read()
    }

    /// The VLAN on the side of observation; nil when it is none.
    func vlan(observed direction: ObservationDirection) -> UInt16? {
        let vlan = direction == .egress ? destination : source
        return vlan > 0 && vlan < 0xfff ? UInt16(vlan) : nil
    }
}

extension WireReader {
    /// Reads the next hop of a label-switched path (`extended_mpls`); nil for "unknown".
    ///
    /// The label stacks behind it are only checked.
    mutating func readLabelStacks() throws(WireError) -> IPAddress? {
        let nextHop = try readSFlowAddress()
        for _ in 0..<2 { try skip(octets: Int(try read(UInt32.self)) * 4) }
        return nextHop
    }

    /// Reads the VLAN tags that were stripped (`extended_vlantunnel`), outermost first.
    ///
    /// As many are kept as of a frame.
    mutating func readStrippedTags(_ words: inout [UInt32]) throws(WireError) -> WordRange {
        let count = Int(try read(UInt32.self))
        guard count * 4 <= remaining else { throw failure(.truncated) }
        let start = words.count
        for _ in 0..<min(count, SampledHeader.maximumTags) {
            words.append(try read(UInt32.self) & 0xfff)
        }
        return WordRange(start: start, count: words.count - start)
    }
}
