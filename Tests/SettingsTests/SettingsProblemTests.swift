// SPDX-License-Identifier: Apache-2.0

import Settings
import Testing

@Suite("Problems of a configuration")
struct SettingsProblemTests {
    struct Sample: CustomTestStringConvertible, Sendable {
        let name: String
        let text: String
        let problems: [String]

        init(_ name: String, _ text: String, _ problems: String...) {
            self.name = name
            self.text = text
            self.problems = problems
        }

        var testDescription: String { name }
    }

    @Test(
        "a wrong value is named with its line, column, key and what was expected",
        arguments: values
    )
    func value(_ sample: Sample) {
        let text = "network: { asns: [64500] }\n" + sample.text
        #expect(problems(text) == sample.problems.map { "p.yaml:" + $0 })
    }

    static let values: [Sample] = [
        Sample(
            "unknown key",
            "slotSecond: 300",
            """
            2:1: slotSecond: unknown key, perhaps slotSeconds is meant; expected one of \
            include, collector, network, store, state, control, slotSeconds, flushSeconds, \
            latenessSeconds, learn, limits, listen, exporters, neighbors, stations, tables, \
            exchanges, contracts, interconnects, groups, prices, alerts
            """
        ),
        Sample(
            "unknown key, like none",
            "store: { sqlite: { file: x } }",
            "2:20: store.sqlite.file: unknown key; expected one of path, backup"
        ),
        Sample(
            "wrong type",
            "flushSeconds: [5]",
            "2:15: flushSeconds: found a list; expected an integer from 1 to 60"
        ),
        Sample(
            "out of range",
            "flushSeconds: 61",
            "2:15: flushSeconds: found 61; expected an integer from 1 to 60"
        ),
        Sample(
            "a number in quotes",
            "flushSeconds: \"5\"",
            """
            2:15: flushSeconds: found "5"; expected an integer from 1 to 60, without quotes
            """
        ),
        Sample(
            "a slot that is none",
            "slotSeconds: 301",
            "2:14: slotSeconds: found 301; expected one of 60, 180, 300, 900"
        ),
        Sample(
            "no value",
            "latenessSeconds:",
            "2:17: latenessSeconds: found nothing; expected an integer from 2 to 86400"
        ),
        Sample(
            "slots that are sealed before their last flush",
            "latenessSeconds: 0",
            "2:18: latenessSeconds: found 0; expected an integer from 2 to 86400"
        ),
        Sample(
            "a name that is a number",
            "collector: 7",
            """
            2:12: collector: found 7; expected a name of 1 to 64 letters, digits and the signs \
            . _ : / @ -, in quotes
            """
        ),
        Sample(
            "endpoint",
            "listen: { bgp: \"127.0.0.1\", flows: [\"::1:2055\", \"127.0.0.1:65536\"] }",
            """
            2:16: listen.bgp: found "127.0.0.1"; expected an address and a port such as \
            "127.0.0.1:2055" or "[::1]:2055"
            """,
            """
            2:37: listen.flows[0]: found "::1:2055"; expected an address and a port such as \
            "127.0.0.1:2055" or "[::1]:2055"
            """,
            """
            2:49: listen.flows[1]: found "127.0.0.1:65536"; expected an address and a port such as \
            "127.0.0.1:2055" or "[::1]:2055"
            """
        ),
        Sample(
            "exporter's corrections",
            """
            exporters:
              - name: er1
                addresses: [192.0.2.1]
                innerHeaders: [gre, vxlam, gre]
                quirks: [octets-include-ethernet-headers, off]
              - { name: er2, addresses: [192.0.2.2], identify: agent, innerHeaders: [gre] }
            """,
            """
            5:25: exporters[0].innerHeaders[1]: found vxlam, perhaps vxlan is meant; \
            expected one of ipip, gre, vxlan, gtpu, srv6, eompls
            """,
            """
            5:32: exporters[0].innerHeaders[2]: gre is already listed in line 5; \
            expected each value once
            """,
            """
            6:14: exporters[0].quirks[0]: found octets-include-ethernet-headers, perhaps \
            octets-include-ethernet-header is meant; expected one of \
            octets-include-ethernet-header, interface-zero-is-discarded
            """,
            """
            6:47: exporters[0].quirks[1]: found off; expected one of \
            octets-include-ethernet-header, interface-zero-is-discarded
            """,
            """
            7:73: exporters[1].innerHeaders: goes by the source address, which the relay's agents \
            share; expected identify: source
            """
        ),
        Sample(
            "exporter's values",
            """
            exporters:
              - name: er1
                addresses: [192.0.2.256]
                observes: egres
                samplingRate: { default: 0, override: 1000/1 }
                otherInterfaces: backbone
                interfaces: [{ index: 0 }, { index: 1, speed: 10X }, { index: 2, speed: 100 }]
            """,
            "4:17: exporters[0].addresses[0]: found 192.0.2.256; expected an IPv4 or IPv6 address",
            """
            5:15: exporters[0].observes: found egres, perhaps egress is meant; \
            expected one of ingress, egress, both, auto
            """,
            """
            6:30: exporters[0].samplingRate.default: found 0; \
            expected a sampling rate such as 1000 or 1/1000: one packet in 1000
            """,
            """
            6:43: exporters[0].samplingRate.override: found 1000/1; \
            expected a sampling rate such as 1000 or 1/1000: one packet in 1000
            """,
            """
            7:22: exporters[0].otherInterfaces: found backbone; expected one of unknown, internal
            """,
            """
            8:27: exporters[0].interfaces[0].index: found 0; \
            expected an integer from 1 to 4294967295
            """,
            """
            8:51: exporters[0].interfaces[1].speed: found 10X; \
            expected a speed from 1M to 100T, such as 10G or 400M, in bits per second
            """,
            """
            8:77: exporters[0].interfaces[2].speed: found 100; \
            expected a speed from 1M to 100T, such as 10G or 400M, in bits per second
            """
        ),
        Sample(
            "contract's values",
            """
            contracts:
              - id: a
                supplier: A
                currency: EURO
                timezone: Europe/Berlim
                cycleDay: 29
                usage: { percentile: 49 }
                components: [{ overage: { pricePerMbps: 0.22 } }, { commit: { mbps: 1, \
            pricePerMbps: "-1" } }]
                valid: { from: 2026-02-29 }
            """,
            """
            5:15: contracts[0].currency: found EURO; \
            expected the ISO 4217 code of a currency, such as EUR
            """,
            """
            6:15: contracts[0].timezone: found Europe/Berlim; \
            expected the name of a time zone such as Europe/Berlin, or UTC
            """,
            "7:15: contracts[0].cycleDay: found 29; expected an integer from 1 to 28",
            """
            8:26: contracts[0].usage.percentile: found 49; \
            expected a percentile from 50 to 100, such as 95 or 97.5
            """,
            """
            9:45: contracts[0].components[0].overage.pricePerMbps: found 0.22; \
            expected a price such as "0.18": a decimal in quotes with at most 6 decimals
            """,
            """
            9:90: contracts[0].components[1].commit.pricePerMbps: found "-1"; \
            expected a price such as "0.18": a decimal in quotes with at most 6 decimals
            """,
            "10:20: contracts[0].valid.from: found 2026-02-29; expected a day such as 2026-01-31"
        ),
        Sample(
            "missing keys",
            "neighbors: [{ name: er1 }]\nlisten: { bgp: \"127.0.0.1:0\" }",
            "2:13: neighbors[0].address: is missing; expected an IPv4 or IPv6 address",
            """
            2:13: neighbors[0].asn: is missing; \
            expected an AS number from 1 to 4294967294 that is not reserved
            """
        ),
        Sample(
            "not yet supported",
            "registry: {}\nstore: { clickhouse: {} }",
            """
            2:1: registry: is not yet supported by this version; expected a configuration without it
            """,
            """
            3:10: store.clickhouse: is not yet supported by this version; \
            expected a configuration without it
            """
        ),
        Sample(
            "duplicate keys, all of them",
            """
            slotSeconds: 300
            flushSeconds: 5
            slotSeconds: 60
            flushSeconds: 6
            listen:
              flows: []
              "flows": []
            """,
            "4:1: slotSeconds: is already set in line 2; expected each key once",
            "5:1: flushSeconds: is already set in line 3; expected each key once",
            "8:3: listen.flows: is already set in line 7; expected each key once"
        ),
        Sample(
            "one value twice in a list",
            "exporters: [{ name: a, addresses: [192.0.2.1, 192.0.2.1] }]",
            """
            2:47: exporters[0].addresses[1]: 192.0.2.1 is already listed in line 2; \
            expected each value once
            """
        ),
        Sample(
            "a choice without one",
            "alerts: { notify: [{}, { webhook: { url: \"ftp://x/\" } }] }",
            "2:20: alerts.notify[0]: found no key; expected exactly one of webhook",
            """
            2:42: alerts.notify[1].webhook.url: found a text that is not shown; \
            expected an http or https URL without user and password
            """
        ),
        Sample(
            "a tag of YAML",
            "collector: !secret x",
            "2:12: collector: the tag !secret means nothing here; expected a value without a tag"
        ),
    ]

