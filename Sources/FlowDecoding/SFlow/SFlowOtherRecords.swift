// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// What the flow records of a sample say besides its raw header.
struct SFlowOtherRecords: Sendable {
    private(set) var isEmpty = true
    private var ethernet: SampledEthernet?
    private var packet: SampledIPPacket?
    private var vlans: SwitchedVLANs?
    private var strippedTags = WordRange()
    private var labelNextHop: IPAddress?

    /// Reads one flow record; of those of a packet only the first of a kind counts.
    mutating func read(
        _ fields: inout WireReader,
        _ format: UInt32,
        _ words: inout [UInt32]
    ) throws(WireError) {
        isEmpty = false
        switch format {
        case 2: if ethernet == nil { ethernet = try SampledEthernet(&fields) }
        case 3: if packet == nil { packet = try SampledIPPacket(&fields, isIPv6: false) }
        case 4: if packet == nil { packet = try SampledIPPacket(&fields, isIPv6: true) }
        case 1001: vlans = try SwitchedVLANs(&fields)
        case 1006: labelNextHop = try fields.readLabelStacks()
        case 1012: strippedTags = try fields.readStrippedTags(&words)
        default: break
        }
    }

    /// Completes the record when all of the sample was read, and forgets what was kept.
    ///
    /// - Parameters:
    ///   - record: What the raw header said already.
    ///   - words: Where its VLAN tags lie.
    ///   - hasHeader: Whether there was a raw header.
    ///   - hasPacket: Whether it was read to its IP packet.
    @inline(never)
    mutating func store(
        in record: inout FlowRecord,
        _ words: inout [UInt32],
        hasHeader: Bool,
        hasPacket: Bool
    ) {
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
        if let vlan = vlans?.vlan(observed: record.direction) {
            Self.store(vlan, in: &record, &words)
        }
        if strippedTags.count > 0 { prependStrippedTags(to: &record, &words) }
        self = Self()
    }

    /// Stores the VLAN a switch assigned to a frame without a tag, or with a tag of VLAN 0, which
    /// is only a priority (IEEE 802.1Q, clause 9.6).
    private static func store(
        _ vlan: UInt16,
        in record: inout FlowRecord,
        _ words: inout [UInt32]
    ) {
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
    private func prependStrippedTags(
        to record: inout FlowRecord,
        _ words: inout [UInt32]
    ) {
        let start = words.count
        for index in strippedTags.range { words.append(words[index]) }
        for index in record.vlans.range { words.append(words[index]) }
        record.vlans = WordRange(start: start, count: words.count - start)
        record.vlan = UInt16(truncatingIfNeeded: words[start])
        record.known.insert(.vlan)
    }
}
