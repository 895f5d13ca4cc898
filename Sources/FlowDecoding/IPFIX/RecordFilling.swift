// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// What becomes of a field: one line for each ``FieldReading``.
extension RecordRows {
    /// Reads all fields of the rows into the records from ``base`` on.
    mutating func fill(
        _ records: inout [FlowRecord],
        by program: RecordProgram,
        from octets: RawSpan,
        _ context: MessageContext
    ) {
        var records = records.mutableSpan
        let rows = 0..<count
        precondition(records.count - base == count)
        let loads = program.loads.span
        for index in loads.indices { fill(&records, rows, loads[index], octets, context) }
        guard !program.rowLoads.isEmpty else { return }
        for load in program.rowLoads where load.reading.isInColumn && load.width == 0 {
            clear(load.reading, to: load.reading.isOptional ? Self.absent : 0)
        }
        for row in rows {
            for load in program.rowLoads { fillRow(&records, row, load, octets, context) }
        }
    }

    /// Reads a field whose length is another in each record.
    private mutating func fillRow(
        _ records: inout MutableSpan<FlowRecord>,
        _ row: Int,
        _ load: RecordProgram.Load,
        _ octets: RawSpan,
        _ context: MessageContext
    ) {
        let width = load.width == 0 ? length(of: load, row) : Int(load.width)
        guard load.reading.accepts(octets: width) else { return }
        let known = RecordProgram.Load(
            load.reading,
            octets: width,
            isShared: load.isShared,
            segment: load.segment,
            end: load.end
        )
        fill(&records, row..<row + 1, known, octets, context)
        records[base + row].known.formUnion(load.reading.fills)
        if let basis = load.reading.basis { records[base + row].octetsBasis = basis }
    }

    /// Reads one field of some rows.
    private mutating func fill(
        _ records: inout MutableSpan<FlowRecord>,
        _ rows: Range<Int>,
        _ load: RecordProgram.Load,
        _ octets: RawSpan,
        _ context: MessageContext
    ) {
        switch load.reading {
        case .octets, .initiatorOctets, .responderOctets, .totalOctets, .postOctets, .layer2Octets:
            self.load(load, rows, from: octets, into: &records) { $0.octets = $1 }
        case .packets, .initiatorPackets, .responderPackets, .totalPackets, .postPackets:
            self.load(load, rows, from: octets, into: &records) { $0.packets = $1 }
        case .ipProtocol, .nextHeader:
            self.load(load, rows, from: octets, into: &records) {
                $0.ipProtocol = UInt8(truncatingIfNeeded: $1)
            }
        case .sourcePort, .udpSourcePort, .tcpSourcePort:
            self.load(load, rows, from: octets, into: &records) {
                $0.sourcePort = UInt16(truncatingIfNeeded: $1)
            }
        case .destinationPort, .udpDestinationPort, .tcpDestinationPort:
            self.load(load, rows, from: octets, into: &records) {
                $0.destinationPort = UInt16(truncatingIfNeeded: $1)
            }
        case .ingressInterface, .ingressPhysicalInterface:
            self.load(load, rows, from: octets, into: &records) {
                $0.ingressInterface = UInt32(truncatingIfNeeded: $1)
                if $0.ingressInterface != 0 { $0.known.insert(.ingressInterface) }
            }
        case .egressInterface, .egressPhysicalInterface:
            self.load(load, rows, from: octets, into: &records) {
                $0.egressInterface = UInt32(truncatingIfNeeded: $1)
                if $0.egressInterface != 0 { $0.known.insert(.egressInterface) }
            }
        case .sourceIPv4, .sourceIPv4Prefix, .destinationIPv4, .destinationIPv4Prefix,
            .nextHopIPv4, .bgpNextHopIPv4:
            fillIPv4(&records, rows, load, octets)
        case .sourceIPv6, .sourceIPv6Prefix, .destinationIPv6, .destinationIPv6Prefix,
            .nextHopIPv6, .bgpNextHopIPv6:
            fillIPv6(&records, rows, load, octets)
        default: fillLink(&records, rows, load, octets, context)
        }
    }

    @inline(__always)
    private func fillIPv4(
        _ records: inout MutableSpan<FlowRecord>,
        _ rows: Range<Int>,
        _ load: RecordProgram.Load,
        _ octets: RawSpan
    ) {
        if load.isShared || load.width != 4 {
            return self.load(load, rows, from: octets, into: &records) {
                $0.give(.v4(UInt32(truncatingIfNeeded: $1)), as: load.reading)
            }
        }
        switch load.reading {
        case .sourceIPv4, .sourceIPv4Prefix:
            self.load(load, rows, from: octets, into: &records) {
                $0.sourceBits = UInt128($1) << 96
            }
        case .destinationIPv4, .destinationIPv4Prefix:
            self.load(load, rows, from: octets, into: &records) {
                $0.destinationBits = UInt128($1) << 96
            }
        case .nextHopIPv4:
            self.load(load, rows, from: octets, into: &records) {
                $0.nextHopBits = UInt128($1) << 96
            }
        case .bgpNextHopIPv4:
            self.load(load, rows, from: octets, into: &records) {
                $0.bgpNextHopBits = UInt128($1) << 96
            }
        default: break
        }
    }

    @inline(__always)
    private func fillIPv6(
        _ records: inout MutableSpan<FlowRecord>,
        _ rows: Range<Int>,
        _ load: RecordProgram.Load,
        _ octets: RawSpan
    ) {
        if load.isShared {
            return loadAddress(load, rows, from: octets, into: &records) {
                $0.give(.v6($1), as: load.reading)
            }
        }
        switch load.reading {
        case .sourceIPv6, .sourceIPv6Prefix:
            loadAddress(load, rows, from: octets, into: &records) { $0.sourceBits = $1 }
        case .destinationIPv6, .destinationIPv6Prefix:
            loadAddress(load, rows, from: octets, into: &records) { $0.destinationBits = $1 }
        case .nextHopIPv6:
            loadAddress(load, rows, from: octets, into: &records) { $0.nextHopBits = $1 }
        case .bgpNextHopIPv6:
            loadAddress(load, rows, from: octets, into: &records) { $0.bgpNextHopBits = $1 }
        default: break
        }
    }
}
