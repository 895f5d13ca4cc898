// SPDX-License-Identifier: Apache-2.0

import Foundation
import Settings
import Testing

@Suite("Notes on a configuration")
struct SettingsNotesTests {
    /// The notes on the file, a line each, without the directory.
    private func notes(_ files: TemporaryFiles) throws -> [String] {
        try Settings.check(path: files.path("p.yaml")).notes.map {
            $0.description.replacingOccurrences(of: files.directory.path + "/", with: "")
        }
    }

    @Test("a view that nothing fills is noted, with what was probably meant")
    func views() throws {
        let files = try TemporaryFiles([
            "p.yaml": """
            network: { asns: [64500] }
            listen: { bgp: "0.0.0.0:179" }
            exporters:
              - { name: er1, addresses: [192.0.2.1], views: [er1, rr1, rr-1] }
              - { name: er2, addresses: [192.0.2.2] }
              - { name: er3, addresses: [192.0.2.3] }
              - { name: er4, addresses: [192.0.2.4] }
            neighbors: [{ name: rr1, address: 192.0.2.9, asn: 64500 }]
            tables: [{ view: er3, mrt: rib }]
            """,
            "rib": "x",
        ])
        let found = try notes(files)
        #expect(
            found == [
                """
                p.yaml:4:3: exporters: no routes for er2, er4: `views` is not set, and nothing \
                fills a view of that name
                """,
                """
                p.yaml:4:50: exporters[0].views[0]: no neighbor, station or table fills the \
                view er1, perhaps er3 is meant
                """,
                """
                p.yaml:4:60: exporters[0].views[2]: no neighbor, station or table fills the \
                view rr-1, perhaps rr1 is meant
                """,
            ]
        )
    }

    @Test("views that are too many to be used are noted")
    func tooManyViews() throws {
        let files = try TemporaryFiles([
            "p.yaml": """
            network: { asns: [64500] }
            exporters: [{ name: er1, addresses: [192.0.2.1], views: [a, b, c, d, e] }]
            tables: [{ view: a, mrt: r }, { view: b, mrt: r }, { view: c, mrt: r }, \
            { view: d, mrt: r }, { view: e, mrt: r }]
            """,
            "r": "x",
        ])
        let found = try notes(files)
        let note = "p.yaml:2:70: exporters[0].views[4]: only the first 4 views are used"
        #expect(found == [note])
    }

    @Test("without any routes nobody is told that there are none")
    func noRoutes() throws {
        let files = try TemporaryFiles([
            "p.yaml": """
            network: { asns: [64500] }
            exporters: [{ name: er1, addresses: [192.0.2.1] }]
            """
        ])
        #expect(try notes(files).isEmpty)
    }

    @Test("missing tables and secrets are noted, and secrets that are empty, long or open to all")
    func files() throws {
        let files = try TemporaryFiles([
            "p.yaml": """
            network: { asns: [64500] }
            listen: { bgp: "0.0.0.0:179" }
            tables: [{ view: a, mrt: rib.bz2 }, { view: a, mrt: good }]
            neighbors:
              - { name: a, address: 192.0.2.1, asn: 1, md5: { file: missing } }
              - { name: b, address: 192.0.2.2, asn: 1, md5: { file: empty } }
              - { name: c, address: 192.0.2.3, asn: 1, md5: { file: long } }
              - { name: d, address: 192.0.2.4, asn: 1, md5: { file: open } }
              - { name: e, address: 192.0.2.5, asn: 1, md5: { file: good } }
              - { name: f, address: 192.0.2.6, asn: 1, md5: { env: PEERAGE_TEST_UNSET } }
            alerts:
              notify: [{ webhook: { url: "http://h/", secret: { file: long } } }, \
            { webhook: { url: "http://h/", secret: { file: hook } } }]
            """,
            "empty": "", "long": String(repeating: "k", count: 82), "open": "key",
            "good": String(repeating: "k", count: 80) + "\n",
        ])
        for name in ["empty", "long", "good"] {
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o600],
                ofItemAtPath: files.path(name)
            )
        }
        let open = [FileAttributeKey.posixPermissions: 0o604]
        try FileManager.default.setAttributes(open, ofItemAtPath: files.path("open"))
        let found = try notes(files)
        let missing = "does not exist: a collector does not start without it"
        #expect(
            found == [
                "p.yaml:3:26: tables[0].mrt: rib.bz2 \(missing)",
                "p.yaml:5:57: neighbors[0].md5.file: missing \(missing)",
                "p.yaml:6:57: neighbors[1].md5.file: empty is empty",
                "p.yaml:7:57: neighbors[2].md5.file: long holds more than 80 octets",
                "p.yaml:8:57: neighbors[3].md5.file: everyone here can read open",
                "p.yaml:10:56: neighbors[5].md5.env: the variable PEERAGE_TEST_UNSET is not set "
                    + "here",
                "p.yaml:12:118: alerts.notify[1].webhook.secret.file: hook \(missing)",
            ]
        )
    }

    @Test("a store in a folder that is not there is noted: a collector makes the file only")
    func storeFolder() throws {
        let files = try TemporaryFiles([
            "p.yaml": """
            network: { asns: [64500] }
            store: { sqlite: { path: none/peerage.db } }
            """
        ])
        let found = try notes(files)
        #expect(
            found == [
                "p.yaml:2:26: store.sqlite.path: the folder none does not exist: a collector does "
                    + "not start without it"
            ]
        )
    }

    @Test("a rule that watches nothing, or ports without a speed, is noted in its own file")
    func rules() throws {
        let files = try TemporaryFiles([
            "p.yaml": """
            network: { asns: [64500] }
            exporters:
              - name: er1
                addresses: [192.0.2.1]
                interfaces: [{ index: 1, speed: 10G }, { index: 2 }]
            interconnects:
              - { id: a, kind: transit, peers: [1], interfaces: [{ exporter: er1, index: 1 }] }
              - { id: b, kind: private, peers: [2], interfaces: [{ exporter: er1, index: 2 }] }
              - id: c
                kind: private
                peers: [3]
                interfaces: [{ exporter: er1, index: 1, vlan: 7 }, { exporter: er1, index: 9 }]
                valid: { from: 2030-01-01 }
            alerts: { directory: rules }
            """.replacing("peers: [1],", with: "peers: [1], valid: { to: 2029-12-31 },"),
            "rules/a.yaml": """
            rules:
              - { id: all, type: utilization, raiseAbove: 80%, clearBelow: 70% }
              - { id: tag, type: utilization, select: { tag: gone }, raiseAbove: 80%, \
            clearBelow: 70% }
              - { id: good, type: utilization, select: { kind: transit }, raiseAbove: 80%, \
            clearBelow: 70% }
              - { id: one, type: utilization, select: { interconnect: b }, raiseAbove: 80%, \
            clearBelow: 70% }
            """,
        ])
        let found = try notes(files)
        #expect(
            found == [
                "rules/a.yaml:2:5: rules[0].select: all cannot watch b, c: `speed` of their "
                    + "interfaces is not known",
                "rules/a.yaml:3:43: rules[1].select: tag watches no interconnect",
                "rules/a.yaml:5:43: rules[3].select: one cannot watch b: `speed` of their "
                    + "interfaces is not known",
            ]
        )
    }

    @Test("a file too deep for a control socket is noted, and one that names its socket is not")
    func control() throws {
        let folder = String(repeating: "d", count: 100)
        let files = try TemporaryFiles([
            folder + "/p.yaml": "network: { asns: [64500] }",
            folder + "/q.yaml": "network: { asns: [64500] }\ncontrol: /tmp/p.sock",
        ])
        let deep = try Settings.check(path: files.path(folder + "/p.yaml"))
        #expect(deep.settings.control == nil)
        #expect(deep.notes.map(\.key) == ["control"])
        #expect(deep.notes.first?.message.hasPrefix("there is no control socket: ") == true)
        #expect(try Settings.check(path: files.path(folder + "/q.yaml")).notes.isEmpty)
    }

    @Test("the example is good, and its notes are the files that do not come with it")
    func example() throws {
        let path = exampleFolder.appending(path: "peerage.yaml").path
        let (settings, notes) = try Settings.check(path: path)
        #expect(try settings == Settings.load(path: path))
        #expect(
            notes.map(\.key) == [
                "neighbors[0].md5.file", "tables[0].mrt", "alerts.notify[0].webhook.secret.file",
            ]
        )
    }

    @Test("what is wrong is told as before")
    func problemsOfCheck() throws {
        let files = try TemporaryFiles(["p.yaml": "network: { asns: [] }"])
        #expect(throws: SettingsError.self) { try Settings.check(path: files.path("p.yaml")) }
    }
}
