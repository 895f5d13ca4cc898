// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import Settings
import Testing

@Suite("Settings")
struct SettingsTests {
    @Test("a network's AS number is all that is needed")
    func defaults() throws {
        let settings = try Settings.load(text: "network: { asns: [64500] }", file: "/etc/p/p.yaml")
        var expected = Settings()
        expected.inventory.network.asns = [ASN(rawValue: 64500)]
        expected.store.sqlite.path = "/etc/p/peerage.db"
        expected.state = "/etc/p/state/"
        expected.control = "/etc/p/peerage.sock"
        #expect(settings == expected)
        #expect(settings.slotSeconds == 300)
        #expect(settings.flushSeconds == 5)
        #expect(settings.latenessSeconds == 600)
        #expect(settings.inventory.network.timezone == "UTC")
        #expect(settings.inventory.network.currency == "EUR")
        #expect(settings.listen.bgp == nil)
        let ports = settings.listen.flows.map(\.description)
        #expect(ports == ["127.0.0.1:2055", "127.0.0.1:4739", "127.0.0.1:6343"])
    }

    @Test("an exporter is read with its interfaces, rates and views")
    func exporter() throws {
        let settings = try Settings.load(
            text: """
                network: { asns: [64500] }
                exporters:
                  - name: er1
                    site: fra5
                    tags: [edge]
                    addresses: [192.0.2.1, "2001:db8::1"]
                    routerAddresses: [192.0.2.101]
                    identify: agent
                    observes: both
                    samplingRate: { default: 1/512, override: 2/1001 }
                    asFields: peer
                    views: [er1, rr1]
                    otherInterfaces: internal
                    interfaces:
                      - { index: 17, name: et-0/0/1, speed: 2.5G, observes: egress }
                      - { index: 4294967295, role: internal, speed: 400000000 }
                      - { index: 2, role: backbone, to: er2 }
                  - { name: er2, addresses: [192.0.2.2] }
                """,
            file: "p.yaml"
        )
        var expected = Exporter(name: "er1")
        expected.site = "fra5"
        expected.tags = ["edge"]
        expected.addresses = try [address("192.0.2.1"), address("2001:db8::1")]
        expected.routerAddresses = try [address("192.0.2.101")]
        expected.identify = .agent
        expected.observes = .both
        expected.defaultRate = SamplingRate(512)
        expected.overrideRate = SamplingRate(1001, per: 2)
        expected.asFields = .peer
        expected.views = ["er1", "rr1"]
        expected.otherInterfaces = .internal
        var port = Exporter.Interface(index: 17)
        port.name = "et-0/0/1"
        port.speed = 2_500_000_000
        port.observes = .egress
        var inside = Exporter.Interface(index: .max)
        inside.role = .internal
        inside.speed = 400_000_000
        var backbone = Exporter.Interface(index: 2)
        backbone.role = .backbone
        backbone.to = "er2"
        expected.interfaces = [port, inside, backbone]
        #expect(settings.inventory.exporters.first == expected)
        let other = try #require(settings.inventory.exporter(named: "er2"))
        #expect(other.observes == .automatic)
        #expect(other.defaultRate == nil)
    }

    @Test("tunnels to look into and quirks are lists of words, and are shown as they were written")
    func corrections() throws {
        let settings = try Settings.load(
            text: """
                network: { asns: [64500] }
                exporters:
                  - name: er1
                    addresses: [192.0.2.1]
                    innerHeaders: [vxlan, ipip]
                    quirks: [interface-zero-is-discarded]
                """,
            file: "p.yaml"
        )
        let exporter = try #require(settings.inventory.exporters.first)
        #expect(exporter.innerHeaders == [.ipip, .vxlan])
        #expect(exporter.quirks == [.interfaceZeroIsDiscarded])
        let shown = settings.show()
        #expect(shown.contains("innerHeaders: [ipip, vxlan]"))
        #expect(shown.contains("quirks: [interface-zero-is-discarded]"))
    }

