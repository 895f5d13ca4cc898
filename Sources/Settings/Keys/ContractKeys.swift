// SPDX-License-Identifier: Apache-2.0

import Model

extension Keys {
    static let contract = Section<Contract>(
        "a contract",
        initial: { reading in
            Contract(
                id: "",
                supplier: "",
                currency: reading.surroundings.currency,
                timezone: reading.surroundings.timezone
            )
        },
        rows: [
            .key("id", .name, \.id, required: true, "What interconnects refer to."),
            .key("supplier", .text, \.supplier, required: true, "Who sends the bill."),
            .custom(
                "currency",
                .currency,
                default: "network.currency",
                "ISO 4217 code of its prices.",
                set: { contract, currency, reading in
                    contract.currency = currency
                    reading.surroundings.currency = currency
                },
                get: { contract, _ in contract.currency }
            ),
            .key(
                "timezone",
                .timezone,
                \.timezone,
                default: "network.timezone",
                "IANA time zone in which its months begin."
            ),
            .key(
                "cycleDay",
                .integer(1...28),
                \.cycleDay,
                "Day of the month on which a billing cycle begins."
            ),
            .inside("usage", usage, \.usage, "How the billed rate is found."),
            .key(
                "components",
                .list(of: component),
                \.components,
                "The lines of the tariff, in the contract's currency."
            ),
            .custom(
                "valid",
                .section(contractValidity),
                default: "always",
                "The days on which it counts, in the contract's time zone.",
                set: { contract, days, _ in
                    contract.noticeDays = days.noticeDays
                    guard let range = days.range(in: contract.timezone) else { return }
                    contract.valid = range
                },
                get: { contract, _ in
                    Validity(
                        contract.valid,
                        in: contract.timezone,
                        noticeDays: contract.noticeDays
                    )
                }
            ),
        ]
    )

    private static let usage = Section<Contract.Usage>(
        "the usage",
        initial: { _ in Contract.Usage() },
        rows: [
            .key("percentile", .percentile, \.percentileBasisPoints, "Which percentile is billed."),
            .key(
                "slotSeconds",
                .integer(of: [60, 180, 300, 900, 1800, 3600]),
                \.slotSeconds,
                unit: "seconds",
                "Length of the slots that are billed by: a multiple of the collector's."
            ),
            .key("rank", .word(), \.rank, "Which of the sorted slots is the percentile."),
            .key("direction", .word(), \.direction, "How the two directions are combined."),
            .key("combine", .word(), \.combine, "How several interconnects are combined."),
            .key("missing", .word(), \.missing, "What a slot without data counts as."),
            .key(
                "unitBase",
                .integer(of: [1000, 1024]),
                \.unitBase,
                "What the supplier's kilo is."
            ),
        ]
    )
}

// MARK: - Components

/// One of these.
private struct ComponentDraft {
    var commit: Contract.Component?
    var overage: Contract.Component?
    var perPort: Contract.Component?

    init() {}

    init(_ component: Contract.Component) {
        switch component {
        case .commit: commit = component
        case .overage: overage = component
        case .perPort: perPort = component
        }
    }
}

private struct CommitDraft {
    var mbps: Int64 = 0
    var price: Money?
}

private struct PriceDraft {
    var price: Money?
}

extension Keys {
    private static let component = Kind<ComponentDraft>.section(componentChoice)
        .map(
            { draft, _, _ in draft.commit ?? draft.overage ?? draft.perPort },
            back: { component, _ in ComponentDraft(component) }
        )

    private static let componentChoice = Section<ComponentDraft>(
        "a component",
        isChoice: true,
        initial: { _ in ComponentDraft() },
        rows: [
            .optional("commit", commit, \.commit, "Paid whether used or not, per month."),
            .optional("overage", overage, \.overage, "Paid for what exceeds the commit."),
            .optional("perPort", perPort, \.perPort, "Paid for each port."),
            .later("tiers", "graduated prices."),
            .later("burst", "prices of bursts."),
            .later("flat", "a price for the whole."),
        ]
    )

    private static let commitSection = Section<CommitDraft>(
        "a commit",
        initial: { _ in CommitDraft() },
        rows: [
            .key(
                "mbps",
                .integer(1...100_000_000),
                \.mbps,
                required: true,
                unit: "Mbit/s",
                "The rate that is paid for in any case."
            ),
            .optional(
                "pricePerMbps",
                .price,
                \.price,
                required: true,
                unit: "currency per Mbit/s and month",
                "Its price."
            ),
        ]
    )

    private static let commit = Kind<CommitDraft>.section(commitSection)
        .map(
            { draft, _, _ in
                draft.price.map {
                    Contract.Component.commit(mbps: draft.mbps, pricePerMbps: $0)
                }
            },
            back: { component, _ in
                guard case .commit(let mbps, let price) = component else { return CommitDraft() }
                return CommitDraft(mbps: mbps, price: price)
            }
        )

    private static let overage = priceKind("an overage", "pricePerMbps", "Mbit/s and month")
        .map(
            { draft, _, _ in draft.price.map { Contract.Component.overage(pricePerMbps: $0) } },
            back: { component, _ in
                guard case .overage(let price) = component else { return PriceDraft() }
                return PriceDraft(price: price)
            }
        )

    private static let perPort = priceKind("a price per port", "monthly", "port and month")
        .map(
            { draft, _, _ in draft.price.map { Contract.Component.perPort(monthly: $0) } },
            back: { component, _ in
                guard case .perPort(let price) = component else { return PriceDraft() }
                return PriceDraft(price: price)
            }
        )

    private static func priceKind(
        _ noun: String,
        _ key: String,
        _ unit: String
    ) -> Kind<PriceDraft> {
        .section(
            Section<PriceDraft>(
                noun,
                initial: { _ in PriceDraft() },
                rows: [
                    .optional(
                        key,
                        .price,
                        \.price,
                        required: true,
                        unit: "currency per \(unit)",
                        "The price."
                    )
                ]
            )
        )
    }
}
