// SPDX-License-Identifier: Apache-2.0

import Analysis
import Model
import Reporting
import Testing

@Suite("Report")
struct ReportTests {
    static let names = Report.table.map(\.name)

    @Test("each report has one row in the table, and every column is explained")
    func table() {
        #expect(Set(Report.table.map(\.name)).count == Report.table.count)
        for report in Report.table {
            #expect(Report.named(report.name)?.summary == report.summary)
            #expect(!report.summary.isEmpty)
            #expect(Set(report.columns.map(\.name)).count == report.columns.count)
            #expect(Set(report.columns.map(\.csvName)).count == report.columns.count)
            for column in report.columns {
                #expect(column.explanation.count > 10, "\(report.name) \(column.name)")
                #expect(report.column(named: column.csvName) == column)
                #expect(report.column(named: column.name) == column)
            }
        }
        #expect(Report.named("weather") == nil)
    }

    @Test("every report has a cell for every column, in every format", arguments: names)
    func shape(_ name: String) throws {
        let report = try #require(Report.named(name))
        var empty = Example.input
        (empty.volumes, empty.paths, empty.ledgers) = ([], PathVolumes(), [])
        for input in [Example.input, empty] {
            let document = ReportDocument(report, of: input)
            #expect(document.rows.allSatisfy { $0.count == document.columns.count })
            for format in ReportFormat.allCases {
                #expect(document.text(format).utf8.last == UInt8(ascii: "\n"))
            }
        }
        #expect(!ReportDocument(report, of: Example.input).rows.isEmpty)
    }

