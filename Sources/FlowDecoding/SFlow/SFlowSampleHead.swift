// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

extension SFlowFlowSample {
    /// The head of a flow sample (sFlow version 5, section 5, `flow_sample` and
    /// `flow_sample_expanded`).
    ///
    ///     sequence, source, rate, pool, drops, input, output, number of records
    ///
    /// Source, input and output are one word in the compact form, two in the expanded.
    struct Head {
        let recordCount: UInt32
        private let sequence: UInt32
        private let source: DataSource
        private let rate: UInt32
        private let pool: UInt32
        private let drops: UInt32
        private let input: SFlowInterface
        private let output: SFlowInterface

        /// Takes the head apart that begins at `start` and lies inside `octets`.
        @inline(__always)
        init(_ octets: RawSpan, at start: Int, isExpanded: Bool) {
            let size = SFlowFlowSample.headOctets(isExpanded: isExpanded)
            self =
                isExpanded
                ? Self(expanded: WireBlock(of: octets, from: start, count: size))
                : Self(compact: WireBlock(of: octets, from: start, count: size))
        }

        @inline(__always)
        private init(compact head: borrowing WireBlock) {
            sequence = head.read(at: 0)
            source = DataSource(compact: head.read(at: 4))
            rate = head.read(at: 8)
            pool = head.read(at: 12)
            drops = head.read(at: 16)
            input = SFlowInterface(compact: head.read(at: 20))
            output = SFlowInterface(compact: head.read(at: 24))
            recordCount = head.read(at: 28)
        }

        @inline(__always)
        private init(expanded head: borrowing WireBlock) {
            sequence = head.read(at: 0)
            source = DataSource(type: head.read(at: 4), index: head.read(at: 8))
            rate = head.read(at: 12)
            pool = head.read(at: 16)
            drops = head.read(at: 20)
            input = SFlowInterface(format: head.read(at: 24), value: head.read(at: 28))
            output = SFlowInterface(format: head.read(at: 32), value: head.read(at: 36))
            recordCount = head.read(at: 40)
        }

        /// What it says of the numbers of its source.
        @inline(__always)
        var sighting: SFlowSighting {
            SFlowSighting(
                kind: .flows,
                source: source,
                sequence: sequence,
                pool: pool,
                drops: drops
            )
        }

        /// Puts in what it says of the packet: how often, where it came in and left, on which side
        /// it was observed.
        @inline(__always)
        func store(in record: inout FlowRecord) {
            if rate > 0 {
                record.samplingRate = SamplingRate(rate)
                record.samplingSource = .header
            }
            record.packets = 1
            var known: FlowRecord.Fields = .packets
            var ingress: UInt32 = 0
            var egress: UInt32 = 0
            if input.format == 0, input.value != SFlowInterface.local { ingress = input.value }
            switch output.format {
            case 0 where output.value == SFlowInterface.local: record.egressKind = .local
            case 0: egress = output.value
            case 1: record.egressKind = .discarded
            case 2: record.egressKind = .multiple
            default: break
            }
            record.ingressInterface = ingress
            record.egressInterface = egress
            if ingress != 0 { known.insert(.ingressInterface) }
            if egress != 0 { known.insert(.egressInterface) }
            record.known = known
            guard source.isInterface else { return }
            if source.index == ingress {
                record.direction = .ingress
            } else if source.index == egress {
                record.direction = .egress
            }
        }
    }
}
