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
        for parts in [
            document.exporters.map(\.part.ledger), (document.slots ?? []).map(\.part.ledger),
        ] {
            var sum = Ledger()
            for part in parts { sum += part }
            #expect(sum == document.total.ledger)
        }
        #expect(document.total.ledger.datagrams == 10)
    }

    @Test("the keys are those of the contract, and some more")
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
            "unattributedOutOctets", "unknownNeighborOctets", "clampedOctets", "convertedOctets",
            "quarantinedOctets", "kernelDrops", "sequenceLost", "duplicates", "lostRecords",
            "samplesDropped", "samplesLost", "notSent", "missingOctets",
        ]
        let plain = LedgerDocument(ledgers: [], gaps: [])
        #expect(keys(plain.json) == measured + ["gaps", "balanced", "exporters"])
        let full = LedgerDocument(ledgers: [], gaps: [], withSlots: true)
        #expect(keys(full.json) == measured + ["gaps", "balanced", "exporters", "slots"])
    }

    @Test("an exporter's part has its name, a part of nobody has null")
    func exporters() {
        let json = LedgerDocument(ledgers: Example.input.ledgers, gaps: []).json.text()
        #expect(json.contains(#"{"exporter":"er1","datagrams":3,"decoded":2,"#))
        #expect(json.contains(#"{"exporter":null,"datagrams":7,"decoded":0,"#))
    }

    @Test("what is held apart counts as refused datagrams, and its octets in no sum")
    func held() {
        var counted = Ledger()
        (counted.datagrams, counted.decoded) = (2, 2)
        (counted.receivedOctets, counted.ingressOctets, counted.egressOctets) = (10, 10, 10)
        let document = LedgerDocument(
            ledgers: [LedgerFact(slot: 0, exporter: "er1", ledger: counted)],
            held: [LedgerFact(slot: 0, exporter: "192.0.2.7", ledger: counted)],
            gaps: []
        )
        #expect(document.total.ledger.datagrams == 4)
        #expect(document.total.ledger.decoded == 2)
        #expect(document.total.ledger.refused == [.quarantined: 2])
        #expect(document.total.ledger.receivedOctets == 10)
        #expect(document.total.quarantinedOctets == 10)
        #expect(document.isBalanced)
        #expect(document.text.contains("held       10 octets apart"))
        #expect(document.json.text().contains(#""refusedDatagrams":{"quarantined":2}"#))
    }

    @Test("what never came is estimated by the mean record of its exporter and slot")
    func missing() {
        func fact(
            _ slot: Int64,
            _ exporter: String,
            _ records: UInt64,
            _ octets: UInt64,
            lost: UInt64
        )
            -> LedgerFact
        {
            var ledger = Ledger()
            (ledger.records, ledger.receivedOctets, ledger.lostRecords) = (records, octets, lost)
            return LedgerFact(slot: slot, exporter: exporter, ledger: ledger)
        }
        let document = LedgerDocument(
            ledgers: [
                fact(0, "er1", 10, 1_000, lost: 3), fact(300, "er1", 10, 5_000, lost: 2),
                // Nothing came at all: as in the other slots, 300 octets a record.
                fact(600, "er1", 0, 0, lost: 4),
                fact(0, "er2", 1, 9_999, lost: 0), fact(0, "er3", 0, 0, lost: 7),
            ],
            gaps: [],
            withSlots: true
        )
        #expect(document.slots?.map(\.part.missingOctets) == [300, 1_000, 1_200])
        #expect(document.exporters.map(\.part.missingOctets) == [2_500, 0, 0])
        #expect(document.total.missingOctets == 2_500)
        #expect(document.text.contains("missing    16 records by estimate, of 2,500 octets"))
        #expect(document.summaryLines.contains { $0.hasPrefix("MISSING some 2.50 kB") })
    }

    @Test("an estimate of any size is a number, never a trap")
    func hostile() {
        var ledger = Ledger()
        (ledger.lostRecords, ledger.samplesDropped, ledger.samplesLost) = (.max, .max, 1)
        #expect(ledger.missingOctets(asIn: ledger) == 0)
        (ledger.records, ledger.receivedOctets) = (1, .max)
        #expect(ledger.missingOctets(asIn: ledger) == .max)
        (ledger.records, ledger.receivedOctets) = (.max, .max)
        #expect(ledger.missingOctets(asIn: ledger) == .max)
        let fact = LedgerFact(slot: 0, exporter: "er1", ledger: ledger)
        #expect(LedgerDocument(ledgers: [fact, fact], gaps: []).total.missingOctets == .max)
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
        #expect(document.total.ledger.isBalanced)
        #expect(!document.isBalanced)
        #expect(document.text.hasPrefix("ledger: NOT BALANCED\n"))
        #expect(document.json.text().contains(#""gaps":[],"balanced":false,"#))
    }

    /// Every outcome has some octets, each another number.
    private var everyOutcome: Ledger {
        var ledger = Ledger()
        (ledger.datagrams, ledger.decoded, ledger.records) = (2, 2, 3)
        ledger.receivedOctets = 31
        ledger.ingressOctets = 1
        ledger.originatedOctets = 2
        ledger.carriedInOctets = 4
        ledger.countedElsewhereInOctets = 8
        ledger.unattributedInOctets = [.multiple: 16]
        ledger.egressOctets = 10
        ledger.terminatedOctets = 8
        ledger.carriedOutOctets = 6
        ledger.discardedOctets = 4
        ledger.countedElsewhereOutOctets = 2
        ledger.unattributedOutOctets = [.multiple: 1]
        ledger.unknownNeighborOctets = 11
        ledger.clampedOctets = 12
        ledger.convertedOctets = 9
        ledger.kernelDrops = 13
        ledger.sequenceLost = 14
        ledger.duplicates = 15
        (ledger.lostRecords, ledger.samplesDropped, ledger.samplesLost) = (16, 17, 18)
        (ledger.notSentFlows, ledger.notSentPackets, ledger.notSentOctets) = (19, 20, 21)
        return ledger
    }

    private static let everyCell =
        "er1,2,2,0,0,3,31,1,2,4,8,16,10,8,6,4,2,1,11,12,9,0,13,14,15,16,17,18,19,527,true"

    @Test("the columns of each side sum to what was received, in CSV and on a terminal")
    func columns() throws {
        var input = Example.input
        input.ledgers = [LedgerFact(slot: Example.start, exporter: "er1", ledger: everyOutcome)]
        let document = ReportDocument(.ledger, of: input)
        let lines = document.text(.csv).split(separator: "\r\n")
        let header =
            "exporter,datagrams,decoded,undecoded,refused_datagrams,records,received_octets,"
            + "ingress_octets,originated_octets,carried_in_octets,counted_elsewhere_in_octets,"
            + "unattributed_in_octets,egress_octets,terminated_octets,carried_out_octets,"
            + "discarded_octets,counted_elsewhere_out_octets,unattributed_out_octets,"
            + "unknown_neighbor_octets,clamped_octets,converted_octets,quarantined_octets,"
            + "kernel_drops,sequence_lost,duplicates,lost_records,samples_dropped,samples_lost,"
            + "not_sent_flows,missing_octets,balanced"
        #expect(lines.map(String.init) == [header, Self.everyCell])
        let headings: [Substring] = [
            "exporter", "datagrams", "decoded", "undecoded", "refused", "records", "received",
            "ingress", "originated", "carried in", "elsewhere in", "unattributed in", "egress",
            "terminated", "carried out", "discarded", "elsewhere out", "unattributed out",
            "unknown peer", "impossible time", "from frames", "kernel drops", "lost", "twice",
            "lost records",
            "dropped", "lost samples", "not sent", "missing", "balanced",
        ]
        let cells: [Substring] = [
            "er1", "2", "2", "0", "0", "3", "31 B", "1 B", "2 B", "4 B", "8 B", "16 B", "10 B",
            "8 B", "6 B", "4 B", "2 B", "1 B", "11 B", "12 B", "9 B", "13", "14", "15", "16", "17",
            "18", "19", "527 B", "yes",
        ]
        let table = document.tableWithoutLedger.split(separator: "\n").map(cellTexts)
        #expect(table.suffix(2) == [headings, cells])
    }

    /// The cells of a line of a table, which two spaces or more divide.
    private func cellTexts(_ line: Substring) -> [Substring] {
        line.split(separator: "  ").map { cell in cell.drop { $0 == " " } }
    }

    @Test("a terminal does without the outcomes that nothing had; CSV and JSON do not")
    func hiddenColumns() throws {
        var input = Example.input
        input.ledgers.removeFirst()
        input.ledgers[0].ledger.unattributedOutOctets = [:]
        let document = ReportDocument(.ledger, of: input)
        let heading = document.tableWithoutLedger.split(separator: "\n").dropFirst().first
        #expect(
            heading == """
                exporter  datagrams  decoded  undecoded  refused  records  received  ingress  \
                originated   egress  terminated  unknown peer  balanced
                """
        )
        #expect(document.text(.csv).contains(",carried_in_octets,"))
        #expect(document.json.text().contains(#""carriedInOctets":0,"#))
    }

    @Test("the report tells slots apart when asked to, inside the same document")
    func reportWithSlots() throws {
        var input = Example.input
        let plain = ReportDocument(.ledger, of: input)
        input.ledgerSlots = true
        let document = ReportDocument(.ledger, of: input)
        let json = document.json.text()
        #expect(json.hasPrefix(#"{"report":"ledger","from":"2026-10-01T00:00:00Z","#))
        #expect(
            json.contains(#""slots":[{"slot":"2026-10-01T00:00:00Z","datagrams":10,"decoded":2,"#)
        )
        #expect(json.contains(#"{"slot":"2026-10-01T00:05:00Z","datagrams":0,"#))
        #expect(!plain.json.text().contains(#""slots":"#))
        let line = "\n  slot       2026-10-01T00:00:00Z  116,250,701 octets: in 41,250,001 ingress"
        #expect(document.text(.table).contains(line))
        #expect(!plain.text(.table).contains("\n  slot"))
        #expect(document.text(.csv) == plain.text(.csv))
        let volumes = try #require(Report.named("volumes"))
        #expect(!ReportDocument(volumes, of: input).text(.table).contains("\n  slot"))
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
