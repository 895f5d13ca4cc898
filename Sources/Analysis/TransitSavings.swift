// SPDX-License-Identifier: Apache-2.0

public import Model

/// Which transit traffic could move to peering, with whom, and what that would save.
///
/// # How it works
/// A candidate is an AS in which transit traffic begins or ends, or one before it on the AS path.
/// Its own 95th percentile is not what we would save (DOMAIN finding 2): its peaks need not be the
/// contract's. So its series is subtracted from the contract's, slot by slot, and the contract's
/// own method is applied to what is left:
///
///     contract  |  . : | : .      the billed slot before
///     candidate |  .     .        its share of each slot
///     left      |    : | :        the billed slot after: the difference is the marginal usage
///
/// Rows are sorted by path once; each candidate then adds up the rows of its paths into a series
/// that is used again for the next. Time is rows times candidates on a path, plus one selection a
/// candidate, direction and contract. It reads no clock, no store and no network.
public struct TransitSavings: Sendable {
    public var slots: PresentSlots
    /// How many slots the period has; those not present count as a contract says.
    public var expectedSlots: Int
    public var volumes: PathVolumes
    public var inventory: Inventory
    public var counterparts: Counterparts
    /// How many candidates are examined, those with the most octets.
    public var limit = 300

    public init(
        slots: PresentSlots,
        expectedSlots: Int,
        volumes: PathVolumes,
        inventory: Inventory,
        counterparts: Counterparts
    ) {
        self.slots = slots
        self.expectedSlots = expectedSlots
        self.volumes = volumes
        self.inventory = inventory
        self.counterparts = counterparts
    }

    /// The candidates, the largest saving first; ties by octets, then AS number.
    ///
    /// One that would relieve contracts of several currencies is found once for each.
    public func findings() -> [SavingsFinding] {
        let directory = CandidateDirectory(
            volumes.lanes,
            inventory: inventory,
            counterparts: counterparts
        )
        let units = BillingUnits(inventory, slots: slots, expectedSlots: expectedSlots)
        let traffic = TransitTraffic(volumes, units: units, slots: slots)
        var meter = MarginalMeter(traffic, units: units, slots: slots)
        var findings: [SavingsFinding] = []
        for currency in units.currencies.indices {
            let octets = traffic.laneOctets.indices.map { lane in
                let unit = traffic.unitOfLane[lane]
                let isOfCurrency = unit >= 0 && units.units[unit].currency == currency
                return isOfCurrency ? traffic.laneOctets[lane] : 0
            }
            let chosen = largest(in: directory, laneOctets: octets)
            for (number, lanes) in zip(chosen, directory.lanes(of: chosen)) {
                let use = meter.measure(lanes: lanes, currency: currency)
                findings.append(finding(Int(number), use, directory, units.currencies[currency]))
            }
        }
        return ranked(findings)
    }

    /// Numbers of the candidates with the most octets, each lane counting for all on its path.
    private func largest(in directory: CandidateDirectory, laneOctets: [UInt64]) -> [Int32] {
        var octets: [UInt64] = Array(repeating: 0, count: directory.candidates.count)
        for (lane, members) in directory.ofLane.enumerated() {
            for member in members { octets[Int(member)] &+= laneOctets[lane] }
        }
        let present = octets.indices.filter { octets[$0] > 0 }
        let sorted = present.sorted { a, b in
            if octets[a] != octets[b] { return octets[a] > octets[b] }
            return directory.candidates[a] < directory.candidates[b]
        }
        return sorted.prefix(limit).map { Int32($0) }
    }

    private func finding(
        _ number: Int,
        _ use: MarginalMeter.Use,
        _ directory: CandidateDirectory,
        _ currency: String
    ) -> SavingsFinding {
        let candidate = directory.candidates[number]
        var reasons: [SavingsFinding.Reason] = []
        if counterparts.peers.contains(candidate) { reasons.append(.alreadyPeer) }
        if use.lacksPrice { reasons.append(.noPrice) }
        let interval =
            use.octets == 0
            ? 0 : 196 * use.variance.squareRoot() / Double(use.octets)
        return SavingsFinding(
            rank: 0,
            candidate: candidate,
            octets: use.octets,
            ownPercentile95BitsPerSecond: use.ownBitsPerSecond,
            marginalPercentile95BitsPerSecond: use.marginalBitsPerSecond,
            transits: use.transits,
            reasons: reasons,
            path: directory.isOrigin[number] ? .origin : .onPath,
            listSavingPerMonth: use.saving.map { Money(microUnits: $0, currency: currency) },
            intervalPercent: interval
        )
    }

    private func ranked(_ findings: [SavingsFinding]) -> [SavingsFinding] {
        var sorted = findings.sorted { a, b in
            let (left, right) = (a.listSavingPerMonth, b.listSavingPerMonth)
            if left?.microUnits != right?.microUnits {
                return (left?.microUnits ?? -1) > (right?.microUnits ?? -1)
            }
            if a.octets != b.octets { return a.octets > b.octets }
            if a.candidate != b.candidate { return a.candidate < b.candidate }
            return (left?.currency ?? "") < (right?.currency ?? "")
        }
        for index in sorted.indices { sorted[index].rank = index + 1 }
        return sorted
    }
}