    @Test("the keys are those of the contract, in its order")
    func keys() {
        let volumes = ReportDocument(Report.table[1], of: Example.input)
        #expect(
            volumes.columns.map(\.name) == [
                "interconnect", "kind", "relationship", "settlement", "peerAS", "direction",
                "family", "octets", "packets", "averageBitsPerSecond", "percentile95BitsPerSecond",
                "peakBitsPerSecond", "peakAt", "samples", "intervalPercent", "rung",
            ]
        )
        #expect(
            volumes.columns.map(\.csvName) == [
                "interconnect", "kind", "relationship", "settlement", "peer_as", "direction",
                "family", "octets", "packets", "average_bits_per_second",
                "percentile95_bits_per_second", "peak_bits_per_second", "peak_at", "samples",
                "interval_percent", "rung",
            ]
        )
        var named = Example.input
        named.peerName = { $0.rawValue == 6939 ? "Hurricane Electric" : nil }
        let savings = ReportDocument(Report.table[0], of: named)
        #expect(
            savings.columns.map(\.name) == [
                "rank", "candidateAS", "candidateName", "candidateOctets",
                "ownPercentile95BitsPerSecond", "marginalPercentile95BitsPerSecond", "transit",
                "eligible", "reasons", "path", "savingListPerMonth", "intervalPercent",
            ]
        )
        #expect(
            ReportDocument(Report.table[1], of: named).columns.map(\.name).contains("peerName")
        )
    }

    @Test("a document in JSON says what was asked and proves it")
    func json() {
        var input = Example.input
        input.volumes = [input.volumes[0]]
        let document = ReportDocument(Report.table[1], of: input)
        let expected = """
            {"report":"volumes","from":"2026-10-01T00:00:00Z","to":"2026-10-01T01:00:00Z",\
            "timezone":"Europe/Berlin","slotSeconds":300,"completeness":91.66,\
            "inventoryVersion":"a1b2","rows":[{"interconnect":"transit-1","kind":"transit",\
            "relationship":"transit","settlement":"paidByUs","peerAS":174,"direction":"egress",\
            "family":"ipv4","octets":75000000,"packets":10,"averageBitsPerSecond":181818,\
            "percentile95BitsPerSecond":2000000,"peakBitsPerSecond":2000000,\
            "peakAt":"2026-10-01T00:00:00Z","samples":1,"intervalPercent":0,\
            "rung":"interface"}],"ledger":{"datagrams":10,"decoded":2,\
            "undecoded":{"truncated":1},"refusedDatagrams":{"unknownExporter":7},"errors":{},\
            "records":5,"receivedOctets":116250701,"ingressOctets":41250001,\
            "originatedOctets":75000700,"carriedInOctets":0,"countedElsewhereInOctets":0,\
            "unattributedInOctets":{},"egressOctets":75000700,"terminatedOctets":41250000,\
            "carriedOutOctets":0,"discardedOctets":0,"countedElsewhereOutOctets":0,\
            "unattributedOutOctets":{"multiple":1},"unknownNeighborOctets":0,"clampedOctets":0,\
            "convertedOctets":0,\
            "quarantinedOctets":0,"kernelDrops":2,"sequenceLost":0,\
            "duplicates":0,"lostRecords":0,"samplesDropped":0,"samplesLost":0,\
            "notSent":{"flows":0,"packets":0,"octets":0},"missingOctets":0,\
            "gaps":[{"from":"2026-10-01T00:55:00Z","to":"2026-10-01T01:00:00Z",\
            "reason":"restart"}],"balanced":true}}
            """
        #expect(document.json.text() == expected)
    }

    @Test("money is an amount and a currency, in JSON, CSV and on the terminal")
    func money() {
        let document = ReportDocument(Report.table[0], of: Example.input)
        // One busy slot of eleven: nearest rank takes the busiest, 2 Mbit/s at 0.18.
        #expect(
            document.json.text().contains(
                #""savingListPerMonth":{"amount":"0.36","currency":"USD"}"#
            )
        )
        let lines = document.text(.csv).split(separator: "\r\n")
        #expect(
            lines[0].hasSuffix(
                "path,saving_list_per_month,saving_list_per_month_currency,"
                    + "interval_percent"
            )
        )
        #expect(
            lines[1] == "1,3320,75000000,2000000,2000000,transit-1,true,,onPath,0.36,USD,0.001"
        )
        #expect(
            lines[2]
                == "2,6939,75000000,2000000,2000000,transit-1,false,alreadyPeer,origin,0.36,USD,"
                + "0.001"
        )
        #expect(document.text(.table).contains("0.36 USD"))
    }

    @Test("savings without any price have no such column")
    func withoutPrice() {
        var input = Example.input
        input.inventory.contracts = []
        let document = ReportDocument(Report.table[0], of: input)
        #expect(!document.columns.map(\.name).contains("savingListPerMonth"))
        #expect(document.json.text().contains(#""reasons":["noPrice"]"#))
    }

    @Test("savings of nobody still have the columns of amounts, for who reads the CSV by name")
    func nobody() {
        var input = Example.input
        input.paths = PathVolumes()
        let header = ReportDocument(Report.table[0], of: input).text(.csv)
        #expect(header.contains(",saving_list_per_month,saving_list_per_month_currency,"))
        #expect(header.split(separator: "\r\n").count == 1)
    }

    @Test("a terminal gets aligned columns, human units and the ledger under them")
    func text() {
        let text = ReportDocument(Report.table[1], of: Example.input).text(.table)
        #expect(text == Self.table)
    }

    static let table = """
        volumes  2026-10-01T00:00:00Z to 2026-10-01T01:00:00Z  (Europe/Berlin)  slots of 300 s  \
        91.66 % complete

        interconnect     kind      relationship  peer    direction  family   volume      average  \
               95th         peak  peak at                   +-  by
        transit-1        transit   transit       AS174   egress     ipv4    75.0 MB   182 kbit/s  \
        2.00 Mbit/s  2.00 Mbit/s  2026-10-01T00:00:00Z     0 %  interface
        transit-1        transit   transit       AS174   ingress    ipv6    37.5 MB  90.9 kbit/s  \
        1.00 Mbit/s  1.00 Mbit/s  2026-10-01T00:05:00Z     0 %  interface
        transit-1        transit   transit       AS174   ingress    ipv4    3.75 MB  9.09 kbit/s  \
         100 kbit/s   100 kbit/s  2026-10-01T00:05:00Z     0 %  interface
        ix-1             exchange  peer          AS6939  egress     ipv4      400 B      1 bit/s  \
           11 bit/s     11 bit/s  2026-10-01T00:10:00Z  0.98 %  interface
        unlisted:er1/17  -         -             -       egress     ipv4      300 B      1 bit/s  \
            8 bit/s      8 bit/s  2026-10-01T00:10:00Z     0 %  unknown

        ledger: balanced
          datagrams  10 = 2 decoded + 1 undecoded (1 truncated) + 7 refused (7 unknownExporter)
          records    5
          in         116,250,701 octets = 41,250,001 ingress + 75,000,700 originated
          out        116,250,701 octets = 75,000,700 egress + 41,250,000 terminated + \
        1 unattributed (1 multiple)
          lost       2 dropped by the kernel
          gap        2026-10-01T00:55:00Z to 2026-10-01T01:00:00Z: restart

        """
}
