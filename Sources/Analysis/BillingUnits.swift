// SPDX-License-Identifier: Apache-2.0

import Model

/// What transit contracts measure: each unit is one pair of series and one percentile.
///
/// A contract that sums series is one unit over all its interconnects; one that sums percentiles is
/// a unit an interconnect (DOMAIN 3g). A transit without a contract is measured as most are.
struct BillingUnits: Sendable {
    struct Unit: Sendable {
        var usage: BilledUsage
        /// What one more Mbit/s costs a month; nil when no contract says.
        var price: Money?
        /// In seconds.
        var slotSeconds: Int64
        /// For each slot that is present, its place in the series of this unit.
        var places: [Int32]
        var count: Int
        /// Index into ``BillingUnits/currencies``.
        var currency: Int
    }

    private(set) var units: [Unit] = []
    /// By index into ``Inventory/interconnects``: index into ``units``, or -1 when not transit.
    private(set) var unitOfInterconnect: [Int]
    /// The currencies that savings come in, by first use.
    private(set) var currencies: [String] = []

    init(_ inventory: Inventory, slots: PresentSlots, expectedSlots: Int) {
        unitOfInterconnect = Array(repeating: -1, count: inventory.interconnects.count)
        var unitOfContract: [String: Int] = [:]
        for (index, interconnect) in inventory.interconnects.enumerated()
        where interconnect.relationship == .transit {
            let contract = interconnect.contract.flatMap { inventory.contract($0) }
            let valid = contract.flatMap { $0.valid.overlaps(slots.period) ? $0 : nil }
            if let valid, valid.usage.combine == .sumSeries {
                if let unit = unitOfContract[valid.id] {
                    unitOfInterconnect[index] = unit
                    continue
                }
                unitOfContract[valid.id] = units.count
            }
            unitOfInterconnect[index] = units.count
            units.append(Self.unit(of: valid, slots: slots, expectedSlots: expectedSlots))
        }
        nameCurrencies(networkCurrency: inventory.network.currency)
    }

    private static func unit(
        of contract: Contract?,
        slots: PresentSlots,
        expectedSlots: Int
    ) -> Unit {
        let usage = contract?.usage ?? Contract.Usage()
        let (places, count) = slots.grouped(bySeconds: usage.slotSeconds)
        let isGrouped =
            usage.slotSeconds > slots.slotSeconds
            && usage.slotSeconds % slots.slotSeconds == 0
        let seconds = isGrouped ? usage.slotSeconds : slots.slotSeconds
        let expected = Int64(expectedSlots) * slots.slotSeconds / seconds
        let missing = usage.missing == .zero ? max(Int(expected) - count, 0) : 0
        return Unit(
            usage: BilledUsage(usage: usage, missing: missing),
            price: contract?.listPricePerMbps,
            slotSeconds: seconds,
            places: places,
            count: count,
            currency: 0
        )
    }

    /// A unit without a price goes with the others where there is only one currency.
    private mutating func nameCurrencies(networkCurrency: String) {
        for unit in units {
            guard let currency = unit.price?.currency, !currencies.contains(currency) else {
                continue
            }
            currencies.append(currency)
        }
        let fallback = currencies.count == 1 ? currencies[0] : networkCurrency
        for index in units.indices {
            let currency = units[index].price?.currency ?? fallback
            if !currencies.contains(currency) { currencies.append(currency) }
            units[index].currency = currencies.firstIndex(of: currency) ?? 0
        }
    }
}

extension BillingUnits.Unit {
    /// What `bitsPerSecond` less would save a month by the list price, rounded half up to a
    /// millionth; nil without a price.
    func saving(bitsPerSecond: UInt64) -> Int64? {
        guard let price else { return nil }
        let mega = Int128(max(usage.usage.unitBase, 1)) * Int128(max(usage.usage.unitBase, 1))
        let product = Int128(bitsPerSecond) * Int128(price.microUnits)
        return Int64(clamping: (2 * product + mega) / (2 * mega))
    }
}
