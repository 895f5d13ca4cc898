// SPDX-License-Identifier: Apache-2.0

import Model
import TestSupport

/// Batches of records as the decoders would have made them of a worker's datagrams.
struct Traffic {
    /// How an exporter tells of its flows.
    enum Kind {
        /// NetFlow or IPFIX of a router: interfaces, ASes, next hops, half of them IE 61.
        case router
        /// sFlow of a switch: sampled frames with MAC addresses and the path of the gateway.
        case frames
    }

    private let kind: Kind
    private var random: SeededRandom
    private var flows: [FlowRecord] = []
    private(set) var batches: [FlowBatch] = []
    private(set) var exporters: [[UInt16]] = []

    /// Datagrams of a batch, each of one exporter.
    private static let datagrams = 64
    /// 40 s into a slot, so that some flows began in the one before.
    private static let start: Int64 = 1_699_999_840_000_000_000

    /// `count` batches, the records of which repeat `distinct` flows, some far more often.
    init(_ kind: Kind, batches count: Int, distinct: Int) {
        self.kind = kind
        random = SeededRandom(seed: 7)
        for _ in 0..<distinct { flows.append(flow()) }
        for number in 0..<count {
            var batch = FlowBatch()
            var senders: [UInt16] = []
            for _ in 0..<Self.datagrams {
                let exporter = UInt16(random.next() % UInt64(Scene.exporters))
                for _ in 0..<(kind == .router ? 23 : 7) {
                    append(to: &batch, of: exporter, at: Self.start + Int64(number) * 10_000_000)
                    senders.append(exporter)
                }
            }
            batches.append(batch)
            exporters.append(senders)
        }
    }

    private mutating func append(to batch: inout FlowBatch, of exporter: UInt16, at time: Int64) {
        // The square of a fraction: a tenth of the flows has a third of the records.
        let fraction = Double(random.next() % 1_000_000) / 1_000_000
        var record = flows[Int(fraction * fraction * Double(flows.count))]
        record.octets = 64 + random.next() % 100_000
        record.packets = 1 + record.octets / 1_400
        record.arrival = time
        if kind == .router {
            record.end = time - Int64(random.next() % 30_000_000_000)
            record.start = record.end - Int64(random.next() % 20_000_000_000)
            if exporter % 4 < 2 {
                record.direction = .ingress
            }
        } else {
            let path = [
                UInt32(2 << 16 | 2), record.destinationPeerAS.rawValue,
                record.destinationAS.rawValue,
            ]
            record.asPath = WordRange(start: batch.words.count, count: path.count)
            batch.words += path
            record.known.insert(.asPath)
            record.packets = 1
            record.octets = min(record.octets, 1_500)
        }
        batch.records.append(record)
    }

    /// A flow that enters or leaves the network, or crosses it.
    private mutating func flow() -> FlowRecord {
        var record = FlowRecord()
        record.known = [
            .source, .destination, .octets, .packets, .ingressInterface, .egressInterface,
            .sourceAS, .destinationAS,
        ]
        record.flowProtocol = kind == .router ? .ipfix : .sflow5
        record.samplingSource = kind == .router ? .options : .header
        record.samplingRate = SamplingRate(4_096)
        let isIPv6 = random.next() % 5 == 0
        switch random.next() % 10 {
        case 0..<4:
            record.ingressInterface = edgePort()
            record.egressInterface = insidePort()
            record.source = farAddress(isIPv6)
            record.destination = ownAddress(isIPv6)
        case 4..<8:
            record.ingressInterface = insidePort()
            record.egressInterface = edgePort()
            record.source = ownAddress(isIPv6)
            record.destination = farAddress(isIPv6)
        default:
            record.ingressInterface = edgePort()
            record.egressInterface = edgePort()
            record.source = farAddress(isIPv6)
            record.destination = farAddress(isIPv6)
        }
        record.sourceAS = ASN(rawValue: UInt32(400_000 + random.next() % 1_000))
        record.destinationAS = ASN(rawValue: UInt32(400_000 + random.next() % 1_000))
        addLink(to: &record)
        return record
    }

    private mutating func addLink(to record: inout FlowRecord) {
        let member = Int(random.next() % UInt64(Scene.members))
        let exchange = Int(record.egressInterface % UInt32(Scene.exchanges))
        if Scene.Port.exchange.contains(record.egressInterface) {
            record.nextHop = Scene.address(Int(record.egressInterface) - 13, member)
            record.known.insert(.nextHop)
        } else if random.next() % 2 == 0 {
            record.nextHop = Scene.address(exchange, member)
            record.known.insert(.nextHop)
        }
        guard kind == .frames else {
            record.known.formUnion([.start, .end])
            return
        }
        record.known.formUnion([.sourceMAC, .destinationMAC, .vlan, .destinationPeerAS])
        record.sourceMAC = Scene.mac(Int(record.ingressInterface % 3), member)
        record.destinationMAC = Scene.mac(Int(record.egressInterface % 3), member)
        record.vlan = UInt16(random.next() % 3) * 100
        record.destinationPeerAS = Scene.member(exchange, member)
        record.direction = random.next() % 2 == 0 ? .ingress : .unknown
    }

    private mutating func edgePort() -> UInt32 {
        switch random.next() % 20 {
        case 0..<8: port(Scene.Port.exchange)
        case 8..<14: port(Scene.Port.private)
        case 14..<18: port(Scene.Port.transit)
        case 18: port(Scene.Port.carrier)
        default: port(Scene.Port.nobody)
        }
    }

    private mutating func insidePort() -> UInt32 {
        random.next() % 5 == 0 ? port(Scene.Port.backbone) : port(Scene.Port.inside)
    }

    private mutating func port(_ range: Range<UInt32>) -> UInt32 {
        range.lowerBound + UInt32(random.next() % UInt64(range.count))
    }

    private mutating func farAddress(_ isIPv6: Bool) -> IPAddress {
        let number = Int(random.next() % UInt64(Scene.ipv4Prefixes))
        let prefix = Scene.prefix(
            isIPv6 ? Scene.ipv4Prefixes + number % Scene.ipv6Prefixes : number
        )
        let host = UInt128(random.next() % 200)
        return IPAddress(
            bits: prefix.address.bits + host << (isIPv6 ? 0 : 96),
            family: prefix.family
        )
    }

    private mutating func ownAddress(_ isIPv6: Bool) -> IPAddress {
        isIPv6
            ? .v6(0x2001_0db8 << 96 + UInt128(random.next() % 65_536))
            : .v4(0xcb00_7100 + UInt32(random.next() % 256))
    }
}
