// SPDX-License-Identifier: Apache-2.0

import Analysis
import Model

extension Report {
    /// Which transit traffic could move to peering, and what that would save.
    static let savings = Report(
        name: "savings",
        summary: "which transit traffic could move to peering, with whom, and what it would save",
        columns: [
            ReportColumn("rank", "rank", "Place in the order of savings, the largest being 1."),
            ReportColumn(
                "candidateAS",
                "candidate",
                "An AS in which transit traffic begins or ends, or one before it on the AS path. "
                    + "Our transits, customers, siblings and reserved numbers are left out."
            ),
            ReportColumn(
                "candidateName",
                "name",
                isOptional: true,
                "Name of the candidate, from the registry."
            ),
            ReportColumn(
                "candidateOctets",
                "volume",
                unit: "octets",
                "Octets of both directions on transit that begin or end in the candidate or "
                    + "behind it. Candidates on one path share them: do not add them up."
            ),
            ReportColumn(
                "ownPercentile95BitsPerSecond",
                "own 95th",
                unit: "bits per second",
                "The 95th percentile, by nearest rank, of the candidate's own series over all "
                    + "these transits, of the larger direction. It is not what would be saved."
            ),
            ReportColumn(
                "marginalPercentile95BitsPerSecond",
                "marginal 95th",
                unit: "bits per second",
                "By how much billed usage would fall: the candidate's series is subtracted from "
                    + "each contract's, slot by slot, and the contract's own method (percentile, "
                    + "rank, direction, combine, missing) applied before and after."
            ),
            ReportColumn("transit", "transit", "The interconnects that would be relieved."),
            ReportColumn(
                "eligible",
                "eligible",
                "Whether nothing known speaks against asking it to peer; see reasons."
            ),
            ReportColumn(
                "reasons",
                "reasons",
                "alreadyPeer: we peer with it, and yet this went by transit, so it is a leak to "
                    + "repair. noPrice: a transit it would relieve has no contract with a price."
            ),
            ReportColumn(
                "path",
                "found",
                "origin: traffic begins or ends in it. onPath: it stands before the origin."
            ),
            ReportColumn(
                "savingListPerMonth",
                "saving a month",
                unit: ReportColumn.currency,
                isOptional: true,
                "marginalPercentile95BitsPerSecond in Mbit/s x the list price of each contract: "
                    + "its overage price, else that of its commit. The commit itself and the cost "
                    + "of peering are not considered. Currencies are not added: a row for each."
            ),
            ReportColumn(
                "intervalPercent",
                "+-",
                unit: "percent",
                "Half the width of the 95 % confidence interval of candidateOctets, in percent "
                    + "of it. 0 when nothing was sampled."
            ),
        ],
        rows: { input in
            TransitSavings(
                slots: input.slots,
                expectedSlots: input.expectedSlots,
                volumes: input.paths,
                inventory: input.inventory,
                counterparts: Counterparts(input.inventory, volumes: input.volumes)
            ).findings().map { savingCells($0, input) }
        }
    )

    private static func savingCells(
        _ finding: SavingsFinding,
        _ input: ReportInput
    ) -> [ReportCell] {
        [
            .count(UInt64(finding.rank)),
            .asn(finding.candidate),
            input.nameCell(finding.candidate),
            .octets(finding.octets),
            .rate(finding.ownPercentile95BitsPerSecond),
            .rate(finding.marginalPercentile95BitsPerSecond),
            .words(finding.transits.map { input.inventory.interconnects[$0].id }),
            .flag(finding.isEligible),
            .words(finding.reasons.map(\.rawValue)),
            .text(finding.path.rawValue),
            finding.listSavingPerMonth.map(ReportCell.money) ?? .none,
            .percent(finding.intervalPercent),
        ]
    }
}