    @Test(
        "an interface may be named, and its interconnect gets its index, in any order of sections"
    )
    func interfaceByName() throws {
        let settings = try Settings.load(
            text: """
                interconnects:
                  - { id: t, kind: transit, peers: [64510], interfaces: [{ exporter: er1, name: \
                ae3 }] }
                  - { id: c, kind: customer, peers: [64550], interfaces: [{ exporter: er1, index: \
                9, vlan: 7 }] }
                exporters:
                  - { name: er1, addresses: [192.0.2.1], interfaces: [{ index: 33, name: ae3 }] }
                network: { asns: [64500] }
                """,
            file: "p.yaml"
        )
        let (transit, customer) = try {
            try (
                #require(settings.inventory.interconnects.first),
                #require(settings.inventory.interconnects.last)
            )
        }()
        #expect(transit.interfaces == [.init(exporter: "er1", index: 33)])
        #expect(transit.relationship == .transit)
        #expect(transit.settlement == .paidByUs)
        #expect(transit.singlePeer == ASN(rawValue: 64510))
        #expect(customer.interfaces == [.init(exporter: "er1", index: 9, vlan: 7)])
        #expect(customer.relationship == .customer)
        #expect(customer.settlement == .paidToUs)
    }

    @Test("a validity runs from midnight to the end of its last day, where the contract is")
    func validity() throws {
        let settings = try Settings.load(
            text: """
                network: { asns: [64500], timezone: Europe/Berlin }
                exporters: [{ name: er1, addresses: [192.0.2.1] }]
                interconnects:
                  - { id: p, kind: private, peers: [64530], interfaces: [{ exporter: er1, index: \
                1 }],
                      valid: { from: 2026-03-29, to: 2026-03-29 } }
                contracts:
                  - { id: berlin, supplier: A, valid: { to: 2026-12-31, noticeDays: 90 } }
                  - { id: utc, supplier: B, timezone: UTC, valid: { from: 2026-01-01 } }
                """,
            file: "p.yaml"
        )
        // Summer time begins on that day: it has 23 hours.
        #expect(settings.inventory.interconnects[0].valid == 1_774_738_800..<1_774_821_600)
        let berlin = try #require(settings.inventory.contract("berlin"))
        #expect(berlin.valid == Int64.min..<1_798_758_000)  // 2026-12-31 23:00 UTC
        #expect(berlin.noticeDays == 90)
        let utc = try #require(settings.inventory.contract("utc"))
        #expect(utc.valid == 1_767_225_600..<Int64.max)
        #expect(utc.noticeDays == nil)
    }

