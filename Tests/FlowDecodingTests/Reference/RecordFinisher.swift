// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

@testable import FlowDecoding

/// What can only be said of a record when all of its fields have been read.
extension RecordReader {
    /// Completes the record from ``scratch``; VLAN stacks are kept in `words`.
    ///
    /// - Parameters:
    ///   - readings: How the fields were read.
    ///   - octets: Where the reading began.
    ///   - words: Of the batch.
    mutating func finish(
        _ readings: [FieldReading],
        _ octets: RawSpan,
        words: inout [UInt32]
    ) {
        let vlans: [FieldReading] = [.dot1qVLAN, .vlan, .postDot1qVLAN, .postVLAN]
        if readings.contains(where: { vlans.contains($0) }) { finishVLANs(readings, &words) }
        finishTimes()
        if scratch.observed > 0 {
            if !record.has(.start) { setStart(scratch.observed) }
            if !record.has(.end) { setEnd(scratch.observed) }
        }
        if let section = scratch.section, scratch.sectionOffset == 0 {
            finish(section.reading, octets.extracting(section.place), &words)
        }
    }

    /// Takes dropped and consumed packets from the interface they would have left by.
    mutating func finishStatus() {
        switch scratch.forwardingStatus & 0xc0 {
        case 0x80: record.egressKind = .discarded
        case 0xc0: record.egressKind = .local
        default: return
        }
        record.egressInterface = 0
        record.known.remove(.egressInterface)
    }

    /// Reads a piece of a packet.
    private mutating func finish(
        _ reading: FieldReading,
        _ piece: RawSpan,
        _ words: inout [UInt32]
    ) {
        var reader = WireReader(piece, as: "sampled packet")
        var first = reader
        let version = (try? first.read(UInt8.self)).map { $0 >> 4 }
        let link: SampledHeader.Link? =
            switch (reading, version) {
            case (.packetSection, 4): .ipv4
            case (.packetSection, 6): .ipv6
            case (.packetSection, _): nil
            default: scratch.frameType <= 1 ? .ethernet : nil
            }
        var lengths = SampledHeader.Lengths()
        if let link {
            var packet = FlowRecord()
            lengths = SampledHeader.read(&reader, as: link, &packet, &words)
            record.complete(by: packet)
        }
        if lengths.packet == 0, scratch.packetOctets > 0 {
            return finishSection(scratch.packetOctets)
        }
        let frame = max(scratch.frameSize, scratch.sectionOctets)
        finishSection(link == nil ? 0 : lengths.octets(frame: frame, stripped: 0))
    }

    /// Chooses the VLAN on the side of observation: a record observed where packets leave has the
    /// VLAN they leave with.
    private mutating func finishVLANs(_ readings: [FieldReading], _ words: inout [UInt32]) {
        let leaves = record.direction == .egress && scratch.postVLAN != 0
        let outer = leaves ? scratch.postVLAN : scratch.vlan
        let inner = leaves ? scratch.postCustomerVLAN : scratch.customerVLAN
        if leaves { record.known.insert(.vlan) }
        guard leaves || readings.contains(.vlan) || readings.contains(.dot1qVLAN) else { return }
        record.vlan = outer
        record.vlans = WordRange()
        guard outer != 0 else { return }
        let start = words.count
        words.append(UInt32(outer))
        if inner != 0 { words.append(UInt32(inner)) }
        record.vlans = WordRange(start: start, count: words.count - start)
    }

    private mutating func finishTimes() {
        let booted = scratch.systemInitTime != 0 ? scratch.systemInitTime : systemInitTime
        if let uptime = scratch.startUptime { setStart(time(uptime, booted)) }
        if let uptime = scratch.endUptime { setEnd(time(uptime, booted)) }
        guard scratch.duration > 0 else { return }
        if record.has(.start), !record.has(.end) { setEnd(record.start &+ scratch.duration) }
        if record.has(.end), !record.has(.start) { setStart(record.end &- scratch.duration) }
    }

    /// The time at which the exporter had been up for `uptime` milliseconds; 0 when that cannot
    /// be said.
    private func time(_ uptime: UInt32, _ booted: UInt64) -> Int64 {
        guard context.flowProtocol == .ipfix else { return context.time(uptime: uptime) }
        // An IPFIX header has no uptime; systemInitTimeMilliseconds anchors it.
        guard booted > 0, booted < 9_000_000_000_000 else { return 0 }
        let time = Int64(booted) + Int64(uptime)
        let wraps = (context.exportTime / 1_000_000 - time + 1 << 31) >> 32
        return (time + max(wraps, 0) << 32) &* 1_000_000
    }

    /// Takes octets and packets from the packet itself when no counter is in the record.
    private mutating func finishSection(_ octets: UInt64) {
        if !record.has(.octets) {
            guard octets > 0 else { return }
            record.octets = octets
            record.known.insert(.octets)
        }
        if !record.has(.packets) {
            record.packets = 1
            record.known.insert(.packets)
        }
    }

    /// Makes this the reader of the reverse direction, which is read by `readings`.
    mutating func reverse(_ readings: [FieldReading]) {
        record.reverse()
        let booted = scratch.systemInitTime
        scratch = RecordScratch()
        scratch.systemInitTime = booted
        guard Self.haveDuration(readings) else { return }
        (record.start, record.end) = (0, 0)
        record.known.subtract([.start, .end])
    }

    /// Takes the times of the first direction where it has none of its own.
    mutating func completeTimes(of forward: FlowRecord, _ readings: [FieldReading]) {
        guard Self.haveDuration(readings) else { return }
        if !record.has(.start), forward.has(.start) { setStart(forward.start) }
        if !record.has(.end), forward.has(.end) { setEnd(forward.end) }
    }

    private static func haveDuration(_ readings: [FieldReading]) -> Bool {
        readings.contains(.durationMilliseconds) || readings.contains(.durationMicroseconds)
    }
}
