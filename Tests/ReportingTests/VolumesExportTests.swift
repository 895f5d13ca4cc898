// SPDX-License-Identifier: Apache-2.0

import Model
import Reporting
import Testing

@Suite("VolumesExport")
struct VolumesExportTests {
    /// Not a digest: enough to see what was hashed.
    static let hash: VolumesExport.Hash = { octets in "h\(octets.count)" }

    @Test("the file has the columns of the contract and a row an interconnect, peer and direction")
    func file() {
        let csv = VolumesExport(of: Example.input, hash: Self.hash).csv()
        let period = "2026-10-01T00:00:00Z,2026-10-01T01:00:00Z,Europe/Berlin"
        let rows = [
            "\(period),transit-1,transit,transit,paidByUs,\"Acme, Inc.\",acme,174,,,,egress,"
                + "75000000,0.075,0.181818,2,2,2026-10-01T00:00:00Z,12,11,91.66,0,flow,,"
                + "provisional",
            "\(period),transit-1,transit,transit,paidByUs,\"Acme, Inc.\",acme,174,,,,ingress,"
                + "41250001,0.041250001,0.1,1.1,1.1,2026-10-01T00:05:00Z,12,11,91.66,0,flow,,"
                + "provisional",
            "\(period),ix-1,exchange,peer,free,,,6939,,,ix-one,egress,"
                + "400,0.0000004,0.000001,0.000011,0.000011,2026-10-01T00:10:00Z,12,11,91.66,0.98,"
                + "flow,,provisional",
            "\(period),unlisted:er1/17,,,,,,,,,,egress,"
                + "300,0.0000003,0.000001,0.000008,0.000008,2026-10-01T00:10:00Z,12,11,91.66,0,"
                + "flow,,provisional",
        ]
        let header =
            "period_start,period_end,timezone,interconnect,kind,relationship,settlement,supplier,"
            + "contract,peer_asn,peer_name,facility,exchange,direction,octets,gigabytes,"
            + "average_mbps,percentile95_mbps,peak_mbps,peak_at,slots_expected,slots_present,"
            + "completeness_percent,interval_percent,source,run,status,row_sha256"
        let lines = [header] + rows.map { "\($0),h\($0.utf8.count)" }
        #expect(csv == lines.map { $0 + "\r\n" }.joined())
    }

    @Test("a period that is all there is open, and names its run and its peers")
    func complete() {
        var input = Example.input
        input.presentSlots.append(Example.start + 3300)
        input.peerName = { "=AS\($0.rawValue)" }
        let csv = VolumesExport(of: input, run: "run-7", hash: Self.hash).csv()
        let lines = csv.split(separator: "\r\n").dropFirst()
        #expect(lines.allSatisfy { $0.contains(",12,12,100,") })
        #expect(lines.allSatisfy { $0.contains(",flow,run-7,open,h") })
        #expect(lines.first?.contains(",174,'=AS174,") == true)
        #expect(lines.last?.contains("unlisted:er1/17,,,,,,,,,,egress") == true)
    }
}
