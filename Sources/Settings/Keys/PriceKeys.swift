// SPDX-License-Identifier: Apache-2.0

import Model

extension Keys {
    static let prices = Section<Settings.Prices>(
        "the prices",
        initial: { _ in Settings.Prices() },
        rows: [
            .key(
                "exchanges",
                .list(of: .section(exchangePrices)),
                \.exchanges,
                "What ports at exchanges cost."
            ),
            .optional("crossConnect", crossConnect, \.crossConnect, "What a cross connect costs."),
        ]
    )

    private static let exchangePrices = Section<Settings.ExchangePrices>(
        "the prices of an exchange",
        initial: { _ in Settings.ExchangePrices(exchange: "") },
        check: { prices, reading in
            for (index, step) in prices.ladder.enumerated().dropFirst()
            where step.speed <= prices.ladder[index - 1].speed {
                reading.report(
                    reading.element(index, of: reading.path + ".ladder") + ".speed",
                    "is not above the speed before it",
                    expected: "the slowest port first"
                )
            }
        },
        rows: [
            .key("exchange", .name, \.exchange, required: true, "The exchange's id."),
            .key(
                "ladder",
                .list(of: portPrice, least: 1),
                \.ladder,
                required: true,
                "Its ports, the slowest first."
            ),
        ]
    )

    private static let portPrice = Kind<PortPriceDraft>.section(
        Section<PortPriceDraft>(
            "a port",
            initial: { _ in PortPriceDraft() },
            rows: [
                .optional(
                    "speed",
                    .speed,
                    \.speed,
                    required: true,
                    unit: "bits per second",
                    "Its speed."
                ),
                .optional(
                    "monthly",
                    .price,
                    \.monthly,
                    required: true,
                    unit: "currency per month",
                    "Its price."
                ),
            ]
        )
    ).map(
        { draft, _, _ -> Settings.PortPrice? in
            guard let speed = draft.speed, let monthly = draft.monthly else { return nil }
            return Settings.PortPrice(speed: speed, monthly: monthly)
        },
        back: { price, _ in PortPriceDraft(speed: price.speed, monthly: price.monthly) }
    )

    private static let crossConnect = Kind<CrossConnectDraft>.section(
        Section<CrossConnectDraft>(
            "a cross connect",
            initial: { _ in CrossConnectDraft() },
            rows: [
                .optional(
                    "monthly",
                    .price,
                    \.monthly,
                    required: true,
                    unit: "currency per month",
                    "What it costs while it stands."
                ),
                .optional(
                    "once",
                    .price,
                    \.once,
                    unit: "currency",
                    default: "\"0\"",
                    "What it costs to build."
                ),
            ]
        )
    ).map(
        { draft, _, _ -> Settings.CrossConnect? in
            guard let monthly = draft.monthly else { return nil }
            let nothing = Money(microUnits: 0, currency: monthly.currency)
            return Settings.CrossConnect(monthly: monthly, once: draft.once ?? nothing)
        },
        back: { price, _ in CrossConnectDraft(monthly: price.monthly, once: price.once) }
    )
}

private struct PortPriceDraft {
    var speed: UInt64?
    var monthly: Money?
}

private struct CrossConnectDraft {
    var monthly: Money?
    var once: Money?
}
