// SPDX-License-Identifier: Apache-2.0

import Model
import Settings
import Testing

@Suite("Alert rules")
struct AlertRuleSettingsTests {
    private let main = """
        network: { asns: [64500] }
        exporters: [{ name: er1, addresses: [192.0.2.1] }]
        interconnects:
          - { id: transit-1, kind: transit, peers: [1], interfaces: [{ exporter: er1, index: 1 }] }
        alerts:
          directory: rules/
          notify:
            - webhook: { url: "https://alerts.example.net/", secret: { file: secrets/hook } }
            - webhook: { url: "http://127.0.0.1:9000/x", secret: { env: HOOK_KEY } }

        """

    @Test("rules come from all files of the directory, in the order of their names")
    func rules() throws {
        let files = try TemporaryFiles([
            "p.yaml": main,
            "rules/b.yaml": """
            rules: [{ id: all, type: utilization, raiseAbove: 62.5%, clearBelow: 60% }]
            """,
            "rules/a.yml": """
            rules:
              - { id: busy, type: utilization, select: { interconnect: transit-1 }, direction: in,
                  raiseAbove: 80%, clearBelow: 70%, for: 1 slot, clearFor: 12 slots,
                  severity: critical, runbook: "https://runbooks.example.net/busy" }
              - { id: tagged, type: utilization, select: { tag: x }, raiseAbove: 100%, \
            clearBelow: 0.01% }
              - { id: kinds, type: utilization, select: { kind: private }, raiseAbove: 2%, \
            clearBelow: 1% }
            """,
            "rules/notes.txt": "not YAML: [",
            "rules/.hidden.yaml": "not YAML: [",
        ])
        let settings = try Settings.load(path: files.path("p.yaml"))
        var busy = AlertRuleSettings(id: "busy")
        busy.selection = .interconnect("transit-1")
        busy.direction = .in
        busy.forSlots = 1
        busy.clearForSlots = 12
        busy.severity = .critical
        busy.runbook = "https://runbooks.example.net/busy"
        let rules = settings.alerts.rules
        #expect(rules.first == busy)
        #expect(rules.map(\.id) == ["busy", "tagged", "kinds", "all"])
        #expect(rules.map(\.raiseAboveBasisPoints) == [8000, 10_000, 200, 6250])
        #expect(rules.map(\.clearBelowBasisPoints) == [7000, 1, 100, 6000])
        #expect(rules[1].selection == .tag("x"))
        #expect(rules[2].selection == .kind(.private))
        #expect(rules[3].selection == .all)
        #expect(rules[3].forSlots == 2)
        #expect(rules[3].clearForSlots == 3)
        #expect(rules[3].direction == .either)
        #expect(
            settings.alerts.notify == [
                .webhook(
                    .init(
                        url: "https://alerts.example.net/",
                        secret: .file(files.path("secrets/hook"))
                    )
                ),
                .webhook(.init(url: "http://127.0.0.1:9000/x", secret: .environment("HOOK_KEY"))),
            ]
        )
    }

    @Test("a wrong rule is named with the file it stands in")
    func problems() throws {
        let files = try TemporaryFiles([
            "p.yaml": main,
            "rules/a.yaml": """
            rules:
              - { id: x, type: utilization, raiseAbove: 70%, clearBelow: 70% }
              - { id: y, type: utilisation, raiseAbove: 80, clearBelow: 170%, for: 2, clearFor: 0 \
            slots }
              - { id: z, type: utilization, raiseAbove: 80%, clearBelow: 70%, select: { \
            interconnect: transit-2 } }
              - { id: w, type: utilization, raiseAbove: 80%, clearBelow: 70%, select: { kind: x, \
            tag: t } }
            """,
            "rules/b.yaml": """
            rules: [{ id: z, type: utilization, raiseAbove: 80%, clearBelow: 70% }, { id: v }]
            """,
        ])
        #expect(files.problems("p.yaml") == Self.wrongRules)
    }

    private static let wrongRules = [
        """
        rules/a.yaml:2:62: rules[0].clearBelow: is not below raiseAbove, 70%; \
        expected a lower percentage, so that an alert does not flap
        """,
        """
        rules/a.yaml:3:20: rules[1].type: found utilisation, perhaps utilization is meant; \
        expected one of utilization
        """,
        """
        rules/a.yaml:3:45: rules[1].raiseAbove: found 80; \
        expected a percentage above 0% and up to 100%, such as 80%
        """,
        """
        rules/a.yaml:3:61: rules[1].clearBelow: found 170%; \
        expected a percentage above 0% and up to 100%, such as 80%
        """,
        "rules/a.yaml:3:72: rules[1].for: found 2; expected 1 to 288 slots, as 2 slots",
        """
        rules/a.yaml:3:85: rules[1].clearFor: found 0 slots; \
        expected 1 to 288 slots, as 2 slots
        """,
        """
        rules/a.yaml:4:91: rules[2].select.interconnect: there is no interconnect \
        transit-2, \
        perhaps transit-1 is meant; expected one that is defined (transit-1)
        """,
        """
        rules/a.yaml:5:75: rules[3].select: found 2 keys; \
        expected exactly one of interconnect, kind, tag
        """,
        """
        rules/a.yaml:5:83: rules[3].select.kind: found x; expected one of exchange, \
        private, \
        transit, customer, carrier, cloudDirect, dedicatedInterconnect, \
        partnerInterconnect, cache, scrubbing
        """,
        """
        rules/b.yaml:1:15: rules[0].id: z is already used at rules/a.yaml:4:11; \
        expected each once
        """,
        """
        rules/b.yaml:1:73: rules[1].clearBelow: is missing; expected a percentage above \
        0% 
        """
            + "and up to 100%, such as 80%",
        """
        rules/b.yaml:1:73: rules[1].raiseAbove: is missing; expected a percentage above \
        0% 
        """
            + "and up to 100%, such as 80%",
        "rules/b.yaml:1:73: rules[1].type: is missing; expected one of utilization",
    ]

    @Test("a directory that is not there is a problem of the key that names it")
    func noDirectory() throws {
        let files = try TemporaryFiles(["p.yaml": main])
        #expect(
            files.problems("p.yaml") == [
                "p.yaml:6:14: alerts.directory: rules/ cannot be read; "
                    + "expected a directory of rule files"
            ]
        )
    }
}
