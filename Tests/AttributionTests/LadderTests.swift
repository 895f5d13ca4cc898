// SPDX-License-Identifier: Apache-2.0

import Attribution
import Model
import Testing

@Suite("Ladder")
struct LadderTests {
    /// Numbers of the interconnects that are asked about.
    private enum Place {
        static let port = 0
        static let transit = 1
        static let carrier = 2
    }

    private func tables(_ change: (inout Inventory) -> Void = { _ in }) -> LadderTables {
        var exchange = Exchange(id: "ix")
        exchange.lan = [IPPrefix("198.51.100.0/24")].compactMap { $0 }
        exchange.routeServers = .init(asn: ASN(rawValue: 64520))
        exchange.members = [
            .init(
                asn: ASN(rawValue: 64531),
                addresses: ["198.51.100.31", "203.0.113.31"].compactMap { IPAddress($0) },
                macs: [MACAddress(rawValue: 31)]
            )
        ]
        var port = Interconnect(id: "ix-1", kind: .exchange)
        port.exchange = "ix"
        var transit = Interconnect(id: "t", kind: .transit)
        transit.peers = [ASN(rawValue: 64510)]
        var carrier = Interconnect(id: "c", kind: .carrier)
        carrier.peers = [ASN(rawValue: 1), ASN(rawValue: 2)]
        var inventory = Inventory()
        inventory.exchanges = [exchange]
        inventory.interconnects = [port, transit, carrier]
        change(&inventory)
        return LadderTables(inventory)
    }

    private func question(_ change: (inout LadderQuestion) -> Void = { _ in }) -> LadderQuestion {
        var question = LadderQuestion(interconnect: Place.port)
        change(&question)
        return question
    }

    @Test("without evidence nobody is named")
    func nothing() {
        #expect(Ladder.ingress.climb(question(), tables()) == (.zero, .unknown))
        #expect(Ladder.egress.climb(question(), tables()) == (.zero, .unknown))
        let unlisted = LadderQuestion(interconnect: nil)
        #expect(Ladder.ingress.climb(unlisted, tables()).rung == .unknown)
    }

    @Test("an interface with one neighbor needs no other evidence")
    func singleNeighbor() {
        let question = LadderQuestion(
            interconnect: Place.transit,
            routePeerAS: ASN(rawValue: 1)
        )
        #expect(Ladder.egress.climb(question, tables()) == (ASN(rawValue: 64510), .interface))
    }

    @Test("on an exchange a single configured peer is no reason to believe it")
    func exchangePeers() {
        let tables = tables { $0.interconnects[Place.port].peers = [ASN(rawValue: 64531)] }
        #expect(Ladder.ingress.climb(question(), tables).rung == .unknown)
    }

    @Test("the MAC address of a member is surer than what the exporter says")
    func mac() {
        let found = Ladder.ingress.climb(
            question {
                $0.remoteMAC = MACAddress(rawValue: 31)
                $0.exportedPeerAS = ASN(rawValue: 9)
            },
            tables()
        )
        #expect(found == (ASN(rawValue: 64531), .mac))
    }

    @Test("a next hop counts on the way out only, and only on the exchange LAN")
    func nextHop() {
        let member = question { $0.nextHop = IPAddress("198.51.100.31") }
        #expect(Ladder.egress.climb(member, tables()) == (ASN(rawValue: 64531), .nextHop))
        #expect(Ladder.ingress.climb(member, tables()).rung == .unknown)
        let elsewhere = question { $0.nextHop = IPAddress("203.0.113.31") }
        #expect(Ladder.egress.climb(elsewhere, tables()).rung == .unknown)
    }

    @Test("a rung that names the route server passes to the next")
    func routeServer() {
        let found = Ladder.egress.climb(
            question {
                $0.exportedPeerAS = ASN(rawValue: 64520)
                $0.routePeerAS = ASN(rawValue: 64533)
            },
            tables()
        )
        #expect(found == (ASN(rawValue: 64533), .route))
    }

    @Test("the same route is called a reverse lookup on the way in")
    func reverse() {
        let routed = question { $0.routePeerAS = ASN(rawValue: 64533) }
        #expect(Ladder.ingress.climb(routed, tables()).rung == .reverseLookup)
        #expect(Ladder.egress.climb(routed, tables()).rung == .route)
    }

    @Test("a static prefix counts for the interconnect that has it")
    func staticPrefix() throws {
        let prefix = try #require(IPPrefix("198.18.0.0/24"))
        var question = LadderQuestion(interconnect: Place.carrier, staticPrefix: prefix)
        #expect(Ladder.egress.climb(question, tables()).rung == .unknown)
        let tables = tables {
            $0.interconnects[Place.carrier].staticPrefixes = [prefix]
            $0.interconnects[Place.carrier].via = ASN(rawValue: 9)
        }
        #expect(Ladder.egress.climb(question, tables) == (ASN(rawValue: 9), .staticPrefix))
        question.routePeerAS = ASN(rawValue: 2)
        #expect(Ladder.egress.climb(question, tables) == (ASN(rawValue: 2), .staticPrefix))
    }
}
