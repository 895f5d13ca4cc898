// SPDX-License-Identifier: Apache-2.0

import Foundation
import Settings
import Testing

@Suite("Differences of two configurations")
struct SettingsDifferencesTests {
    private static let base = """
        network: { asns: [64500], prefixes: [192.0.2.0/24, 198.51.100.0/24] }
        collector: c1
        listen: { flows: ["127.0.0.1:2055"], bgp: "0.0.0.0:179" }
        exporters:
          - name: er1
            addresses: [192.0.2.1]
            samplingRate: { default: 1000 }
            views: [rr1, rr2]
            interfaces: [{ index: 1, speed: 10G }, { index: 2, role: internal }]
          - { name: er2, addresses: [192.0.2.2] }
        neighbors:
          - { name: rr1, address: 192.0.2.8, asn: 64500, md5: { file: /k1 } }
          - { name: rr2, address: 192.0.2.9, asn: 64500 }
        contracts:
          - { id: t, supplier: T, components: [{ overage: { pricePerMbps: "0.2" } }] }
        interconnects:
          - { id: a, kind: transit, peers: [1], contract: t, interfaces: [{ exporter: er1, \
        index: 1 }] }
        alerts: { notify: [{ webhook: { url: "http://h/a" } }] }
        """

    private func settings(_ changes: [(String, String)] = []) throws -> Settings {
        var text = Self.base
        for (old, new) in changes {
            try #require(text.contains(old), "\(old)")
            text = text.replacing(old, with: new, maxReplacements: 1)
        }
        return try Settings.load(text: text, file: "/etc/p/p.yaml")
    }

    private func differences(_ changes: (String, String)...) throws -> [String] {
        try settings(changes).differences(from: settings())
    }

    @Test("nothing has changed where nothing means anything else")
    func none() throws {
        #expect(try differences().isEmpty)
        #expect(try differences(("collector: c1\n", "collector: \"c1\"\n# a comment\n")).isEmpty)
        #expect(try differences(("{ default: 1000 }", "{ default: 1/1000 }")).isEmpty)
        #expect(try differences(("collector: c1", "collector: c1\nslotSeconds: 300")).isEmpty)
    }

