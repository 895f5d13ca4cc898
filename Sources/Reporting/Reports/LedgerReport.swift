// SPDX-License-Identifier: Apache-2.0

import Model

extension Report {
    /// What became of everything received, by exporter.
    public static let ledger = Report(
        name: "ledger",
        summary: "what became of everything received, by exporter",
        columns: [
            ReportColumn(
                "exporter",
                "exporter",
                "Name of the exporter; nothing for what belongs to none."
            ),
            ReportColumn(
                "datagrams",
                "datagrams",
                unit: "datagrams",
                "Received: decoded + undecoded + refusedDatagrams."
            ),
            ReportColumn("decoded", "decoded", unit: "datagrams", "Read, at least in part."),
            ReportColumn(
                "undecoded",
                "undecoded",
                unit: "datagrams",
                "Of which nothing could be read."
            ),
            ReportColumn(
                "refusedDatagrams",
                "refused",
                unit: "datagrams",
                "From senders that are not configured."
            ),
            ReportColumn("records", "records", unit: "records", "Flow records and samples."),
            ReportColumn(
                "receivedOctets",
                "received",
                unit: "octets",
                "Octets of all records, scaled. Both sides of the ledger sum to it."
            ),
            ReportColumn(
                "ingressOctets",
                "ingress",
                unit: "octets",
                "Came in by an interconnect, or by an interface nobody has listed."
            ),
            ReportColumn(
                "originatedOctets",
                "originated",
                unit: "octets",
                "Came from inside the network."
            ),
            ReportColumn(
                "egressOctets",
                "egress",
                unit: "octets",
                "Went out by an interconnect, or by an interface nobody has listed."
            ),
            ReportColumn(
                "terminatedOctets",
                "terminated",
                unit: "octets",
                "Stayed inside the network."
            ),
            ReportColumn(
                "unattributedInOctets",
                nil,
                unit: "octets",
                "Whose ingress side could not be told, all reasons together."
            ),
            ReportColumn(
                "unattributedOutOctets",
                nil,
                unit: "octets",
                "Whose egress side could not be told, all reasons together."
            ),
            ReportColumn(
                "unknownNeighborOctets",
                "unknown peer",
                unit: "octets",
                "Inside ingress and egress: no evidence named a neighbor."
            ),
            ReportColumn("balanced", "balanced", "Whether every sum holds exactly."),
        ],
        rows: { input in input.ledger.exporters.map(ledgerCells) }
    )

    @Sendable
    private static func ledgerCells(_ name: String, _ ledger: Ledger) -> [ReportCell] {
        [
            name.isEmpty ? .none : .text(name),
            .count(ledger.datagrams),
            .count(ledger.decoded),
            .count(ledger.undecoded.values.reduce(0, &+)),
            .count(ledger.refused.values.reduce(0, &+)),
            .count(ledger.records),
            .octets(ledger.receivedOctets),
            .octets(ledger.ingressOctets),
            .octets(ledger.originatedOctets),
            .octets(ledger.egressOctets),
            .octets(ledger.terminatedOctets),
            .octets(ledger.unattributedInOctets.values.reduce(0, &+)),
            .octets(ledger.unattributedOutOctets.values.reduce(0, &+)),
            .octets(ledger.unknownNeighborOctets),
            .flag(ledger.isBalanced),
        ]
    }
}
