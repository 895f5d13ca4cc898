// SPDX-License-Identifier: Apache-2.0

import Model
import Routing
import TestSupport

/// A network drawn at random, small enough that everything in it meets everything else.
struct RandomNetwork {
    private var random: SeededRandom
    private(set) var inventory = Inventory()
    let table = RoutingTable()
    private(set) var views: [ViewList] = []

    static let now: Int64 = 1_700_000_000_000_000_000
    private static let second: Int64 = 1_000_000_000

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        inventory.network.asns = [64500, 64501].map { ASN(rawValue: $0) }
        inventory.network.prefixes = (0..<3).map { _ in prefix() }
        for number in 0..<4 { addExporter(number) }
        for number in 0..<2 { addExchange(number) }
        for number in 0..<12 { addInterconnect(number) }
        fillTable()
    }

    // MARK: Numbers that meet

    private mutating func address() -> IPAddress {
        random.isOne(in: 4)
            ? .v6(0x2001_0db8 << 96 | UInt128(random.number(below: 64)) << 80 | 1)
            : .v4(0xc612_0000 | UInt32(random.number(below: 64)) << 8 | 1)
    }

    private mutating func prefix() -> IPPrefix {
        let address = address()
        let most = address.family == .ipv4 ? 24 : 48
        return IPPrefix(address, length: UInt8(most - random.number(below: 7)))
    }

    private mutating func member() -> IPAddress {
        .v4(0xc633_6400 | UInt32(random.number(below: 8)))
    }

    private mutating func mac() -> MACAddress { MACAddress(rawValue: random.next() % 8) }

    private mutating func asn() -> ASN {
        ASN(rawValue: random.one(of: [0, 64500, 64501, 64520, 64530, 64531, 64532, 64533]))
    }

    private mutating func interface() -> UInt32 { UInt32(random.number(below: 12)) }

    // MARK: The network

    private mutating func addExporter(_ number: Int) {
        var exporter = Exporter(name: "er\(number)")
        exporter.observes = random.one(of: Exporter.Observation.allCases + [.automatic])
        exporter.asFields = random.one(of: Exporter.ASFields.allCases)
        exporter.otherInterfaces = random.one(of: InterfaceRole.allCases + [.unknown])
        if random.isOne(in: 3) { exporter.overrideRate = SamplingRate(500) }
        if random.isOne(in: 3) { exporter.defaultRate = SamplingRate(2_000) }
        for _ in 0..<6 {
            var declared = Exporter.Interface(index: interface())
            if random.isTrue() { declared.role = random.one(of: InterfaceRole.allCases) }
            if random.isOne(in: 3) {
                declared.observes = random.one(of: Exporter.Observation.allCases)
            }
            exporter.interfaces.append(declared)
        }
        inventory.exporters.append(exporter)
    }

    private mutating func addExchange(_ number: Int) {
        var exchange = Exchange(id: "ix\(number)")
        if random.isTrue() { exchange.lan = [IPPrefix(member(), length: 30)] }
        if random.isTrue() { exchange.routeServers = .init(asn: ASN(rawValue: 64520)) }
        for _ in 0..<6 {
            exchange.members.append(
                Exchange.Member(asn: asn(), addresses: [member(), member()], macs: [mac()])
            )
        }
        inventory.exchanges.append(exchange)
    }

    private mutating func addInterconnect(_ number: Int) {
        let kind = random.one(of: Interconnect.Kind.allCases + [.exchange, .transit, .carrier])
        var interconnect = Interconnect(id: "i\(number)", kind: kind)
        if kind == .exchange || random.isOne(in: 5) {
            interconnect.exchange = "ix\(random.number(below: 3))"
        }
        for _ in 0..<random.number(below: 3) { interconnect.peers.append(asn()) }
        if random.isTrue() { interconnect.via = asn() }
        for _ in 0..<random.number(below: 3) { interconnect.staticPrefixes.append(prefix()) }
        for _ in 0..<1 + random.number(below: 3) {
            interconnect.interfaces.append(
                .init(
                    exporter: "er\(random.number(below: 5))",
                    index: interface(),
                    vlan: random.isTrue() ? UInt16(random.number(below: 3)) * 100 : nil
                )
            )
        }
        let seconds = Self.now / Self.second
        if random.isOne(in: 3) { interconnect.valid = seconds - 300..<Int64.max }
        if random.isOne(in: 5) { interconnect.valid = Int64.min..<seconds - 300 }
        inventory.interconnects.append(interconnect)
    }

    private mutating func fillTable() {
        var writer = table.makeWriter()
        let ids = [writer.view(named: "a"), writer.view(named: "b")]
        let sources = (0..<3 as Range<UInt32>).map {
            RouteSource(name: "n\($0)", address: .v4($0), asn: ASN(rawValue: 64500))
        }
        for step in 0..<400 {
            var update = RouteUpdate(time: Self.now - Int64(400 - step) * Self.second)
            let reach = (0..<3).map { _ in RouteUpdate.Reachability(prefix()) }
            if random.isOne(in: 4) {
                update.withdrawn = reach
            } else {
                update.announced = reach
                update.attributes.asPath = path()
                update.attributes.nextHop = random.isOne(in: 9) ? nil : member()
            }
            writer.apply(update, from: random.one(of: sources), to: random.one(of: ids))
            if step == 300 { for id in ids { writer.markStale(sources[0], in: id) } }
        }
        views = inventory.exporters.map { _ in
            ViewList(ids.filter { _ in !random.isOne(in: 3) })
        }
    }

    private mutating func path() -> ASPath {
        var path = ASPath()
        if random.isOne(in: 6) { path.append(.confederationSequence, [asn()]) }
        let kind: ASPath.SegmentKind = random.isOne(in: 8) ? .set : .sequence
        path.append(kind, (0..<1 + random.number(below: 3)).map { _ in asn() })
        if random.isOne(in: 5) { path.append(.sequence, [asn()]) }
        return path
    }

    // MARK: Its flows

    mutating func batch(of count: Int) -> (batch: FlowBatch, exporters: [UInt16]) {
        var batch = FlowBatch()
        for _ in 0..<count { batch.records.append(record(&batch.words)) }
        return (batch, (0..<count).map { _ in UInt16(random.number(below: 4)) })
    }

    private mutating func record(_ words: inout [UInt32]) -> FlowRecord {
        var record = FlowRecord()
        let fields: [FlowRecord.Fields] = [
            .source, .destination, .octets, .packets, .ingressInterface, .egressInterface, .vlan,
            .sourceMAC, .destinationMAC, .postDestinationMAC, .bgpNextHop, .nextHop, .sourceAS,
            .destinationAS, .sourcePeerAS, .destinationPeerAS, .asPath, .start, .end,
        ]
        for field in fields where !random.isOne(in: 4) { record.known.insert(field) }
        record.source = address()
        record.destination = address()
        record.octets = random.isOne(in: 50) ? 1 << 50 : UInt64(random.number(below: 9_000))
        record.packets = random.next() % 9
        record.ingressInterface = interface()
        record.egressInterface = random.isOne(in: 5) ? record.ingressInterface : interface()
        record.vlan = UInt16(random.number(below: 3)) * 100
        record.sourceMAC = mac()
        record.destinationMAC = mac()
        record.postDestinationMAC = mac()
        record.bgpNextHop = random.isOne(in: 4) ? .v4(0) : member()
        record.nextHop = random.isOne(in: 4) ? .v4(0) : member()
        record.sourceAS = asn()
        record.destinationAS = asn()
        record.sourcePeerAS = asn()
        record.destinationPeerAS = asn()
        if record.has(.asPath) {
            let path = path().words
            record.asPath = WordRange(start: words.count, count: random.isTrue() ? path.count : 0)
            words += path
        }
        record.arrival = Self.now + Int64(random.number(below: 60)) * Self.second
        record.end = record.arrival - Int64(random.number(below: 700)) * Self.second
        record.start = record.end - Int64(random.number(below: 700)) * Self.second
        record.direction = random.one(of: [.unknown, .ingress, .egress])
        if random.isOne(in: 12) {
            record.egressKind = random.one(of: [.local, .discarded, .multiple])
        }
        record.octetsBasis = random.isOne(in: 6) ? .layer2 : .ip
        record.samplingSource = random.one(of: SamplingSource.allCases)
        record.samplingRate = SamplingRate(UInt32(random.number(below: 3)) * 1_000)
        return record
    }
}