    @Test("a value is named by its path, with what it was and what it is")
    func values() throws {
        #expect(
            try differences(("default: 1000", "default: 2000"), ("speed: 10G", "speed: 100G"))
                == [
                    "exporters[er1].samplingRate.default: 1000 -> 2000",
                    "exporters[er1].interfaces[1].speed: 10G -> 100G",
                ]
        )
        #expect(
            try differences(("{ default: 1000 }", "{}"), ("collector: c1\n", ""))
                == [
                    "collector: c1 -> not set", "exporters[er1].samplingRate: removed",
                ]
        )
        #expect(
            try differences(("\"0.2\"", "\"0.3\"")) == [
                "contracts[t].components[overage].overage.pricePerMbps: 0.20 -> 0.30"
            ]
        )
    }

    @Test("entries are added and removed by name, and one that moves is the same")
    func entries() throws {
        #expect(
            try differences(
                ("  - { name: er2, addresses: [192.0.2.2] }\n", ""),
                (
                    "\ncontracts:",
                    "\n  - { name: rr3, address: 192.0.2.10, asn: 64500 }\ncontracts:"
                ),
                ("{ index: 2, role: internal }", "{ index: 3, role: internal }")
            ) == [
                "exporters[er1].interfaces[2]: removed", "exporters[er1].interfaces[3]: added",
                "exporters[er2]: removed", "neighbors[rr3]: added",
            ]
        )
        #expect(
            try differences(
                (
                    "{ index: 1, speed: 10G }, { index: 2, role: internal }",
                    "{ index: 2, role: internal }, { index: 1, speed: 10G }"
                )
            ) == ["exporters[er1].interfaces: in another order"]
        )
    }

    @Test("lists of values tell what came and what went, and their order where it differs")
    func lists() throws {
        #expect(
            try differences(("192.0.2.0/24, ", "203.0.113.0/24, "), ("[rr1, rr2]", "[rr2, rr1]"))
                == [
                    "network.prefixes: added 203.0.113.0/24; removed 192.0.2.0/24",
                    "exporters[er1].views: in another order, rr2, rr1",
                ]
        )
        let many = (0..<20).map { "10.\($0).0.0/16" }.joined(separator: ", ")
        #expect(
            try differences(("198.51.100.0/24]", "198.51.100.0/24, \(many)]")) == [
                "network.prefixes: added 10.0.0.0/16, 10.1.0.0/16, 10.2.0.0/16, 10.3.0.0/16, "
                    + "10.4.0.0/16, 10.5.0.0/16, 10.6.0.0/16, 10.7.0.0/16 and 12 more"
            ]
        )
    }

    @Test("a section that comes or goes is one line")
    func sections() throws {
        let backup = ("collector: c1", "store: { sqlite: { backup: { directory: /b } } }")
        #expect(
            try differences(backup) == [
                "collector: c1 -> not set", "store.sqlite.backup: added",
            ]
        )
        #expect(
            try settings().differences(from: settings([backup])) == [
                "collector: not set -> c1", "store.sqlite.backup: removed",
            ]
        )
    }

    @Test("of a secret only the place is told, and of a URL only that it has changed")
    func secrets() throws {
        #expect(
            try differences(("http://h/a", "http://h/b")) == [
                "alerts.notify[0].webhook.url: changed"
            ]
        )
        #expect(
            try differences(("md5: { file: /k1 }", "md5: { env: KEY }")) == [
                "neighbors[rr1].md5.file: /k1 -> not set", "neighbors[rr1].md5.env: not set -> KEY",
            ]
        )
    }

    @Test("rules of alerts are part of it")
    func rules() throws {
        var (old, new) = try (settings(), settings())
        var rule = AlertRuleSettings(id: "busy")
        old.alerts.rules = [rule]
        rule.selection = .tag("upstream")
        rule.raiseAboveBasisPoints = 9_050
        new.alerts.rules = [rule, AlertRuleSettings(id: "other")]
        #expect(
            new.differences(from: old) == [
                "alerts.rules[busy].select.tag: not set -> upstream",
                "alerts.rules[busy].raiseAbove: 80% -> 90.5%", "alerts.rules[other]: added",
            ]
        )
    }

    @Test("a line is one line, whatever a path holds")
    func controlCharacters() throws {
        let found = try differences(("file: /k1", "file: \"/k\\n\\e[2J\""))
        #expect(found == ["neighbors[rr1].md5.file: /k1 -> \"/k\\u000a\\u001b[2J\""])
    }

    @Test("what a running collector cannot take over is told apart")
    func restart() throws {
        let new = try settings([
            ("collector: c1", "collector: c2\nslotSeconds: 60\nstate: s\ncontrol: c"),
            ("0.0.0.0:179", "0.0.0.0:1179"), ("default: 1000", "default: 2000"),
            ("listen: {", "flushSeconds: 6\nlisten: { workers: 2, "),
        ])
        #expect(
            try new.needsRestart(from: settings()) == [
                "collector: c1 -> c2", "state: /etc/p/state/ -> /etc/p/s",
                "control: /etc/p/peerage.sock -> /etc/p/c", "slotSeconds: 300 -> 60",
                "flushSeconds: 5 -> 6",
                "listen.bgp: 0.0.0.0:179 -> 0.0.0.0:1179", "listen.workers: auto -> 2",
            ]
        )
        #expect(try new.differences(from: settings()).count == 8)
        #expect(new.needsRestart(from: new).isEmpty)
    }

    @Test("limits of exporters and copies of the store need no restart, the store's place does")
    func takenOver() throws {
        let new = try settings([
            (
                "collector: c1",
                "collector: c1\nlimits: { templates: 9, domains: 9, series: 1000 }\n"
                    + "store: { sqlite: { path: /s.db, backup: { directory: /b } } }"
            )
        ])
        #expect(
            try new.needsRestart(from: settings()) == [
                "store.sqlite.path: /etc/p/peerage.db -> /s.db", "limits.series: 100000 -> 1000",
            ]
        )
        #expect(try new.differences(from: settings()).count == 5)
    }

    @Test("every list of sections says what names its entries")
    func identities() {
        let lists = Settings.sectionLists()
        #expect(lists.count >= 14)
        for (list, keys) in lists {
            let identity = Settings.identity(ofList: list)
            #expect(identity != nil, "\(list)")
            #expect(Set(identity ?? []).isSubset(of: keys), "\(list)")
        }
    }
}
