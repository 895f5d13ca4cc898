// SPDX-License-Identifier: Apache-2.0

import Model

/// Which candidates stand on which lane, by number.
struct CandidateDirectory: Sendable {
    /// The candidates, by number.
    private(set) var candidates: [ASN] = []
    /// Whether some path ends in the candidate, by its number.
    private(set) var isOrigin: [Bool] = []
    /// By lane: the numbers of the candidates on it, each once.
    private(set) var ofLane: [[Int32]] = []
    private var numbers: [ASN: Int32] = [:]

    /// Reads `lanes`; our own transits and customers are never candidates.
    init(_ lanes: [PathVolumes.Lane], inventory: Inventory, counterparts: Counterparts) {
        let hygiene = PathHygiene(inventory)
        let excluded = counterparts.transits.union(counterparts.customers)
        ofLane.reserveCapacity(lanes.count)
        for lane in lanes {
            let clean = hygiene.clean(lane.asPath, originAS: lane.originAS)
            var members: [Int32] = []
            for hop in clean.hops where !excluded.contains(hop) && hygiene.canBeCandidate(hop) {
                let number = number(of: hop)
                if hop == clean.origin { isOrigin[Int(number)] = true }
                members.append(number)
            }
            ofLane.append(members)
        }
    }

    private mutating func number(of candidate: ASN) -> Int32 {
        if let number = numbers[candidate] { return number }
        let number = Int32(candidates.count)
        numbers[candidate] = number
        candidates.append(candidate)
        isOrigin.append(false)
        return number
    }

    /// For each of `chosen`, the lanes it stands on.
    func lanes(of chosen: [Int32]) -> [[Int]] {
        var places: [Int] = Array(repeating: -1, count: candidates.count)
        for (place, number) in chosen.enumerated() { places[Int(number)] = place }
        var lanes: [[Int]] = Array(repeating: [], count: chosen.count)
        for (lane, members) in ofLane.enumerated() {
            for member in members where places[Int(member)] >= 0 {
                lanes[places[Int(member)]].append(lane)
            }
        }
        return lanes
    }
}
