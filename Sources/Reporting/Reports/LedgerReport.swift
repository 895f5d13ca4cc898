// SPDX-License-Identifier: Apache-2.0

import Model

extension Report {
    /// What became of everything received, by exporter.
    ///
    /// Every outcome has its column, so that the columns of each side sum to what was received.
    public static let ledger = Report(
        name: "ledger",
        summary: "what became of everything received, by exporter",
        columns: datagramColumns + ingressColumns + egressColumns + otherColumns,
        rows: { input in input.ledger().exporters.map(ledgerCells) }
    )

    private static let datagramColumns = [
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
            "From senders that are not configured, or not adopted yet; and what came twice."
        ),
        ReportColumn("records", "records", unit: "records", "Flow records and samples."),
        ReportColumn(
            "receivedOctets",
            "received",
            unit: "octets",
            "Octets of all records, scaled. Both sides of the ledger sum to it."
        ),
    ]

    /// Sum to the octets received.
    private static let ingressColumns = [
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
        rareOctets(
            "carriedInOctets",
            "carried in",
            "Came in over a backbone interface: its ingress is told where it entered the network."
        ),
        rareOctets(
            "countedElsewhereInOctets",
            "elsewhere in",
            "Whose ingress side another exporter or interface tells."
        ),
        rareOctets(
            "unattributedInOctets",
            "unattributed in",
            "Whose ingress side could not be told, all reasons together."
        ),
    ]

    /// Sum to the octets received, too.
    private static let egressColumns = [
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
        rareOctets(
            "carriedOutOctets",
            "carried out",
            "Went on over a backbone interface: its egress is told where it leaves the network."
        ),
        rareOctets("discardedOctets", "discarded", "Dropped by the exporter, which says so."),
        rareOctets(
            "countedElsewhereOutOctets",
            "elsewhere out",
            "Whose egress side another exporter or interface tells."
        ),
        rareOctets(
            "unattributedOutOctets",
            "unattributed out",
            "Whose egress side could not be told, all reasons together."
        ),
    ]

    private static let otherColumns =
        [
            ReportColumn(
                "unknownNeighborOctets",
                "unknown peer",
                unit: "octets",
                "Inside ingress and egress: no evidence named a neighbor."
            ),
            rareOctets(
                "clampedOctets",
                "impossible time",
                "Of records whose times cannot be; counted when their datagram arrived."
            ),
            rareOctets(
                "convertedOctets",
                "from frames",
                "Of records that count layer-2 frames: what is left without their headers."
            ),
            rareOctets(
                "quarantinedOctets",
                "held apart",
                "Of an exporter that is pending until it is adopted; in no other column."
            ),
            ReportColumn(
                "kernelDrops",
                "kernel drops",
                unit: "datagrams",
                isHiddenWhenZero: true,
                "Dropped by the kernel before they were received; in no other column."
            ),
            ReportColumn(
                "sequenceLost",
                "lost",
                isHiddenWhenZero: true,
                "Missing by the exporter's own sequence numbers, in the unit of its protocol: "
                    + "packets (NetFlow v9), datagrams (sFlow), flows (NetFlow v5), "
                    + "records (IPFIX)."
            ),
        ] + missingColumns + [
            ReportColumn("balanced", "balanced", "Whether every sum holds exactly.")
        ]

    /// What came twice, and what never came.
    private static let missingColumns = [
        ReportColumn(
            "duplicates",
            "twice",
            unit: "datagrams",
            isHiddenWhenZero: true,
            "Came twice, and counted once; of the refused datagrams."
        ),
        ReportColumn(
            "lostRecords",
            "lost records",
            unit: "records",
            isHiddenWhenZero: true,
            "Lost on the way: counted where the protocol numbers records, else by the mean of a "
                + "datagram."
        ),
        ReportColumn(
            "samplesDropped",
            "dropped",
            unit: "samples",
            isHiddenWhenZero: true,
            "Samples that an sFlow agent says it had to drop."
        ),
        ReportColumn(
            "samplesLost",
            "lost samples",
            unit: "samples",
            isHiddenWhenZero: true,
            "Samples missing by the numbers of their sources, in datagrams that were not lost."
        ),
        ReportColumn(
            "notSentFlows",
            "not sent",
            unit: "flows",
            isHiddenWhenZero: true,
            "Flows that the exporter says it could not send."
        ),
        rareOctets(
            "missingOctets",
            "missing",
            "What lost records and samples stand for, by the mean record of the exporter in the "
                + "slot: an estimate, in no other column."
        ),
    ]

    /// Octets of which most ledgers have none.
    private static func rareOctets(
        _ name: String,
        _ title: String,
        _ explanation: String
    ) -> ReportColumn {
        ReportColumn(name, title, unit: "octets", isHiddenWhenZero: true, explanation)
    }

    @Sendable
    private static func ledgerCells(
        _ name: String,
        _ part: LedgerDocument.Part
    ) -> [ReportCell] {
        let ledger = part.ledger
        let sides = LedgerLine.ingress + LedgerLine.egress
        return [
            name.isEmpty ? .none : .text(name),
            .count(ledger.datagrams),
            .count(ledger.decoded),
            .count(ledger.undecoded.values.reduce(0, &+)),
            .count(ledger.refused.values.reduce(0, &+)),
            .count(ledger.records),
            .octets(ledger.receivedOctets),
        ] + sides.map { .octets($0.octets(ledger)) } + [
            .octets(ledger.unknownNeighborOctets),
            .octets(ledger.clampedOctets),
            .octets(ledger.convertedOctets),
            .octets(part.quarantinedOctets),
            .count(ledger.kernelDrops),
            .count(ledger.sequenceLost),
            .count(ledger.duplicates),
            .count(ledger.lostRecords),
            .count(ledger.samplesDropped),
            .count(ledger.samplesLost),
            .count(ledger.notSentFlows),
            .octets(part.missingOctets),
            .flag(ledger.isBalanced),
        ]
    }
}
