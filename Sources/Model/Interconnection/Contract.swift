// SPDX-License-Identifier: Apache-2.0

/// What a supplier and we agreed: how usage is measured, and what it costs.
public struct Contract: Equatable, Sendable {
    public var id: String
    public var supplier: String
    /// ISO 4217 code.
    public var currency: String
    /// IANA name of the time zone in which its months begin.
    public var timezone: String
    /// Day of the month on which a billing cycle begins, 1 to 28.
    public var cycleDay: Int = 1
    public var usage = Usage()
    public var components: [Component] = []
    /// When it counts, in seconds since 1970-01-01 00:00 UTC.
    public var valid: Range<Int64> = Int64.min..<Int64.max
    public var noticeDays: Int?

    public init(id: String, supplier: String, currency: String, timezone: String) {
        self.id = id
        self.supplier = supplier
        self.currency = currency
        self.timezone = timezone
    }

    /// How the billed rate is found from the slots of a month (DOMAIN 3g).
    public struct Usage: Equatable, Sendable {
        /// In hundredths of a percent: 9500 for the 95th.
        public var percentileBasisPoints: Int = 9500
        public var slotSeconds: Int64 = 300
        public var rank: PercentileRank = .nearestRank
        public var direction: BilledDirection = .maxOfPercentiles
        public var combine: Combination = .sumSeries
        public var missing: MissingSlots = .exclude
        /// 1000 or 1024: what the supplier's kilo is.
        public var unitBase: Int = 1000

        public init() {}
    }

    public enum PercentileRank: String, Sendable, CaseIterable {
        case nearestRank, discardCeiling, round, linearInclusive
    }

    public enum BilledDirection: String, Sendable, CaseIterable {
        case maxOfPercentiles, percentileOfMax, separate, percentileOfSum, inOnly, outOnly
    }

    public enum Combination: String, Sendable, CaseIterable {
        case sumSeries, sumOfPercentiles
    }

    public enum MissingSlots: String, Sendable, CaseIterable {
        case exclude, zero
    }

    /// One line of the tariff; prices in the contract's currency.
    public enum Component: Equatable, Sendable {
        /// Paid whether used or not: so many Mbit/s at a price each, per month.
        case commit(mbps: Int64, pricePerMbps: Money)
        /// Per Mbit/s beyond the commit, per month.
        case overage(pricePerMbps: Money)
        case perPort(monthly: Money)
    }

    /// What one more Mbit/s costs by the list: the overage price, else the commit's.
    public var listPricePerMbps: Money? {
        for case .overage(let price) in components { return price }
        for case .commit(_, let price) in components { return price }
        return nil
    }
}
