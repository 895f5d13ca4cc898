// SPDX-License-Identifier: Apache-2.0

import Analysis
import Model

extension Report {
    /// How much was exchanged, where and with whom.
    static let volumes = Report(
        name: "volumes",
        summary: "how much was exchanged, by interconnect, peer AS, direction and family",
        columns: [
            ReportColumn(
                "interconnect",
                "interconnect",
                "Identifier of the interconnect. An interface that no interconnect uses is "
                    + "\"unlisted:\" with its exporter and index."
            ),
            ReportColumn("kind", "kind", "Kind of the interconnect, from the inventory."),
            ReportColumn(
                "relationship",
                "relationship",
                "transit, peer or customer, from the inventory or by the kind."
            ),
            ReportColumn(
                "settlement",
                nil,
                "free, paidByUs or paidToUs, from the inventory or by the kind."
            ),
            ReportColumn(
                "peerAS",
                "peer",
                "The AS on the other side. Nothing when no evidence named one; see rung."
            ),
            ReportColumn(
                "peerName",
                "name",
                isOptional: true,
                "Name of the peer AS, from the registry."
            ),
            ReportColumn(
                "direction",
                "direction",
                "ingress or egress, seen from the router that has the interface."
            ),
            ReportColumn("family", "family", "ipv4, ipv6, or other for frames that are not IP."),
            ReportColumn(
                "octets",
                "volume",
                unit: "octets",
                "Sum over the period of the octets of the outermost IP packets, scaled by the "
                    + "sampling rate of each record."
            ),
            ReportColumn("packets", nil, unit: "packets", "The same of packets."),
            ReportColumn(
                "averageBitsPerSecond",
                "average",
                unit: "bits per second",
                "octets x 8 / (slots present x slotSeconds)."
            ),
            ReportColumn(
                "percentile95BitsPerSecond",
                "95th",
                unit: "bits per second",
                "The 95th percentile by nearest rank over all slots that are present; a slot "
                    + "without traffic is a sample of 0, a slot the store does not hold is none."
            ),
            ReportColumn(
                "peakBitsPerSecond",
                "peak",
                unit: "bits per second",
                "The rate of the busiest slot."
            ),
            ReportColumn("peakAt", "peak at", "Start of the busiest slot, the first of equals."),
            ReportColumn(
                "samples",
                nil,
                unit: "packets",
                "Packets as exported, before scaling: for sampled traffic the number of samples."
            ),
            ReportColumn(
                "intervalPercent",
                "+-",
                unit: "percent",
                "Half the width of the 95 % confidence interval of octets, in percent of it: "
                    + "196 x sqrt(variance) / octets. 0 when nothing was sampled."
            ),
            ReportColumn(
                "rung",
                "by",
                "The weakest evidence that named the peer: interface, mac, vlan, staticPrefix, "
                    + "nextHop, exportedAS, route, reverseLookup, unknown."
            ),
        ],
        rows: { input in
            InterconnectVolumes.rows(
                of: input.volumes,
                inventory: input.inventory,
                slots: input.slots,
                byFamily: true
            ).map { volumeCells($0, input) }
        }
    )

    private static func volumeCells(
        _ row: InterconnectVolume,
        _ input: ReportInput
    ) -> [ReportCell] {
        let interconnect = row.place.interconnect(in: input.inventory)
        return [
            .text(row.place.name(in: input.inventory)),
            .optional(interconnect?.kind.rawValue),
            .optional(interconnect?.relationship.rawValue),
            .optional(interconnect?.settlement.rawValue),
            .known(row.peerAS),
            input.nameCell(row.peerAS),
            .text(row.direction.word),
            .optional(row.family?.word),
            .octets(row.measure.octets),
            .count(row.measure.packets),
            .rate(row.averageBitsPerSecond),
            .rate(row.percentile95BitsPerSecond),
            .rate(row.peakBitsPerSecond),
            .time(row.peakAt),
            .count(row.measure.unscaledPackets),
            .percent(row.measure.intervalPercent ?? 0),
            .text(row.rung.word),
        ]
    }
}
