// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// What can only be said of records when all of their fields have been read.
extension RecordRows {
    /// Completes the records from the columns; VLAN stacks are kept in `words`.
    ///
    /// - Parameters:
    ///   - records: One a row.
    ///   - program: What was read.
    ///   - octets: The message.
    ///   - context: Its header.
    ///   - systemInitTime: When the exporter booted, as its options say, in milliseconds; 0 when
    ///     they do not.
    ///   - tunnels: Those that are looked into in pieces of packets.
    ///   - words: Of the batch.
    @inline(never)
    func finish(
        _ records: inout [FlowRecord],
        _ program: RecordProgram,
        from octets: RawSpan,
        _ context: MessageContext,
        systemInitTime: UInt64,
        tunnels: InnerHeaders,
        words: inout [UInt32]
    ) {
        var records = records.mutableSpan
        if program.hasVLANs { finishVLANs(&records, program, &words) }
        if program.hasUptimes {
            finishUptimes(&records, program, context, systemInitTime)
        }
        if let duration = program.column(.durationMicroseconds, .durationMilliseconds) {
            finishDurations(&records, duration)
        }
        if program.hasObserved { finishObserved(&records, program) }
        if let section = program.section {
            finishSections(&records, program, section, octets, tunnels, &words)
        }
    }

    static let vlanReadings = FieldReading.bits(
        .dot1qVLAN,
        .vlan,
        .postDot1qVLAN,
        .postVLAN
    )
    static let uptimeReadings = FieldReading.bits(.startUptime, .endUptime)
    static let observedReadings = FieldReading.bits(
        .observedNanoseconds,
        .observedMicroseconds,
        .observedMilliseconds,
        .observedSeconds
    )

    /// A value that waits; 0 where the template has no such column.
    func value(_ reading: FieldReading?, _ row: Int) -> UInt64 {
        reading.map { value($0, row) } ?? 0
    }

    /// Chooses the VLAN on the side of observation: a record observed where packets leave has the
    /// VLAN they leave with.
    private func finishVLANs(
        _ records: inout MutableSpan<FlowRecord>,
        _ program: RecordProgram,
        _ words: inout [UInt32]
    ) {
        let vlan = program.column(.dot1qVLAN, .vlan)
        let postVLAN = program.column(.postDot1qVLAN, .postVLAN)
        let customer = program.column(.customerVLAN)
        let postCustomer = program.column(.postCustomerVLAN)
        for row in 0..<count {
            let post = value(postVLAN, row)
            let leaves = records[base + row].direction == .egress && post != 0
            let outer = leaves ? post : value(vlan, row)
            let inner = value(leaves ? postCustomer : customer, row)
            if leaves { records[base + row].known.insert(.vlan) }
            guard leaves || vlan != nil else { continue }
            records[base + row].vlan = UInt16(truncatingIfNeeded: outer)
            records[base + row].vlans = WordRange()
            guard outer != 0 else { continue }
            let start = words.count
            words.append(UInt32(truncatingIfNeeded: outer))
            if inner != 0 { words.append(UInt32(truncatingIfNeeded: inner)) }
            records[base + row].vlans = WordRange(start: start, count: words.count - start)
        }
    }

    private func finishUptimes(
        _ records: inout MutableSpan<FlowRecord>,
        _ program: RecordProgram,
        _ context: MessageContext,
        _ systemInitTime: UInt64
    ) {
        let own = program.column(.systemInitTime)
        for isStart in [true, false] {
            guard let column = program.column(isStart ? .startUptime : .endUptime) else { continue }
            for row in 0..<count {
                let value = value(column, row)
                guard value != Self.absent else { continue }
                let uptime = UInt32(truncatingIfNeeded: value)
                let said = self.value(own, row)
                let time = context.time(uptime: uptime, booted: said != 0 ? said : systemInitTime)
                if isStart {
                    records[base + row].give(start: time)
                } else {
                    records[base + row].give(end: time)
                }
            }
        }
    }

    private func finishDurations(
        _ records: inout MutableSpan<FlowRecord>,
        _ column: FieldReading
    ) {
        let unit: Int64 = column == .durationMilliseconds ? 1_000_000 : 1_000
        for row in 0..<count {
            let duration = Int64(truncatingIfNeeded: value(column, row) & 0xffff_ffff) * unit
            guard duration > 0 else { continue }
            let record = records[base + row]
            if record.has(.start), !record.has(.end) {
                records[base + row].give(end: record.start &+ duration)
            }
            if record.has(.end), !record.has(.start) {
                records[base + row].give(start: record.end &- duration)
            }
        }
    }

    private func finishObserved(
        _ records: inout MutableSpan<FlowRecord>,
        _ program: RecordProgram
    ) {
        for row in 0..<count {
            let time: Int64 =
                if program.has(.observedNanoseconds) {
                    WireTime.ntpNanoseconds(value(.observedNanoseconds, row))
                } else if program.has(.observedMicroseconds) {
                    WireTime.ntpMicroseconds(value(.observedMicroseconds, row))
                } else if program.has(.observedMilliseconds) {
                    WireTime.milliseconds(value(.observedMilliseconds, row))
                } else {
                    WireTime.seconds(value(.observedSeconds, row))
                }
            if !records[base + row].has(.start) { records[base + row].give(start: time) }
            if !records[base + row].has(.end) { records[base + row].give(end: time) }
        }
    }
}

/// What became of the packets.
extension RecordRows {
    /// Takes dropped and consumed packets from the interface they would have left by.
    ///
    /// The two upper bits of the octet: unknown, forwarded, dropped, consumed (RFC 7270, section
    /// 4.12). Devices that send four octets have it in the last.
    func finishStatus(_ records: inout [FlowRecord], _ program: RecordProgram) {
        guard program.has(.forwardingStatus) else { return }
        var records = records.mutableSpan
        for row in 0..<count {
            switch value(.forwardingStatus, row) & 0xc0 {
            case 0x80: records[base + row].egressKind = .discarded
            case 0xc0: records[base + row].egressKind = .local
            default: continue
            }
            records[base + row].egressInterface = 0
            records[base + row].known.remove(.egressInterface)
        }
    }
}

extension MessageContext {
    /// The time at which the exporter had been up for `uptime` milliseconds; 0 when that cannot
    /// be said.
    ///
    /// An IPFIX header has no uptime: there `booted`, in milliseconds since 1970-01-01 00:00 UTC,
    /// anchors it.
    fileprivate func time(uptime: UInt32, booted: UInt64) -> Int64 {
        guard flowProtocol == .ipfix else { return time(uptime: uptime) }
        guard booted > 0, booted < 9_000_000_000_000 else { return 0 }
        let time = Int64(booted) + Int64(uptime)
        let wraps = (exportTime / 1_000_000 - time + 1 << 31) >> 32
        return (time + max(wraps, 0) << 32) &* 1_000_000
    }
}
