// SPDX-License-Identifier: Apache-2.0

import Foundation
import Settings
import Testing

@Suite("Showing the configuration")
struct SettingsOutputTests {
    @Test("what is shown loads again, and means the same")
    func roundTrip() throws {
        let settings = try Settings.load(path: exampleFolder.appending(path: "peerage.yaml").path)
        let shown = try Settings.load(text: settings.show(), file: "shown.yaml")
        #expect(shown == settings)
    }

    @Test("defaults are shown, secrets only by where they are")
    func defaults() throws {
        let settings = try Settings.load(
            text: """
                network: { asns: [64500] }
                exporters: [{ name: "yes", addresses: ["2001:db8::1"] }]
                alerts: { notify: [{ webhook: { url: "http://127.0.0.1/", secret: { file: hook } \
                } }] }
                """,
            file: "/etc/peerage/p.yaml"
        )
        #expect(settings.show() == Self.defaultText)
    }

    /// What is said where nothing is.
    private static let defaultText = """
        network:
          asns: [64500]
          siblings: []
          prefixes: []
          timezone: UTC
          currency: EUR
        store:
          sqlite:
            path: "/etc/peerage/peerage.db"
        state: "/etc/peerage/state/"
        control: "/etc/peerage/peerage.sock"
        slotSeconds: 300
        flushSeconds: 5
        latenessSeconds: 600
        learn:
          from: []
          hold: "24h"
          exporters: 16
        limits:
          templates: 1024
          domains: 64
          series: 100000
          waitingRows: 4000000
          routeUpdates: 65536
        listen:
          flows: ["127.0.0.1:2055", "127.0.0.1:4739", "127.0.0.1:6343"]
          workers: auto
        exporters:
          - name: "yes"
            tags: []
            addresses: ["2001:db8::1"]
            routerAddresses: []
            identify: source
            observes: auto
            asFields: origin
            innerHeaders: []
            quirks: []
            views: []
            otherInterfaces: unknown
            interfaces: []
        neighbors: []
        stations: []
        tables: []
        exchanges: []
        contracts: []
        interconnects: []
        groups: []
        prices:
          exchanges: []
        alerts:
          notify:
            - webhook:
                url: "http://127.0.0.1/"
                secret:
                  file: "/etc/peerage/hook"

        """

    @Test("the schema is JSON, with a description of every key")
    func schema() throws {
        let object = try JSONSerialization.jsonObject(with: Data(Settings.schema().utf8))
        let schema = try #require(object as? [String: Any])
        #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
        #expect(schema["additionalProperties"] as? Bool == false)
        #expect(schema["required"] as? [String] == ["network"])
        let properties = try #require(schema["properties"] as? [String: [String: Any]])
        for (key, property) in properties {
            #expect((property["description"] as? String)?.isEmpty == false, "\(key)")
        }
        let slot = try #require(properties["slotSeconds"])
        #expect(slot["enum"] as? [Int] == [60, 180, 300, 900])
        #expect(slot["default"] as? Int == 300)
        #expect(
            slot["description"] as? String == "Length of an accounting slot. Unit: seconds."
        )
        let registry = try #require(properties["registry"])
        #expect(registry["not"] is [String: Any])
        let rules = try #require((schema["$defs"] as? [String: Any])?["alertRules"])
        #expect(rules is [String: Any])
    }

    @Test("keys of later versions are known by name")
    func laterKeys() {
        #expect(
            Settings.keyPaths(supported: false).sorted() == [
                "alerts.notify[].alertmanager", "alerts.notify[].email", "alerts.notify[].syslog",
                "contracts[].components[].burst", "contracts[].components[].flat",
                "contracts[].components[].tiers", "corrections", "exchanges[].ixf",
                "policies", "registry", "store.clickhouse",
            ]
        )
    }
}
