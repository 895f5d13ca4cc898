// SPDX-License-Identifier: Apache-2.0

import Attribution
import Model
import Routing
import Testing

@Suite("Attributor")
struct AttributorTests {
    private let far = IPAddress("198.18.0.1") ?? .v4(0)
    private let own = IPAddress("203.0.113.1") ?? .v4(0)

    private var inventory: Inventory {
        var inventory = Inventory()
        inventory.network.prefixes = [IPPrefix("203.0.113.0/24")].compactMap { $0 }
        var exporter = Exporter(name: "er1")
        var inside = Exporter.Interface(index: 1)
        inside.role = .internal
        var backbone = Exporter.Interface(index: 2)
        backbone.role = .backbone
        exporter.interfaces = [inside, backbone]
        inventory.exporters = [exporter]
        inventory.network.asns = [ASN(rawValue: 64500)]
        var exchange = Exchange(id: "ix")
        exchange.routeServers = .init(asn: ASN(rawValue: 64520))
        inventory.exchanges = [exchange]
        var transit = Interconnect(id: "transit-1", kind: .transit)
        transit.peers = [ASN(rawValue: 64510)]
        transit.interfaces = [.init(exporter: "er1", index: 17)]
        inventory.interconnects = [transit]
        return inventory
    }

    private func record(in input: UInt32, out output: UInt32, octets: UInt64 = 100) -> FlowRecord {
        var record = FlowRecord()
        record.known = [.source, .destination, .octets, .packets, .ingressInterface]
        record.known.insert(.egressInterface)
        record.ingressInterface = input
        record.egressInterface = output
        record.source = input == 1 ? own : far
        record.destination = output == 1 ? own : far
        record.octets = octets
        record.packets = 1
        return record
    }

    private func attribute(
        _ records: [FlowRecord],
        table: RoutingTable = RoutingTable(),
        view: ViewID? = nil
    ) -> (postings: [Posting], implausible: Int) {
        var attributor = Attributor(
            inventory: inventory,
            viewLists: [ViewList(view.map { [$0] } ?? [])],
            reader: table.makeReader()
        )
        var batch = FlowBatch()
        batch.records = records
        var postings: [Posting] = []
        var implausible: [UInt16] = []
        attributor.attribute(
            batch,
            exporters: Array(repeating: 0, count: records.count),
            into: &postings,
            implausible: &implausible
        )
        return (postings, implausible.count)
    }

    @Test("transit to our network is posted once, and its neighbor is known")
    func ingress() throws {
        let posting = try #require(attribute([record(in: 17, out: 1)]).postings.first)
        guard case .posted(let key) = posting.ingress else {
            Issue.record("not posted")
            return
        }
        #expect(key.interface == 17)
        #expect(key.flags.contains(.isTransit))
        #expect(!key.flags.contains(.isUnknownNeighbor))
        #expect(posting.egress == .inside)
    }

    @Test("what crosses the backbone is carried on that side")
    func carried() throws {
        let posting = try #require(attribute([record(in: 2, out: 1)]).postings.first)
        #expect(posting.ingress == .carried)
        #expect(posting.egress == .inside)
    }

    @Test("an interface nobody listed is posted, its neighbor unknown")
    func unknownInterface() throws {
        let posting = try #require(attribute([record(in: 40, out: 1)]).postings.first)
        guard case .posted(let key) = posting.ingress else {
            Issue.record("not posted")
            return
        }
        #expect(key.flags.contains(.isUnknownNeighbor))
    }

    @Test("the route to the far address gives path, next hop, origin and prefix")
    func route() throws {
        let table = RoutingTable()
        var writer = table.makeWriter()
        let view = writer.view(named: "er1")
        var update = RouteUpdate(time: 0)
        let prefix = try #require(IPPrefix("198.18.0.0/24"))
        update.announced = [.init(prefix)]
        update.attributes.asPath = ASPath(sequence: [ASN(rawValue: 64510), ASN(rawValue: 7)])
        update.attributes.nextHop = IPAddress("192.0.2.17")
        let source = RouteSource(name: "er1", address: .v4(1), asn: ASN(rawValue: 64500))
        writer.apply(update, from: source, to: view)

        let found = attribute([record(in: 1, out: 17)], table: table, view: view).postings
        let posting = try #require(found.first)
        guard case .posted(let key) = posting.egress else {
            Issue.record("not posted")
            return
        }
        #expect(key.routePeerAS == ASN(rawValue: 64510))
        #expect(key.originAS == ASN(rawValue: 7))
        #expect(key.nextHop == IPAddress("192.0.2.17"))
        #expect(key.flags.isSuperset(of: [.hasRoute, .hasNextHop, .nextHopIsFromRoute]))
        #expect(posting.egressPrefix == prefix)
    }

    @Test("a route server that puts itself into the path does not hide the peer behind it")
    func routeServerInPath() throws {
        let table = RoutingTable()
        var writer = table.makeWriter()
        let view = writer.view(named: "er1")
        var update = RouteUpdate(time: 0)
        update.announced = [.init(try #require(IPPrefix("198.18.0.0/24")))]
        let path = [64520, 64500, 64531, 7] as [UInt32]
        update.attributes.asPath = ASPath(sequence: path.map { ASN(rawValue: $0) })
        let source = RouteSource(name: "er1", address: .v4(1), asn: ASN(rawValue: 64500))
        writer.apply(update, from: source, to: view)
        let found = attribute([record(in: 1, out: 40)], table: table, view: view).postings
        let posting = try #require(found.first)
        guard case .posted(let key) = posting.egress else {
            Issue.record("not posted")
            return
        }
        #expect(key.routePeerAS == ASN(rawValue: 64531))
        #expect(!key.flags.contains(.isUnknownNeighbor))
    }

    @Test("what no link can carry is left out and told")
    func implausible() {
        let found = attribute([record(in: 17, out: 1, octets: .max), record(in: 17, out: 1)])
        #expect(found.postings.count == 1)
        #expect(found.implausible == 1)
    }

    @Test("a next hop of all zeros is none")
    func zeroNextHop() throws {
        var record = record(in: 1, out: 17)
        record.nextHop = .v4(0)
        record.known.insert(.nextHop)
        let posting = try #require(attribute([record]).postings.first)
        guard case .posted(let key) = posting.egress else {
            Issue.record("not posted")
            return
        }
        #expect(!key.flags.contains(.hasNextHop))
    }
}
