// SPDX-License-Identifier: Apache-2.0

import Model
import Settings
import Testing

@Suite("Settings of the service")
struct ServiceSettingsTests {
    private static let head = "network: { asns: [64500] }\n"

    private func load(_ text: String) throws -> Settings {
        try Settings.load(text: Self.head + text, file: "/etc/p/p.yaml")
    }

    @Test("state, control socket, learning, limits and backups are read")
    func service() throws {
        let settings = try load(
            """
            state: /var/lib/peerage/state
            control: run/p.sock
            learn: { from: [192.0.2.0/24, "2001:db8::/32"], hold: 7d, exporters: 3 }
            limits: { templates: 1, domains: 2, series: 3, waitingRows: 1000, routeUpdates: 16 }
            listen: { console: "[::1]:8080", workers: 4 }
            store: { sqlite: { path: a.db, backup: { directory: /backup, every: 90m, keep: 2 } } }
            """
        )
        #expect(settings.state == "/var/lib/peerage/state")
        #expect(settings.control == "/etc/p/run/p.sock")
        var learn = Settings.Learn()
        learn.from = try [
            #require(IPPrefix("192.0.2.0/24")), #require(IPPrefix("2001:db8::/32")),
        ]
        learn.holdSeconds = 604_800
        learn.exporters = 3
        #expect(settings.learn == learn)
        var limits = Settings.Limits()
        limits.templates = 1
        limits.domains = 2
        limits.series = 3
        limits.waitingRows = 1_000
        limits.routeUpdates = 16
        #expect(settings.limits == limits)
        #expect(settings.listen.console == .init(address: .v6(1), port: 8080))
        #expect(settings.listen.workers == 4)
        var backup = Settings.Store.Backup(directory: "/backup")
        backup.everySeconds = 5_400
        backup.keep = 2
        #expect(settings.store.sqlite.backup == backup)
        #expect(try Settings.load(text: settings.show(), file: "x.yaml") == settings)
    }

    @Test("a session's key, distance, own address and prefix bounds are read")
    func neighbor() throws {
        let settings = try load(
            """
            listen: { bgp: "[::]:179" }
            neighbors:
              - name: a
                address: 192.0.2.1
                asn: 64500
                md5: { file: secrets/a }
                ttlSecurity: 1 hop
                localAddress: 192.0.2.9
                maxPrefixes: { ipv4: 10, restart: 1h }
              - { name: b, address: "2001:db8::2", asn: 64501, md5: { env: B_KEY }, \
            ttlSecurity: 254 hops }
              - { name: c, address: 192.0.2.3, asn: 64501 }
            """
        )
        let (a, b, c) = (settings.neighbors[0], settings.neighbors[1], settings.neighbors[2])
        #expect(a.md5 == .file("/etc/p/secrets/a"))
        #expect(a.ttlHops == 1)
        #expect(a.localAddress == IPAddress("192.0.2.9"))
        #expect(a.maxPrefixes.ipv4 == 10)
        #expect(a.maxPrefixes.ipv6 == 500_000)
        #expect(a.maxPrefixes.restartSeconds == 3_600)
        #expect(b.md5 == .environment("B_KEY"))
        #expect(b.ttlHops == 254)
        #expect(c.md5 == nil)
        #expect(c.ttlHops == nil)
        #expect(c.localAddress == nil)
        #expect(c.maxPrefixes == .init())
        #expect(try Settings.load(text: settings.show(), file: "x.yaml") == settings)
    }

    @Test("workers are as many as processors unless said otherwise")
    func workers() throws {
        #expect(try load("").listen.workers == nil)
        #expect(try load("listen: { workers: auto }").listen.workers == nil)
        #expect(try load("listen: { workers: 64 }").listen.workers == 64)
        for wrong in ["0", "65", "many", "-1", "1.5", "[]", ""] {
            let found = problems(Self.head + "listen: { workers: \(wrong) }")
            #expect(found.count == 1)
            #expect(found.first?.contains("expected auto, or an integer from 1 to 64") == true)
        }
    }

    @Test(
        "a length of time is a number and a unit",
        arguments: [
            ("60s", 60, "1m"), ("3600s", 3_600, "1h"), ("24h", 86_400, "24h"),
            ("1d", 86_400, "24h"), ("36h", 129_600, "36h"), ("2d", 172_800, "2d"),
            ("90d", 7_776_000, "90d"), ("61s", 61, "61s"),
        ] as [(String, Int64, String)]
    )
    func duration(text: String, seconds: Int64, shown: String) throws {
        let settings = try load("learn: { hold: \(text) }")
        #expect(settings.learn.holdSeconds == seconds)
        #expect(settings.show().contains("hold: \"\(shown)\"\n"))
    }

    @Test(
        "what is no length of time, or too short or long, is refused",
        arguments: [
            "86400", "24", "h", "24 h", "1w", "-1h", "59s", "91d", "1.5h", "99999999999999d", "1H",
            "\"\"",
        ]
    )
    func noDuration(text: String) {
        let found = problems(Self.head + "learn: { hold: \(text) }")
        #expect(found.count == 1)
        #expect(
            found.first?.contains(
                "expected a length of time from 1m to 90d: a number and s, m, h or d"
            ) == true
        )
    }

    @Test("a control socket's path is as long as the kernel takes, counted in octets")
    func controlPath() throws {
        let longest = "/" + String(repeating: "s", count: 106)
        #expect(try load("control: \(longest)").control == longest)
        #expect(
            problems(Self.head + "control: \(longest)s") == [
                "p.yaml:2:10: control: \(longest)s is 108 octets long; "
                    + "expected a path of at most 107 octets, all in all"
            ]
        )
        #expect(problems(Self.head + "control: /" + String(repeating: "é", count: 54)).count == 1)
    }

    @Test("beside a file too deep for a socket there is none, and the rest is as it was")
    func deepFile() throws {
        let folder = "/" + String(repeating: "d", count: 93)
        let text = "network: { asns: [1] }"
        let fits = try Settings.load(text: text, file: folder + "/p.yaml")
        #expect(fits.control == folder + "/peerage.sock")  // 107 octets
        let deep = try Settings.load(text: text, file: folder + "d/p.yaml")
        #expect(deep.control == nil)
        #expect(deep.state == folder + "d/state/")
    }
}
