// SPDX-License-Identifier: Apache-2.0

import Model
import Reporting
import Testing

@Suite("LedgerDocument")
struct LedgerDocumentTests {
    @Test("totals are the sum of the exporters, and of the slots")
    func sums() {
        let document = LedgerDocument(
            ledgers: Example.input.ledgers,
            gaps: Example.input.gaps,
            withSlots: true
        )
        #expect(document.exporters.map(\.name) == ["er1", ""])
        #expect(document.slots?.map(\.start) == [Example.start, Example.start + 300])
        for parts in [document.exporters.map(\.ledger), (document.slots ?? []).map(\.ledger)] {
            var sum = Ledger()
            for part in parts { sum += part }
            #expect(sum == document.total)
        }
        #expect(document.total.datagrams == 10)
    }

    @Test("the keys are those of the contract; what is not counted is absent")
    func keys() {
        func keys(_ value: JSONValue) -> [String] {
            guard case .object(let members) = value else { return [] }
            return members.map(\.key)
        }
        let measured = [
            "datagrams", "decoded", "undecoded", "refusedDatagrams", "errors", "records",
            "receivedOctets", "ingressOctets", "originatedOctets", "carriedInOctets",
            "countedElsewhereInOctets", "unattributedInOctets", "egressOctets", "terminatedOctets",
            "carriedOutOctets", "discardedOctets", "countedElsewhereOutOctets",
            "unattributedOutOctets", "unknownNeighborOctets", "clampedOctets", "kernelDrops",
        ]
        let plain = LedgerDocument(ledgers: [], gaps: [])
        #expect(keys(plain.json) == measured + ["gaps", "balanced", "exporters"])
        let full = LedgerDocument(
            ledgers: [],
            gaps: [],
            withSlots: true,
            measuresSequences: true
        )
        #expect(
            keys(full.json)
                == measured + [
                    "sequenceLost", "duplicates", "gaps", "balanced", "exporters", "slots",
                ]
        )
    }

    @Test("an exporter's part has its name, a part of nobody has null")
    func exporters() {
        let json = LedgerDocument(ledgers: Example.input.ledgers, gaps: []).json.text()
        #expect(json.contains(#"{"exporter":"er1","datagrams":3,"decoded":2,"#))
        #expect(json.contains(#"{"exporter":null,"datagrams":7,"decoded":0,"#))
    }

    @Test("two wrongs do not make a balanced ledger")
    func unbalanced() {
        var (short, long) = (Ledger(), Ledger())
        (short.datagrams, long.decoded) = (1, 1)
        let document = LedgerDocument(
            ledgers: [
                LedgerFact(slot: 0, exporter: "a", ledger: short),
                LedgerFact(slot: 0, exporter: "b", ledger: long),
            ],
            gaps: []
        )
        #expect(document.total.isBalanced)
        #expect(!document.isBalanced)
        #expect(document.text.hasPrefix("ledger: NOT BALANCED\n"))
        #expect(document.json.text().contains(#""gaps":[],"balanced":false,"#))
    }

    @Test("the report of the ledger has the same keys at its top")
    func report() throws {
        let report = try #require(Report.named("ledger"))
        let json = ReportDocument(report, of: Example.input).json.text()
        #expect(json.contains(#""rows":[{"exporter":"er1","datagrams":3,"#))
        #expect(json.contains(#""ledger":{"datagrams":10,"#))
        #expect(json.contains(#"},"datagrams":10,"decoded":2,"#))
        #expect(json.hasSuffix(#""balanced":true}]}"#))
    }
}
