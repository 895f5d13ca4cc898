// SPDX-License-Identifier: Apache-2.0

import Attribution
import Model
import Routing
import Testing

@Suite("Explanation of a record")
struct ExplanationTests {
    /// A network with every kind of interface, an exchange and routes.
    private struct World {
        var inventory = Inventory()
        let table = RoutingTable()
        var views: [ViewList] = []

        init() {
            inventory.network.prefixes = [IPPrefix("203.0.113.0/24")].compactMap { $0 }
            for (number, observes) in Exporter.Observation.allCases.enumerated() {
                var exporter = Exporter(name: "er\(number)")
                exporter.observes = observes
                exporter.asFields = Exporter.ASFields.allCases[number % 3]
                exporter.overrideRate = number == 1 ? SamplingRate(500) : nil
                exporter.defaultRate = number == 2 ? SamplingRate(2000) : nil
                var inside = Exporter.Interface(index: 1)
                inside.role = .internal
                var backbone = Exporter.Interface(index: 2)
                backbone.role = .backbone
                exporter.interfaces = [inside, backbone]
                inventory.exporters.append(exporter)
            }
            var exchange = Exchange(id: "ix")
            exchange.lan = [IPPrefix("198.51.100.0/24")].compactMap { $0 }
            exchange.members = [
                Exchange.Member(
                    asn: ASN(rawValue: 64530),
                    addresses: [.v4(0xc633_6401)],
                    macs: [MACAddress(rawValue: 1)]
                ),
                Exchange.Member(
                    asn: ASN(rawValue: 64599),
                    addresses: [.v4(0xc633_6402)],
                    macs: [MACAddress(rawValue: 2)]
                ),
            ]
            exchange.routeServers = Exchange.RouteServers(asn: ASN(rawValue: 64599))
            inventory.exchanges = [exchange]
            inventory.interconnects = Self.interconnects(inventory.exporters.map(\.name))
            fillTable()
        }

        private static func interconnects(_ exporters: [String]) -> [Interconnect] {
            var transit = Interconnect(id: "transit-1", kind: .transit)
            transit.peers = [ASN(rawValue: 64510)]
            var port = Interconnect(id: "ix-1", kind: .exchange)
            port.exchange = "ix"
            var carrier = Interconnect(id: "carrier", kind: .carrier)
            carrier.peers = [ASN(rawValue: 64540), ASN(rawValue: 64541)]
            carrier.via = ASN(rawValue: 64542)
            carrier.staticPrefixes = [IPPrefix("198.18.8.0/24")].compactMap { $0 }
            for exporter in exporters {
                transit.interfaces.append(.init(exporter: exporter, index: 17))
                port.interfaces.append(.init(exporter: exporter, index: 21, vlan: 100))
                carrier.interfaces.append(.init(exporter: exporter, index: 22))
            }
            return [transit, port, carrier]
        }

        private mutating func fillTable() {
            var writer = table.makeWriter()
            let view = writer.view(named: "er")
            let source = RouteSource(name: "er", address: .v4(1), asn: ASN(rawValue: 64500))
            for number in 0..<12 as Range<UInt32> {
                var update = RouteUpdate(time: Int64(number))
                update.announced = [.init(IPPrefix(.v4(0xc612_0000 | number << 8), length: 24))]
                update.attributes.nextHop = .v4(0xc633_6400 + number % 4)
                let first = [64510, 64530, 64599, 64540][Int(number % 4)] as UInt32
                update.attributes.asPath = ASPath(
                    sequence: [ASN(rawValue: first), ASN(rawValue: 65000 + number)]
                )
                writer.apply(update, from: source, to: view)
            }
            views = inventory.exporters.map { _ in [view] }
        }

        func attributor() -> Attributor {
            Attributor(inventory: inventory, viewLists: views, reader: table.makeReader())
        }
    }

