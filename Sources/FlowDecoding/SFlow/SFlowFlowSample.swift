// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// One sFlow flow sample on its way to a flow record.
///
/// # How it works
///
/// The records of a sample say the same thing in several ways, in any order. Each is kept where it
/// lies, and ``finish(words:)`` puts them together, the one that says most first:
///
///     raw header, read to its IP packet    addresses, ports, octets
///     sampled IPv4 or IPv6                 the same, where the header stops before its IP packet
///     raw header, not read so far          octets: the frame less what is stripped
///     sampled Ethernet                     MAC addresses and octets, where no header says them
///
/// So a raw header and a sampled IPv4 record of one packet count once, and alike in either order.
struct SFlowFlowSample {
    var record: FlowRecord
    let recordCount: UInt32
    private let source: DataSource
    private let sequence: UInt32
    private let pool: UInt32
    private let drops: UInt32

    private let tunnels: InnerHeaders
    private var hasHeader = false
    private var hasPacket = false
    /// Octets by the raw header.
    private var headerOctets: UInt64 = 0
    private var ethernet: SampledEthernet?
    private var packet: SampledIPPacket?
    private var vlans: SwitchedVLANs?
    private var strippedTags = WordRange()
    private var labelNextHop: IPAddress?

    /// Reads the head of a sample, compact or expanded (sFlow version 5, section 5,
    /// `flow_sample` and `flow_sample_expanded`).
    init(
        _ body: inout WireReader,
        isExpanded: Bool,
        _ blank: FlowRecord,
        tunnels: InnerHeaders
    ) throws(WireError) {
        self.tunnels = tunnels
        record = blank
        let input: SFlowInterface
        let output: SFlowInterface
        let first = try body.read(UInt64.self)
        sequence = UInt32(truncatingIfNeeded: first >> 32)
        let source = UInt32(truncatingIfNeeded: first)
        if isExpanded {
            self.source = DataSource(type: source, index: try body.read())
        } else {
            self.source = DataSource(compact: source)
        }
        let second = try body.read(UInt64.self)
        let rate = UInt32(truncatingIfNeeded: second >> 32)
        pool = UInt32(truncatingIfNeeded: second)
        let third = try body.read(UInt64.self)
        drops = UInt32(truncatingIfNeeded: third >> 32)
        let fourth = try body.read(UInt64.self)
        if isExpanded {
            input = SFlowInterface(
                format: UInt32(truncatingIfNeeded: third),
                value: UInt32(truncatingIfNeeded: fourth >> 32)
            )
            let fifth = try body.read(UInt64.self)
            output = SFlowInterface(
                format: UInt32(truncatingIfNeeded: fourth),
                value: UInt32(truncatingIfNeeded: fifth >> 32)
            )
            recordCount = UInt32(truncatingIfNeeded: fifth)
        } else {
            input = SFlowInterface(compact: UInt32(truncatingIfNeeded: third))
            output = SFlowInterface(compact: UInt32(truncatingIfNeeded: fourth >> 32))
            recordCount = UInt32(truncatingIfNeeded: fourth)
        }
        if rate > 0 {
            record.samplingRate = SamplingRate(rate)
            record.samplingSource = .header
        }
        record.packets = 1
        record.known.insert(.packets)
        setInterfaces(input, output)
    }

    private mutating func setInterfaces(_ input: SFlowInterface, _ output: SFlowInterface) {
        if input.format == 0, input.value != 0, input.value != SFlowInterface.local {
            record.ingressInterface = input.value
            record.known.insert(.ingressInterface)
        }
        switch output.format {
        case 0 where output.value == SFlowInterface.local: record.egressKind = .local
        case 0 where output.value != 0:
            record.egressInterface = output.value
            record.known.insert(.egressInterface)
        case 1: record.egressKind = .discarded
        case 2: record.egressKind = .multiple
        default: break
        }
        guard source.isInterface else { return }
        if record.has(.ingressInterface), source.index == record.ingressInterface {
            record.direction = .ingress
        } else if record.has(.egressInterface), source.index == record.egressInterface {
            record.direction = .egress
        }
    }

    /// What it says of the numbers of its source.
    var sighting: SFlowSighting {
        SFlowSighting(
            kind: .flows,
            source: source,
            sequence: sequence,
            pool: pool,
            drops: drops
        )
    }