    @Test("prices are exact, and in the currency of what they stand in")
    func money() throws {
        let settings = try Settings.load(
            text: """
                network: { asns: [64500], currency: CHF }
                contracts:
                  - id: acme
                    supplier: Acme
                    currency: USD
                    usage: { percentile: 97.5, slotSeconds: 900, rank: round, direction: separate,
                             combine: sumOfPercentiles, missing: zero, unitBase: 1024 }
                    components:
                      - commit: { mbps: 20000, pricePerMbps: "0.183001" }
                      - overage: { pricePerMbps: "0.22" }
                      - perPort: { monthly: "150" }
                  - { id: plain, supplier: Plain, components: [{ perPort: { monthly: "1.00" } }] }
                exchanges: [{ id: ix }]
                prices:
                  exchanges: [{ exchange: ix, ladder: [{ speed: 10G, monthly: "600.00" }] }]
                  crossConnect: { monthly: "250.00" }
                """,
            file: "p.yaml"
        )
        let contract = try #require(settings.inventory.contract("acme"))
        #expect(
            contract.components == [
                .commit(mbps: 20000, pricePerMbps: Money(microUnits: 183_001, currency: "USD")),
                .overage(pricePerMbps: Money(microUnits: 220_000, currency: "USD")),
                .perPort(monthly: Money(microUnits: 150_000_000, currency: "USD")),
            ]
        )
        var usage = Contract.Usage()
        usage.percentileBasisPoints = 9750
        usage.slotSeconds = 900
        usage.rank = .round
        usage.direction = .separate
        usage.combine = .sumOfPercentiles
        usage.missing = .zero
        usage.unitBase = 1024
        #expect(contract.usage == usage)
        let plain = try #require(settings.inventory.contract("plain"))
        #expect(plain.currency == "CHF")
        #expect(
            plain.components == [.perPort(monthly: Money(microUnits: 1_000_000, currency: "CHF"))]
        )
        let port = Money(microUnits: 600_000_000, currency: "CHF")
        #expect(
            settings.prices.exchanges == [
                .init(exchange: "ix", ladder: [.init(speed: 10_000_000_000, monthly: port)])
            ]
        )
        #expect(
            settings.prices.crossConnect
                == .init(
                    monthly: Money(microUnits: 250_000_000, currency: "CHF"),
                    once: Money(microUnits: 0, currency: "CHF")
                )
        )
    }

    @Test("an exchange knows its LAN, its members and its route servers")
    func exchange() throws {
        let settings = try Settings.load(
            text: """
                network: { asns: [64500] }
                exchanges:
                  - id: ix
                    peeringdb: 26
                    lan: [198.51.100.0/24, "2001:db8:1::/64"]
                    members: [{ asn: 64521, addresses: [198.51.100.21], macs: \
                ["02-00-5E-10-00-21"] }]
                    routeServers: { asn: 64520, addresses: ["2001:db8:1::1"] }
                """,
            file: "p.yaml"
        )
        let exchange = try #require(settings.inventory.exchanges.first)
        #expect(exchange.peeringDB == 26)
        #expect(exchange.lan.map(\.description) == ["198.51.100.0/24", "2001:db8:1::/64"])
        let mac = try #require(MACAddress("02:00:5e:10:00:21"))
        let member = try Exchange.Member(
            asn: ASN(rawValue: 64521),
            addresses: [address("198.51.100.21")],
            macs: [mac]
        )
        #expect(exchange.members == [member])
        let servers = try Exchange.RouteServers(
            asn: ASN(rawValue: 64520),
            addresses: [address("2001:db8:1::1")]
        )
        #expect(exchange.routeServers == servers)
    }

    @Test("sockets, neighbors and tables are read")
    func routes() throws {
        let settings = try Settings.load(
            text: """
                network: { asns: [64500] }
                collector: c1
                slotSeconds: 60
                listen: { flows: ["[::]:2055"], bgp: "0.0.0.0:0" }
                neighbors: [{ name: rr1, address: 192.0.2.9, asn: 4200000000 }]
                tables:
                  - { view: er1, mrt: rib.bz2 }
                  - { view: er1, mrt: /var/rib.gz, peer: 192.0.2.7 }
                """,
            file: "/etc/peerage/peerage.yaml"
        )
        #expect(settings.collector == "c1")
        #expect(settings.slotSeconds == 60)
        #expect(settings.listen.flows.map(\.description) == ["[::]:2055"])
        #expect(settings.listen.bgp == .init(address: .v4(0), port: 0))
        let neighbor = try #require(settings.neighbors.first)
        #expect(neighbor.view == "rr1")
        #expect(neighbor.staleSeconds == 900)
        #expect(neighbor.asn == ASN(rawValue: 4_200_000_000))
        #expect(settings.tables[0] == .init(view: "er1", mrt: "/etc/peerage/rib.bz2"))
        #expect(
            try settings.tables[1]
                == .init(view: "er1", mrt: "/var/rib.gz", peer: address("192.0.2.7"))
        )
    }

    @Test("one interface may be shared by VLAN, and passed on from one day to the next")
    func sharedInterface() throws {
        let head = """
            network: { asns: [64500] }
            exporters: [{ name: er1, addresses: [192.0.2.1] }]
            interconnects:

            """
        let byVLAN =
            head + """
                  - { id: a, kind: private, peers: [64530], interfaces: [{ exporter: er1, index: \
                1, vlan: 10 }] }
                  - { id: b, kind: private, peers: [64531], interfaces: [{ exporter: er1, index: \
                1, vlan: 11 }] }
                """
        #expect(problems(byVLAN).isEmpty)
        let byTime =
            head + """
                  - { id: a, kind: private, peers: [64530], interfaces: [{ exporter: er1, index: \
                1 }], valid: { to: 2026-05-31 } }
                  - { id: b, kind: private, peers: [64531], interfaces: [{ exporter: er1, index: \
                1 }], valid: { from: 2026-06-01 } }
                """
        #expect(problems(byTime).isEmpty)
    }

    private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }
}
