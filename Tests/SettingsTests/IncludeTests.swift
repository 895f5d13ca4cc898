// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import Settings
import Testing

@Suite("Include")
struct IncludeTests {
    @Test(
        "included lists are joined, sections merged, and paths relative to the file they stand in"
    )
    func merged() throws {
        let files = try TemporaryFiles([
            "peerage.yaml": """
            include: [sites/fra.yaml, sites/ams.yaml]
            network: { asns: [64500] }
            exporters: [{ name: first, addresses: [192.0.2.1] }]
            store: { sqlite: { path: data/p.db } }
            """,
            "sites/fra.yaml": """
            include: deep/more.yaml
            network: { currency: USD }
            exporters: [{ name: fra, addresses: [192.0.2.2] }]
            tables: [{ view: fra, mrt: rib.gz }]
            """,
            "sites/ams.yaml": "exporters: [{ name: ams, addresses: [192.0.2.3] }]",
            "sites/deep/more.yaml": "exporters: [{ name: deep, addresses: [192.0.2.4] }]",
        ])
        let settings = try Settings.load(path: files.path("peerage.yaml"))
        #expect(settings.inventory.exporters.map(\.name) == ["first", "fra", "deep", "ams"])
        #expect(settings.inventory.network.currency == "USD")
        #expect(settings.store.sqlite.path == files.path("data/p.db"))
        #expect(settings.tables.map(\.mrt) == [files.path("sites/rib.gz")])
    }

    @Test("a problem in an included file names that file, and those of all files are told at once")
    func located() throws {
        let files = try TemporaryFiles([
            "a.yaml": "network: { asns: [64500] }\nslotSeconds: 7\ninclude: b.yaml",
            "b.yaml": "exporters:\n  - { nane: er1, addresses: [192.0.2.1] }\nflushSeconds: 0",
        ])
        #expect(
            files.problems("a.yaml") == [
                "a.yaml:2:14: slotSeconds: found 7; expected one of 60, 180, 300, 900",
                """
                b.yaml:2:7: exporters[0].nane: unknown key, perhaps name is meant; expected one of \
                name, site, tags, addresses, routerAddresses, identify, observes, samplingRate, \
                asFields, innerHeaders, quirks, views, otherInterfaces, interfaces
                """,
                "b.yaml:3:15: flushSeconds: found 0; expected an integer from 1 to 60",
            ]
        )
    }

    @Test("a single value is given once in all files")
    func twice() throws {
        let files = try TemporaryFiles([
            "a.yaml": "network: { asns: [64500], currency: EUR }\ninclude: b.yaml",
            "b.yaml": "network:\n  currency: USD\n  asns: [64501]\n",
        ])
        #expect(
            files.problems("a.yaml") == [
                "b.yaml:2:13: network.currency: is already set at a.yaml:1:37; expected one value"
            ]
        )
    }

    @Test("files that include each other, or are not there, are refused")
    func cycles() throws {
        let files = try TemporaryFiles([
            "a.yaml": "network: { asns: [64500] }\ninclude: [b.yaml, none.yaml, b.yaml, 7: 8]",
            "b.yaml": "include: ./c.yaml",
            "c.yaml": "include: a.yaml",
        ])
        #expect(
            files.problems("a.yaml") == [
                "a.yaml:2:19: include: none.yaml does not exist; expected a YAML file",
                "a.yaml:2:30: include: b.yaml is already included; expected each file once",
                "a.yaml:2:38: include: found a mapping; expected a file, or a list of files",
                """
                c.yaml:1:10: include: a.yaml includes itself; \
                expected files that do not include each other
                """,
            ]
        )
    }

    @Test("a file that is not there, or is not UTF-8, is refused")
    func unreadable() throws {
        let files = try TemporaryFiles(["a.yaml": "x"])
        #expect(files.problems("b.yaml") == ["b.yaml:1:1: does not exist; expected a YAML file"])
        try Data([0x61, 0x3a, 0x0a, 0x62, 0xff, 0x0a]).write(
            to: URL(filePath: files.path("c.yaml"))
        )
        #expect(
            files.problems("c.yaml") == [
                "c.yaml:2:1: has octets that are not UTF-8; expected a text in UTF-8"
            ]
        )
        #expect(files.problems(".").count == 1)
    }
}
