// SPDX-License-Identifier: Apache-2.0

import Settings
import Testing

@Suite("References within a configuration")
struct SettingsReferenceTests {
    typealias Sample = SettingsProblemTests.Sample

    /// Lines 1 to 7.
    static let head = """
        network: { asns: [64500] }
        exporters:
          - name: er1
            addresses: [192.0.2.1]
            interfaces: [{ index: 1, name: ae1 }, { index: 2, role: internal }]
        exchanges: [{ id: ix, lan: [198.51.100.0/24] }]
        contracts: [{ id: acme, supplier: Acme }]

        """

    @Test("what is named must be there, once, and go together", arguments: samples)
    func reference(_ sample: Sample) {
        #expect(problems(Self.head + sample.text) == sample.problems.map { "p.yaml:" + $0 })
    }

    static let samples: [Sample] = [
        Sample(
            "dangling names",
            """
            interconnects:
              - { id: a, kind: transit, peers: [1], contract: acne, interfaces: [{ exporter: er2, \
            index: 1 }] }
              - { id: b, kind: exchange, exchange: iy, interfaces: [{ exporter: er1, name: ae2 }] }
            """,
            """
            9:51: interconnects[0].contract: there is no contract acne, perhaps acme is meant; \
            expected one that is defined (acme)
            """,
            """
            9:82: interconnects[0].interfaces[0].exporter: there is no exporter er2, \
            perhaps er1 is meant; expected one that is defined (er1)
            """,
            """
            10:40: interconnects[1].exchange: there is no exchange iy, perhaps ix is meant; \
            expected one that is defined (ix)
            """,
            """
            10:80: interconnects[1].interfaces[0].name: exporter er1 has no interface ae2, \
            perhaps ae1 is meant; expected one that is defined (ae1)
            """
        ),
        Sample(
            "one interface for two",
            """
            interconnects:
              - { id: a, kind: private, peers: [1], interfaces: [{ exporter: er1, index: 1, vlan: \
            7 }] }
              - { id: b, kind: private, peers: [3], interfaces: [{ exporter: er1, name: ae1 }] }
              - { id: c, kind: private, peers: [3], interfaces: [{ exporter: er1, index: 2 }] }
            """,
            """
            10:54: interconnects[1].interfaces[0]: interface 1 of er1 is already used by a at \
            p.yaml:9:54; expected another interface, or a different vlan on each
            """,
            """
            11:54: interconnects[2].interfaces[0]: interface 2 of er1 has the role internal; \
            expected an interface without a role
            """
        ),
        Sample(
            "one id for two",
            """
            interconnects:
              - { id: a, kind: private, peers: [1], interfaces: [{ exporter: er1, index: 11 }] }
              - { id: a, kind: private, peers: [3], interfaces: [{ exporter: er1, index: 12 }] }
            neighbors:
              - { name: n, address: 192.0.2.7, asn: 1 }
              - { name: n, address: 192.0.2.7, asn: 1 }
            listen: { bgp: "[::]:179" }
            """,
            "10:11: interconnects[1].id: a is already used at p.yaml:9:11; expected each once",
            "13:13: neighbors[1].name: n is already used at p.yaml:12:13; expected each once",
            """
            13:25: neighbors[1].address: 192.0.2.7 is already used at p.yaml:12:25; \
            expected each once
            """
        ),
        Sample(
            "what a kind needs and has not",
            """
            interconnects:
              - { id: a, kind: transit, interfaces: [{ exporter: er1, index: 11 }] }
              - { id: b, kind: exchange, peers: [1], interfaces: [{ exporter: er1, index: 12 }] }
              - { id: c, kind: carrier, peers: [64500], routing: static, interfaces: [{ exporter: \
            er1, index: 13 }] }
              - { id: d, kind: private, peers: [1], via: 3, exchange: ix, staticPrefixes: \
            [192.0.2.0/24], interfaces: [{ exporter: er1, index: 14 }] }
            """,
            """
            9:5: interconnects[0].peers: is missing or empty; \
            expected the AS numbers on the other side, for kind transit
            """,
            """
            10:5: interconnects[1].exchange: is missing; \
            expected the exchange, for kind exchange
            """,
            """
            10:37: interconnects[1].peers: an exchange has no fixed peers; \
            expected exchanges[].members, where they are to be named
            """,
            """
            11:5: interconnects[2].staticPrefixes: is missing or empty; \
            expected prefixes, for routing static
            """,
            "11:5: interconnects[2].via: is missing; expected the carrier's AS number",
            """
            11:37: interconnects[2].peers[0]: 64500 is one of network.asns; \
            expected AS numbers of the other side
            """,
            """
            12:46: interconnects[3].via: kind private has no carrier in between; \
            expected kind: carrier
            """,
            """
            12:59: interconnects[3].exchange: kind private has no exchange; \
            expected kind: exchange
            """,
            """
            12:79: interconnects[3].staticPrefixes: stands beside routing bgp; \
            expected routing: static
            """
        ),
        Sample(
            "a validity that ends before it begins",
            """
            interconnects:
              - { id: a, kind: private, peers: [1], interfaces: [{ exporter: er1, index: 11 }],
                  valid: { from: 2026-02-01, to: 2026-01-31 } }
            """,
            """
            10:38: interconnects[0].valid.to: the last day 2026-01-31 is before the first, \
            2026-02-01; expected 2026-02-01 or later
            """
        ),
        Sample(
            "prices",
            """
            prices:
              exchanges:
                - { exchange: ix, ladder: [{ speed: 100G, monthly: "1" }, { speed: 10G, monthly: \
            "1" }] }
                - { exchange: ix, ladder: [{ speed: 10G, monthly: "1" }] }
                - { exchange: other, ladder: [{ speed: 10G, monthly: "1" }] }
            """,
            """
            10:72: prices.exchanges[0].ladder[1].speed: is not above the speed before it; \
            expected the slowest port first
            """,
            """
            11:19: prices.exchanges[1].exchange: ix is already used at p.yaml:10:19; \
            expected each once
            """,
            """
            12:19: prices.exchanges[2].exchange: there is no exchange other; \
            expected one that is defined (ix)
            """
        ),
        Sample(
            "times that do not fit",
            """
            slotSeconds: 60
            neighbors: [{ name: n, address: 192.0.2.7, asn: 1 }]
            flushSeconds: 61
            """,
            """
            9:12: neighbors: no neighbor can connect, for listen.bgp is not set; \
            expected listen.bgp, or no neighbors
            """,
            "10:15: flushSeconds: found 61; expected an integer from 1 to 60"
        ),
        Sample(
            "a slot that is sealed before its last flush",
            """
            latenessSeconds: 59
            flushSeconds: 30
            """,
            "8:18: latenessSeconds: 59 is below twice flushSeconds; expected at least 60"
        ),
        Sample("a slot that is sealed after it", "latenessSeconds: 60\nflushSeconds: 30"),
        Sample("the default flush, twice", "latenessSeconds: 10"),
        Sample(
            "one second less",
            "latenessSeconds: 9",
            "8:18: latenessSeconds: 9 is below twice flushSeconds; expected at least 10"
        ),
    ]

