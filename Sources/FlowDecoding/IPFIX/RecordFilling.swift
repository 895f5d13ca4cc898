// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// What becomes of a field: one line for each ``FieldReading``.
extension RecordRows {
    /// Reads all fields of the rows into the records from ``base`` on.
    @inline(__always)
    mutating func fill(
        _ records: inout [FlowRecord],
        by program: RecordProgram,
        from octets: RawSpan,
        _ context: MessageContext
    ) {
        guard count > 0 else { return }
        Self.fill(&records, &values, program, 0..<count, starts, base, octets, context)
        if !program.rowLoads.isEmpty { fillEach(&records, program.rowLoads, octets, context) }
    }

    /// Reads the fields that are done for each row by itself.
    @inline(never)
    private mutating func fillEach(
        _ records: inout [FlowRecord],
        _ rowLoads: [RecordProgram.Load],
        _ octets: RawSpan,
        _ context: MessageContext
    ) {
        for load in rowLoads where load.reading.isInColumn && load.width == 0 {
            clear(load.reading, to: load.reading.isOptional ? Self.absent : 0)
        }
        for row in 0..<count {
            for load in rowLoads { fillRow(&records, row, load, octets, context) }
        }
    }

    /// Reads a field whose length is another in each record.
    private mutating func fillRow(
        _ records: inout [FlowRecord],
        _ row: Int,
        _ load: RecordProgram.Load,
        _ octets: RawSpan,
        _ context: MessageContext
    ) {
        let width = load.width == 0 ? length(of: load, row) : Int(load.width)
        guard load.reading.accepts(octets: width) else { return }
        let known = CollectionOfOne(
            RecordProgram.Load(
                load.reading,
                octets: width,
                isShared: load.isShared,
                segment: load.segment,
                end: load.end
            )
        )
        Self.fill(&records, &values, known.span, row, starts, base, octets, context)
        records[base + row].known.formUnion(load.reading.fills)
        if let basis = load.reading.basis { records[base + row].octetsBasis = basis }
    }

    /// Reads one field of one row.
    private static func fill(
        _ records: inout [FlowRecord],
        _ values: inout [UInt64],
        _ load: Span<RecordProgram.Load>,
        _ row: Int,
        _ starts: [Int32],
        _ base: Int,
        _ octets: RawSpan,
        _ context: MessageContext
    ) {
        var from = RowLoads(
            octets,
            starts.span,
            records.mutableSpan,
            base: base,
            row: row,
            load: load[0]
        )
        switch load[0].reading.group {
        case .number: fillNumbers(&from, load, 0..<1)
        case .address: fillAddresses(&from, load, 0..<1)
        case .link: fillLinks(&from, load, 0..<1)
        case .time: fillTimes(&from, load, 0..<1, context)
        case .waiting: fillColumns(&from, &values, load, 0..<1)
        }
    }

    /// Reads the fields of a known width.
    @inline(__always)
    private static func fill(
        _ records: inout [FlowRecord],
        _ values: inout [UInt64],
        _ program: RecordProgram,
        _ rows: Range<Int>,
        _ starts: [Int32],
        _ base: Int,
        _ octets: RawSpan,
        _ context: MessageContext
    ) {
        let loads = program.loads.span
        let (numbers, addresses) = (program.numbersEnd, program.addressesEnd)
        let (links, times) = (program.linksEnd, program.timesEnd)
        var from = RowLoads(
            octets,
            starts.span,
            records.mutableSpan,
            base: base,
            rows: rows,
            reach: program.reach
        )
        fillNumbers(&from, loads, 0..<numbers)
        fillAddresses(&from, loads, numbers..<addresses)
        if links > addresses { fillLinks(&from, loads, addresses..<links) }
        if times > links { fillTimes(&from, loads, links..<times, context) }
        if loads.count > times { fillColumns(&from, &values, loads, times..<loads.count) }
    }

    private static func fillNumbers(
        _ from: inout RowLoads,
        _ loads: Span<RecordProgram.Load>,
        _ group: Range<Int>
    ) {
        for index in group {
            let load = loads[index]
            switch load.reading {
            case .octets, .initiatorOctets, .responderOctets, .totalOctets, .postOctets,
                .layer2Octets:
                from.load(load) { $0.octets = $1 }
            case .packets, .initiatorPackets, .responderPackets, .totalPackets, .postPackets:
                from.load(load) { $0.packets = $1 }
            case .ipProtocol, .nextHeader:
                from.load(load) {
                    $0.ipProtocol = UInt8(truncatingIfNeeded: $1)
                }
            case .sourcePort, .udpSourcePort, .tcpSourcePort:
                from.load(load) {
                    $0.sourcePort = UInt16(truncatingIfNeeded: $1)
                }
            case .destinationPort, .udpDestinationPort, .tcpDestinationPort:
                from.load(load) {
                    $0.destinationPort = UInt16(truncatingIfNeeded: $1)
                }
            case .ingressInterface, .ingressPhysicalInterface:
                from.load(load) {
                    $0.ingressInterface = UInt32(truncatingIfNeeded: $1)
                    if $0.ingressInterface != 0 { $0.known.insert(.ingressInterface) }
                }
            case .egressInterface, .egressPhysicalInterface:
                from.load(load) {
                    $0.egressInterface = UInt32(truncatingIfNeeded: $1)
                    if $0.egressInterface != 0 { $0.known.insert(.egressInterface) }
                }
            default: break
            }
        }
    }

    private static func fillAddresses(
        _ from: inout RowLoads,
        _ loads: Span<RecordProgram.Load>,
        _ group: Range<Int>
    ) {
        for index in group {
            if loads[index].width == 4 {
                fillIPv4(&from, loads[index])
            } else {
                fillIPv6(&from, loads[index])
            }
        }
    }

    @inline(__always)
    private static func fillIPv4(
        _ from: inout RowLoads,
        _ load: RecordProgram.Load
    ) {
        if load.isShared {
            return from.load(load) {
                $0.give(.v4(UInt32(truncatingIfNeeded: $1)), as: load.reading)
            }
        }
        switch load.reading {
        case .sourceIPv4, .sourceIPv4Prefix:
            from.load(load) {
                $0.sourceBits = UInt128($1) << 96
            }
        case .destinationIPv4, .destinationIPv4Prefix:
            from.load(load) {
                $0.destinationBits = UInt128($1) << 96
            }
        case .nextHopIPv4:
            from.load(load) {
                $0.nextHopBits = UInt128($1) << 96
            }
        case .bgpNextHopIPv4:
            from.load(load) {
                $0.bgpNextHopBits = UInt128($1) << 96
            }
        default: break
        }
    }

    @inline(__always)
    private static func fillIPv6(
        _ from: inout RowLoads,
        _ load: RecordProgram.Load
    ) {
        if load.isShared {
            return from.loadAddress(load) {
                $0.give(.v6($1), as: load.reading)
            }
        }
        switch load.reading {
        case .sourceIPv6, .sourceIPv6Prefix:
            from.loadAddress(load) { $0.sourceBits = $1 }
        case .destinationIPv6, .destinationIPv6Prefix:
            from.loadAddress(load) { $0.destinationBits = $1 }
        case .nextHopIPv6:
            from.loadAddress(load) { $0.nextHopBits = $1 }
        case .bgpNextHopIPv6:
            from.loadAddress(load) { $0.bgpNextHopBits = $1 }
        default: break
        }
    }
}
