// SPDX-License-Identifier: Apache-2.0

import Settings
import Testing

@Suite("Problems of the service's settings")
struct ServiceProblemTests {
    @Test(
        "what cannot work together is refused at the key to change",
        arguments: [
            (
                "listen: { console: \"192.0.2.1:8080\" }",
                """
                2:20: listen.console: 192.0.2.1 can be reached from the network, and the console \
                asks nobody who they are in this version; \
                expected an address of this machine only, such as 127.0.0.1 or [::1]
                """
            ),
            (
                "listen: { console: \"[::]:8080\" }",
                """
                2:20: listen.console: :: can be reached from the network, and the console \
                asks nobody who they are in this version; \
                expected an address of this machine only, such as 127.0.0.1 or [::1]
                """
            ),
            (
                "listen: { bgp: \"127.0.0.1:179\", console: \"127.0.0.1:179\" }",
                "2:42: listen.console: is listen.bgp as well; expected another port"
            ),
            (
                "store: { sqlite: { path: d/p.db, backup: { directory: d/../d/ } } }",
                """
                2:55: store.sqlite.backup.directory: is the directory of the database: what \
                harms one harms both; expected another directory, at best on another disk
                """
            ),
            (
                "store: { sqlite: { backup: { directory: state } } }",
                """
                2:41: store.sqlite.backup.directory: is the directory `state`; \
                expected a directory of its own
                """
            ),
            (
                "store: { sqlite: { backup: { every: 24h } } }",
                """
                2:28: store.sqlite.backup.directory: is missing; \
                expected a path, relative to the file it stands in
                """
            ),
            (
                "control: ./peerage.db",
                "2:10: control: is the database; expected a path of its own"
            ),
            (
                "control: a\nstate: a/",
                "2:10: control: is the directory `state`; expected another path"
            ),
            (
                "state: peerage.db/",
                "2:8: state: is the database; expected a directory of its own"
            ),
            (
                "learn: { from: [192.0.2.0/24, 0.0.0.0/0] }",
                """
                2:31: learn.from[1]: 0.0.0.0/0 is more than the networks of your routers; \
                expected prefixes of length 8 or more
                """
            ),
            (
                "learn: { from: [239.1.0.0/16, \"::ffff:192.0.2.0/120\"] }",
                """
                2:17: learn.from[0]: 239.1.0.0/16 is multicast, which sends nothing; \
                expected networks of routers
                p.yaml:2:31: learn.from[1]: ::ffff:192.0.2.0/120 is IPv4 written as IPv6; \
                expected the IPv4 prefix
                """
            ),
            (
                "learn: { from: [192.0.2.0/24], hold: 14m }",
                """
                2:38: learn.hold: 14m is shorter than a slot is open, 900 seconds; \
                expected at least slotSeconds and latenessSeconds
                """
            ),
        ]
    )
    func problem(text: String, problem: String) {
        let found = problems("network: { asns: [64500] }\n" + text)
        #expect(found.joined(separator: "\n") == "p.yaml:" + problem)
    }

    @Test("what nobody learns is held for as long as one likes")
    func holdWithoutLearning() {
        #expect(problems("network: { asns: [1] }\nlearn: { hold: 1m }").isEmpty)
        let exact = "learn: { from: [192.0.2.0/24], hold: 15m }"
        #expect(problems("network: { asns: [1] }\n" + exact).isEmpty)
    }

