// SPDX-License-Identifier: Apache-2.0

public import Model

/// A network that carries or ends traffic we pay transit for, and what peering with it would save.
public struct SavingsFinding: Equatable, Sendable {
    /// Place in the order of savings, the largest being 1.
    public var rank: Int
    public var candidate: ASN
    /// Octets of both directions on transit.
    public var octets: UInt64
    /// The candidate's own 95th by nearest rank, of the larger direction, in bits per second.
    public var ownPercentile95BitsPerSecond: UInt64
    /// By how much the billed usage of the transit contracts would fall, in bits per second.
    public var marginalPercentile95BitsPerSecond: UInt64
    /// Indices into ``Inventory/interconnects``: the transits it would relieve.
    public var transits: [Int]
    public var reasons: [Reason]
    public var path: Evidence
    /// The marginal usage at the list price of each contract; nil without any price.
    public var listSavingPerMonth: Money?
    /// Half the width of the 95 % confidence interval, in percent of ``octets``; 0 when unsampled.
    public var intervalPercent: Double

    /// Whether nothing known speaks against asking it to peer.
    public var isEligible: Bool { !reasons.contains(.alreadyPeer) }

    /// What a planner has to know about a candidate; a closed list.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// We peer with it, and yet this went by transit: a leak, not a candidate.
        case alreadyPeer
        /// A transit it would relieve has no contract with a price.
        case noPrice
    }

    /// How the candidate was found.
    public enum Evidence: String, Hashable, Sendable, CaseIterable {
        /// Traffic begins or ends in it.
        case origin
        /// It stands before the origin on the AS path.
        case onPath
    }
}