    @Test(
        "what the network is must be said",
        arguments: [
            ("", "1:1: network: is missing"),
            (
                "network: { asns: [] }",
                "1:18: network.asns: found a list; expected a list of at least 1"
            ),
            ("network: 7", "1:10: network: found 7; expected the network: a mapping"),
            ("network: { asns: [0] }", "1:19: network.asns[0]: found 0; expected an AS number"),
            (
                "network: { asns: [23456] }",
                "1:19: network.asns[0]: found 23456; expected an AS number"
            ),
            (
                "network: { asns: [1], prefixes: [192.0.2.1/24] }",
                "1:34: network.prefixes[0]: 192.0.2.1/24 has bits set after its length; "
                    + "expected 192.0.2.0/24"
            ),
            (
                "network: { asns: [1], siblings: [2, 1] }",
                "1:37: network.siblings[1]: 1 is one of network.asns"
            ),
            ("- network", "1:1: found a list; expected the configuration: a mapping with the keys"),
        ]
    )
    func network(text: String, problem: String) {
        let found = problems(text)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("p.yaml:" + problem) == true, "\(found)")
    }

    @Test(
        "a text that is no YAML is refused where it ends to be",
        arguments: [
            ("network: { asns: [1] ", "p.yaml:2:1: cannot be read as YAML: "),
            ("a: b\n\tc: d", "p.yaml:2:1: cannot be read as YAML: "),
            ("a: *x", "p.yaml:1:4: cannot be read as YAML: "),
            ("a: 1\n---\nb: 2", "p.yaml:2:1: cannot be read as YAML: "),
            ("a: \"\u{1}\"", "p.yaml:1:5: cannot be read as YAML: "),
        ]
    )
    func noYAML(text: String, problem: String) {
        let found = problems(text)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix(problem) == true, "\(found)")
    }

    @Test("aliases of aliases do not run away")
    func aliases() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let inner = Array(repeating: "*a\(level - 1)", count: 8).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(inner)]\n"
        }
        let found = problems(text)
        #expect(found.count == 1)
        #expect(found.first?.contains("is nested without end") == true, "\(found)")
    }
}