    @Test("an address belongs to one exporter, an index and a name to one interface")
    func exporters() {
        let text = """
            network: { asns: [64500] }
            slotSeconds: 900
            exporters:
              - { name: er1, addresses: [192.0.2.1, bad, "2001:db8::1"] }
              - name: er2
                addresses: ["2001:db8:0::1"]
                interfaces:
                  - { index: 1, name: a, role: backbone, to: er2 }
                  - { index: 1, name: a, role: backbone, to: er9 }
                  - { index: 3, to: er1 }
              - { name: relayed, addresses: [192.0.2.1], identify: agent }
            contracts:
              - { id: c, supplier: C, usage: { slotSeconds: 300 }, components: [{ perPort: { \
            monthly: "1" } }, { perPort: { monthly: "2" } }] }
            exchanges:
              - { id: ix, lan: [198.51.100.0/24], routeServers: { asn: 3, addresses: \
            [198.51.101.1] }, members: [
                  { asn: 1, addresses: [198.51.100.1], macs: ["02:00:00:00:00:01"] },
                  { asn: 4, addresses: [198.51.100.1], macs: ["02:00:00:00:00:01", \
            "01:00:5e:00:00:01"] } ] }
            """
        #expect(problems(text) == Self.doubled.map { "p.yaml:" + $0 })
    }

    private static let doubled = [
        "4:41: exporters[0].addresses[1]: found bad; expected an IPv4 or IPv6 address",
        """
        6:17: exporters[1].addresses[0]: 2001:db8::1 is already used at p.yaml:4:46; \
        expected each once
        """,
        """
        8:50: exporters[1].interfaces[0].to: the link leads back to er2; \
        expected another exporter
        """,
        """
        9:18: exporters[1].interfaces[1].index: 1 is already used at p.yaml:8:18; \
        expected each once
        """,
        """
        9:27: exporters[1].interfaces[1].name: a is already used at p.yaml:8:27; \
        expected each once
        """,
        """
        9:50: exporters[1].interfaces[1].to: there is no exporter er9, perhaps er1 is \
        meant; \
        expected one that is defined (er1, er2, relayed)
        """,
        """
        10:25: exporters[1].interfaces[2].to: only a backbone interface leads to \
        another \
        exporter; expected role: backbone
        """,
        """
        13:49: contracts[0].usage.slotSeconds: 300 cannot be made of slots of 900 \
        seconds; \
        expected a multiple of slotSeconds
        """,
        """
        13:100: contracts[0].components[1]: perPort is already given at p.yaml:13:69; \
        expected each component once
        """,
        """
        15:75: exchanges[0].routeServers.addresses[0]: 198.51.101.1 is not on the LAN; \
        expected an address in 198.51.100.0/24
        """,
        """
        17:29: exchanges[0].members[1].addresses[0]: 198.51.100.1 is already used at \
        p.yaml:16:29; expected each once
        """,
        """
        17:51: exchanges[0].members[1].macs[0]: 02:00:00:00:00:01 is already used at \
        p.yaml:16:51; expected each once
        """,
        """
        17:72: exchanges[0].members[1].macs[1]: found "01:00:5e:00:00:01"; \
        expected the MAC address of one station, such as 02:00:5e:10:00:01
        """,
    ]
}
