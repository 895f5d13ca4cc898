// SPDX-License-Identifier: Apache-2.0

package import Model

/// What an interface that nobody has listed may be, and why.
///
/// # How it works
///
/// Whoever runs the router has often written it into the description, so that comes first. Else:
///
///     no routes when it was counted                 -> unknown
///     hardly an AS beyond it                        -> internal
///     several ASes, and several devices on the wire -> exchange
///     one AS, and many more behind that             -> transit
///     one AS, and little behind that                -> private (a customer looks the same)
///
/// It is printed as a comment beside configuration that a person reads: a guess, with its reason.
package struct InterfaceGuess: Equatable, Sendable {
    package var kind: Kind
    /// In a sentence, for people.
    package var reason: String

    package enum Kind: String, Sendable {
        case transit, exchange, `private`, customer, `internal`
        /// What was seen says too little.
        case unknown
    }

    /// Words in descriptions, and what they make of an interface.
    private static let words: [(word: String, kind: Kind)] = [
        ("transit", .transit), ("upstream", .transit),
        ("exchange", .exchange), ("peering lan", .exchange), ("ixp", .exchange),
        ("customer", .customer), ("cust", .customer),
        ("pni", .private), ("private peer", .private),
        ("loopback", .internal), ("core", .internal), ("server", .internal),
    ]

    /// Behind a transit lie at least so many ASes.
    private static let transitOrigins = 5

    /// - Parameters:
    ///   - survey: What crossed it.
    ///   - note: What the exporter says of it.
    ///   - own: Our own AS numbers and those of siblings.
    package init(_ survey: InterfaceSurvey, note: InterfaceNote?, own: Set<ASN>) {
        let peers = survey.busiestPeers.filter { !own.contains($0.asn) }
        let seen = survey.peers.values.reduce(0, &+)
        if let note, let told = Self.told(note), told != .internal || peers.isEmpty {
            let isUsable = told == .internal || told == .exchange || !peers.isEmpty
            kind = isUsable ? told : .unknown
            reason = "its description says so"
            return
        }
        guard seen > 0 else {
            let hasVolumes = survey.octetsWithoutRoutes > 0
            let nothing = "nothing crossed it in the last hour of volumes"
            (kind, reason) = (.unknown, hasVolumes ? "no routes yet" : nothing)
            return
        }
        let named = peers.reduce(0) { $0 &+ $1.octets }
        guard let first = peers.first, Self.percent(named, of: seen) >= 10 else {
            let percent = 100 - Self.percent(named, of: seen)
            (kind, reason) = (.internal, "no other AS is beyond it for \(percent) % of its octets")
            return
        }
        let share = Self.percent(first.octets, of: named)
        if survey.macs.count >= 3, peers.count >= 3, share < 90 {
            kind = .exchange
            reason = "\(peers.count) ASes behind \(survey.macs.count) MAC addresses"
        } else if share >= 90, survey.origins.count >= Self.transitOrigins {
            kind = .transit
            reason = "\(first.asn) has \(share) %, and \(survey.origins.count) ASes lie behind it"
        } else if share >= 90 {
            kind = .private
            reason = "\(first.asn) has \(share) %, and little lies behind it; or a customer"
        } else {
            kind = .unknown
            reason = "\(peers.count) ASes, the busiest \(first.asn) with \(share) %"
        }
    }

    private static func told(_ note: InterfaceNote) -> Kind? {
        let text = "\(note.name) \(note.description)".lowercased()
        return words.first { text.contains($0.word) }?.kind
    }

    private static func percent(_ part: UInt64, of whole: UInt64) -> UInt64 {
        whole == 0 ? 0 : UInt64(UInt128(part) * 100 / UInt128(whole))
    }
}