    /// Reads one flow record; formats without a row here are skipped by their length.
    @inline(__always)
    mutating func read(
        _ body: inout WireReader,
        _ format: UInt32,
        words: inout [UInt32]
    ) throws(WireError) {
        switch format {
        case 1: try readRawHeader(&body, &words)
        case 2: if ethernet == nil { ethernet = try SampledEthernet(&body) }
        case 3: if packet == nil { packet = try SampledIPPacket(&body, isIPv6: false) }
        case 4: if packet == nil { packet = try SampledIPPacket(&body, isIPv6: true) }
        case 1001: vlans = try SwitchedVLANs(&body)
        case 1002: try readRouter(&body)
        case 1003: try readGateway(&body, &words)
        case 1006: labelNextHop = try body.readLabelStacks()
        case 1012: strippedTags = try body.readStrippedTags(&words)
        default: break
        }
    }

    /// The packet's first octets (`sampled_header`).
    @inline(__always)
    private mutating func readRawHeader(
        _ body: inout WireReader,
        _ words: inout [UInt32]
    ) throws(WireError) {
        guard !hasHeader else { return }
        let first = try body.read(UInt64.self)
        let second = try body.read(UInt64.self)
        let length = Int(second & 0xffff_ffff)
        var header = try body.read(octets: length, as: "sFlow sampled header")
        var lengths = SampledHeader.Lengths()
        if let link = SampledHeader.Link(rawValue: UInt32(truncatingIfNeeded: first >> 32)) {
            lengths = SampledHeader.read(&header, as: link, &record, &words, tunnels: tunnels)
        }
        hasHeader = true
        hasPacket = lengths.hasPacket
        headerOctets = lengths.octets(frame: first & 0xffff_ffff, stripped: second >> 32)
    }

    /// The next hop a router chose (`extended_router`).
    private mutating func readRouter(_ body: inout WireReader) throws(WireError) {
        guard let nextHop = try body.readSFlowAddress() else { return }
        record.nextHop = nextHop
        record.known.insert(.nextHop)
    }

    /// Completes the record when all of the sample was read.
    @inline(__always)
    mutating func finish(words: inout [UInt32]) {
        if hasHeader {
            record.octets = headerOctets
            record.known.insert(.octets)
        }
        if hasHeader, hasPacket, ethernet == nil, vlans == nil, labelNextHop == nil,
            strippedTags.count == 0
        {
            return
        }
        finishOthers(&words)
    }

    private mutating func finishOthers(_ words: inout [UInt32]) {
        if let packet, !hasPacket {
            packet.store(in: &record)
        } else if let ethernet, !hasHeader {
            record.octets = ethernet.octets
            record.known.insert(.octets)
        }
        ethernet?.store(in: &record)
        if let labelNextHop, !record.has(.nextHop) {
            record.nextHop = labelNextHop
            record.known.insert(.nextHop)
        }
        if let vlan = vlans?.vlan(observed: record.direction) { store(vlan, &words) }
        if strippedTags.count > 0 { prependStrippedTags(&words) }
    }

    /// Stores the VLAN a switch assigned to a frame without a tag, or with a tag of VLAN 0, which
    /// is only a priority (IEEE 802.1Q, clause 9.6).
    private mutating func store(_ vlan: UInt16, _ words: inout [UInt32]) {
        guard !record.has(.vlan) || record.vlan == 0 else { return }
        if record.vlans.count == 0 {
            record.vlans = WordRange(start: words.count, count: 1)
            words.append(UInt32(vlan))
        } else {
            words[record.vlans.range.lowerBound] = UInt32(vlan)
        }
        record.vlan = vlan
        record.known.insert(.vlan)
    }

    /// Puts the tags that were stripped before those that were not.
    private mutating func prependStrippedTags(_ words: inout [UInt32]) {
        let start = words.count
        for index in strippedTags.range { words.append(words[index]) }
        for index in record.vlans.range { words.append(words[index]) }
        record.vlans = WordRange(start: start, count: words.count - start)
        record.vlan = UInt16(truncatingIfNeeded: words[start])
        record.known.insert(.vlan)
    }
}