    private static func record(_ numbers: inout SplitMix) -> FlowRecord {
        var record = FlowRecord()
        func maybe(_ field: FlowRecord.Fields, _ set: (inout FlowRecord) -> Void) {
            guard numbers.next() % 4 != 0 else { return }
            record.known.insert(field)
            set(&record)
        }
        func address() -> IPAddress {
            numbers.next() % 3 == 0
                ? .v4(0xcb00_7101) : .v4(0xc612_0001 | UInt32(numbers.next() % 16) << 8)
        }
        let interfaces: [UInt32] = [0, 1, 2, 17, 21, 22, 99]
        func interface() -> UInt32 { interfaces[Int(numbers.next() % 7)] }
        func asn() -> ASN { ASN(rawValue: [0, 64510, 64530, 64541][Int(numbers.next() % 4)]) }
        func mac() -> MACAddress { MACAddress(rawValue: numbers.next() % 4) }
        maybe(.source) { $0.source = address() }
        maybe(.destination) { $0.destination = address() }
        maybe(.octets) { $0.octets = numbers.next() % 50 == 0 ? 1 << 50 : numbers.next() % 9000 }
        maybe(.packets) { $0.packets = numbers.next() % 9 }
        maybe(.ingressInterface) { $0.ingressInterface = interface() }
        maybe(.egressInterface) { $0.egressInterface = interface() }
        maybe(.vlan) { $0.vlan = UInt16(numbers.next() % 3 * 100) }
        maybe(.sourceMAC) { $0.sourceMAC = mac() }
        maybe(.destinationMAC) { $0.destinationMAC = mac() }
        maybe(.postDestinationMAC) { $0.postDestinationMAC = mac() }
        maybe(.bgpNextHop) { $0.bgpNextHop = .v4(0xc633_6400 + UInt32(numbers.next() % 5)) }
        maybe(.sourceAS) { $0.sourceAS = asn() }
        maybe(.destinationAS) { $0.destinationAS = asn() }
        maybe(.sourcePeerAS) { $0.sourcePeerAS = asn() }
        maybe(.destinationPeerAS) { $0.destinationPeerAS = asn() }
        record.arrival = 1_700_000_000_000_000_000
        maybe(.end) { $0.end = $0.arrival - Int64(numbers.next() % 7200) * 1_000_000_000 }
        record.direction = [.unknown, .ingress, .egress][Int(numbers.next() % 3)]
        record.egressKind =
            numbers.next() % 12 == 0
            ? [.local, .discarded, .multiple][Int(numbers.next() % 3)] : .interface
        record.samplingSource = SamplingSource.allCases[Int(numbers.next() % 5)]
        record.samplingRate = SamplingRate(UInt32(numbers.next() % 3) * 1000)
        return record
    }

    @Test("explaining changes nothing: outcomes, volumes and evidence are those of attribution")
    func sameAsAttribution() {
        let world = World()
        var attributing = world.attributor()
        var explaining = world.attributor()
        var numbers = SplitMix(state: 3)
        for _ in 0..<200 {
            var batch = FlowBatch()
            batch.records = (0..<64).map { _ in Self.record(&numbers) }
            let exporters = batch.records.map { _ in UInt16(numbers.next() % 4) }
            var postings: [Posting] = []
            var implausible: [UInt16] = []
            attributing.attribute(
                batch,
                exporters: exporters,
                into: &postings,
                implausible: &implausible
            )
            let explained = explaining.explain(
                batch,
                exporters: exporters,
                wanted: Set(batch.records.indices),
                slotSeconds: 300
            )
            #expect(explained.map(\.place) == Array(batch.records.indices))
            var rest = postings[...]
            for (place, explanation) in explained {
                guard let posting = explanation.posting else {
                    let hasOctets = batch.records[place].has(.octets)
                    #expect(explanation.refusal == (hasOctets ? .implausible : .noOctets))
                    continue
                }
                Self.compare(explanation, posting, rest.popFirst())
            }
            #expect(rest.isEmpty)
            #expect(implausible.count == explained.count { $1.refusal == .implausible })
        }
    }