    @Test(
        "a session has to be able to come to where we listen",
        arguments: [
            ("192.0.2.9:179", "address: \"2001:db8::1\"", "address"),
            ("[2001:db8::9]:179", "address: 192.0.2.1", "address"),
            ("192.0.2.9:179", "address: 192.0.2.1, localAddress: 192.0.2.8", "localAddress"),
            ("[::]:179", "address: 192.0.2.1, localAddress: \"2001:db8::8\"", "localAddress"),
            ("192.0.2.9:179", "address: 192.0.2.1, localAddress: 192.0.2.9", nil),
            ("0.0.0.0:179", "address: 192.0.2.1, localAddress: 192.0.2.9", nil),
            ("[::]:179", "address: 192.0.2.1, localAddress: 192.0.2.9", nil),
            ("[::ffff:192.0.2.9]:179", "address: 192.0.2.1, localAddress: 192.0.2.9", nil),
            ("[::]:179", "address: \"2001:db8::1\", localAddress: \"2001:db8::9\"", nil),
            ("[2001:db8::9]:179", "address: \"2001:db8::1\"", nil),
        ] as [(String, String, String?)]
    )
    func sessions(listen: String, neighbor: String, key: String?) {
        let found = problems(
            """
            network: { asns: [64500] }
            listen: { bgp: "\(listen)" }
            neighbors: [{ name: a, asn: 1, \(neighbor) }]
            """
        )
        #expect(found.count == (key == nil ? 0 : 1), "\(found)")
        if let key { #expect(found.first?.contains(" neighbors[0].\(key): ") == true, "\(found)") }
    }

    @Test("a distance is a number of hops that a TTL can tell")
    func hops() {
        for wrong in ["0 hops", "255 hops", "2", "hops", "2  hops", "two hops", "2 hop s"] {
            let found = problems(
                """
                network: { asns: [64500] }
                listen: { bgp: "0.0.0.0:179" }
                neighbors: [{ name: a, asn: 1, address: 192.0.2.1, ttlSecurity: \(wrong) }]
                """
            )
            #expect(found.count == 1, "\(wrong)")
            #expect(found.first?.contains("expected 1 to 254 hops, as 2 hops") == true)
        }
    }

    /// Where people put a secret by mistake; `S3CRET` stands for it.
    static let mistakes = [
        "neighbors: [{ name: a, address: 192.0.2.1, asn: 1, md5: S3CRET }]",
        "neighbors: [{ name: a, address: 192.0.2.1, asn: 1, md5: \"S3CRET\" }]",
        "neighbors: [{ name: a, address: 192.0.2.1, asn: 1, md5: [S3CRET, S3CRET] }]",
        "neighbors: [{ name: a, address: 192.0.2.1, asn: 1, md5: { key: S3CRET } }]",
        "neighbors: [{ name: a, address: 192.0.2.1, asn: 1, md5: { env: S3CRET-! } }]",
        "neighbors: [{ name: a, address: 192.0.2.1, asn: 1, md5: { S3CRET } }]",
        "neighbors: [{ name: a, address: 192.0.2.1, asn: 1, md5: { file: [S3CRET] } }]",
        "alerts: { notify: [\"https://u:S3CRET@h/\"] }",
        "alerts: { notify: [\"https://u:S3CRET@h/\", \"https://u:S3CRET@h/\"] }",
        "alerts: { notify: \"https://u:S3CRET@h/\" }",
        "alerts: { notify: [{ webhook: \"https://u:S3CRET@h/\" }] }",
        "alerts: { notify: [{ webhook: { url: \"https://u:S3CRET@h/\" } }] }",
        "alerts: { notify: [{ webhook: { url: \"https://S3CRET@h/\" } }] }",
        "alerts: { notify: [{ webhook: { url: \"htps://u:S3CRET@h/\" } }] }",
        "alerts: { notify: [{ webhook: { url: \"https:/u:S3CRET@h\" } }] }",
        "alerts: { notify: [{ webhook: { url: \"ftp://h/S3CRET\" } }] }",
        "alerts: { notify: [{ webhook: { url: \"http://h/\", secret: S3CRET } }] }",
        "alerts: { notify: [{ webhook: { url: \"http://h/\", secret: { env: \"S3CRET/\" } } }] }",
        "alerts: { notify: [{ webhook: { url: \"http://h/\", password: S3CRET } }] }",
        "alerts: { notify: [{ webhook: { \"https://u:S3CRET@h/\" } }] }",
    ]

    @Test("no message quotes what may be a secret", arguments: mistakes)
    func secrets(_ text: String) {
        let found = problems(
            "network: { asns: [64500] }\nlisten: { bgp: \"0.0.0.0:179\" }\n" + text
        )
        #expect(!found.isEmpty)
        #expect(!found.joined().contains("S3CRET"), "\(found)")
        #expect(found.allSatisfy { $0.contains("md5") || $0.contains("alerts.notify") })
    }

    @Test("a message is one line that harms no terminal, whatever the file holds")
    func controlCharacters() {
        let found = problems(
            "network: { asns: [1] }\ncollector: \"a\\e[2J\\nb\"\n\"k\\r\\L\": 1"
        )
        #expect(found.count == 2)
        for problem in found {
            #expect(
                problem.unicodeScalars.allSatisfy {
                    $0.value >= 0x20 && $0.value < 0x2028 || $0 == "\u{fffd}"
                }
            )
        }
        #expect(found.first?.contains("a\u{fffd}[2J b") == true, "\(found)")
    }

    @Test("a key that is nearly right is named even beside secrets")
    func hintBesideSecrets() {
        let found = problems(
            "network: { asns: [1] }\nalerts: { notify: [{ webhook: { urll: \"http://h/\" } }] }"
        )
        #expect(
            found == [
                "p.yaml:2:33: alerts.notify[0].webhook.urll: unknown key, perhaps url is meant; "
                    + "expected one of url, secret"
            ]
        )
    }
}