    private static func compare(
        _ explanation: RecordExplanation,
        _ posting: Posting,
        _ expected: Posting?
    ) {
        #expect(posting.ingress == expected?.ingress)
        #expect(posting.egress == expected?.egress)
        #expect(posting.measure == expected?.measure)
        #expect(explanation.ingress.outcome == expected?.ingress)
        #expect(explanation.egress.outcome == expected?.egress)
        // The first step with something to offer is the one that was taken.
        let offered = explanation.offers.first {
            $0.rate.map { $0.numerator >= $0.denominator } ?? false
        }
        #expect(offered?.rate == explanation.rate)
        for side in [explanation.ingress, explanation.egress] {
            guard case .posted(let key) = side.outcome, let evidence = side.evidence else {
                #expect(side.evidence == nil || side.outcome == nil)
                continue
            }
            #expect(key.rate == explanation.rate && key.rateSource == explanation.rateSource)
            #expect(side.interface == key.interface)
            #expect(key.flags.contains(.isUnknownNeighbor) == (evidence.rung == .unknown))
            // The first rung that names an AS is the one that decided.
            let named = evidence.answers.first {
                if case .names = $0.answer { true } else { false }
            }
            #expect(named?.rung ?? .unknown == evidence.rung)
            #expect(key.flags.contains(.hasRoute) == (evidence.route != nil))
            if let route = evidence.route?.route {
                // The second of two, where the first is the route server.
                let isByServer = route.neighborAS == ASN(rawValue: 64599)
                #expect(key.routePeerAS == (isByServer ? route.originAS : route.neighborAS))
                #expect(route.source.rawValue == key.routeSource)
                #expect(route.isStale == key.flags.contains(.routeIsStale))
            }
        }
    }

    @Test("a peer is the one that a report finds in the stored evidence")
    func sameAsReports() throws {
        let world = World()
        var attributor = world.attributor()
        let resolver = FactResolver(inventory: world.inventory)
        var numbers = SplitMix(state: 9)
        var rungs: Set<Rung> = []
        for _ in 0..<2_000 {
            var batch = FlowBatch()
            batch.records = [Self.record(&numbers)]
            let explained = attributor.explain(
                batch,
                exporters: [UInt16(numbers.next() % 4)],
                wanted: [0],
                slotSeconds: 300
            )
            let explanation = try #require(explained.first?.explanation)
            for side in [explanation.ingress, explanation.egress] {
                guard let posting = explanation.posting, let evidence = side.evidence else {
                    continue
                }
                let fact = Self.fact(evidence, posting, world.inventory)
                let volume = resolver.resolve(fact)
                #expect(volume?.peerAS == evidence.peer)
                #expect(volume?.rung == evidence.rung)
                rungs.insert(evidence.rung)
                if case .interconnect(let index) = side.standing {
                    #expect(volume?.interconnect == index)
                } else {
                    #expect(volume?.interconnect == nil)
                }
            }
        }
        #expect(rungs.count >= 7, "\(rungs)")
    }

    private static func fact(
        _ side: RecordExplanation.PostedEvidence,
        _ posting: Posting,
        _ inventory: Inventory
    ) -> NeighborFact {
        let key = side.key
        var evidence = Evidence()
        evidence.vlan = key.vlan
        evidence.remoteMAC = key.remoteMAC
        evidence.nextHop = key.flags.contains(.hasNextHop) ? key.nextHop : nil
        evidence.exportedPeerAS = key.exportedPeerAS
        evidence.routePeerAS = key.routePeerAS
        evidence.staticPrefix =
            key.staticPrefix == 0 ? nil : inventory.staticPrefixes[Int(key.staticPrefix) - 1]
        let interface = InterfaceKey(
            exporter: inventory.exporters[Int(key.exporter)].name,
            interface: key.interface,
            direction: key.direction,
            family: key.family,
            rate: key.rate,
            rateSource: key.rateSource
        )
        let seconds = posting.end / 1_000_000_000
        return NeighborFact(
            slot: seconds - seconds % 300,
            key: NeighborKey(interface: interface, evidence: evidence),
            measure: posting.measure
        )
    }
}

/// The same numbers on every run (SplitMix64).
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var number = state
        number = (number ^ number >> 30) &* 0xbf58_476d_1ce4_e5b9
        number = (number ^ number >> 27) &* 0x94d0_49bb_1331_11eb
        return number ^ number >> 31
    }
}
