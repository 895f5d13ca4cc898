// SPDX-License-Identifier: Apache-2.0

public import Model

/// An AS path as a planner reads it: who carries the traffic onward, each once, and who ends it.
///
/// # How it works
///
///     64510 64510 64500 (65010) 64520 64530 64540 {64541,64542}
///     twice the same      us  a confederation  route server     a set: nobody knows
///     -> 64510 64530 64540, origin not known
///
/// An AS of a group counts as the first of its group, and then prepends are collapsed. Our ASes,
/// those of our siblings and of our confederation, confederation segments (RFC 5065) and route
/// servers (RFC 7947) are dropped; a set of one is that AS (RFC 4271, section 4.3), a longer one
/// hides what follows. Numbers that are no network's stay where they are and are named beside: they
/// tell of a private AS that was not removed, or of an AS that somebody could not read.
public struct PathHygiene: Equatable, Sendable {
    /// Our ASes and those of the same organization.
    public var own: Set<ASN>
    public var routeServers: Set<ASN>
    /// ASes that count as another one.
    public var siblings: [ASN: ASN]

    public init(own: Set<ASN>, routeServers: Set<ASN>, siblings: [ASN: ASN] = [:]) {
        self.own = own
        self.routeServers = routeServers
        self.siblings = siblings
    }

    public init(_ inventory: Inventory) {
        let network = inventory.network
        own = Set(network.asns + network.siblings)
        if let confederation = network.confederation {
            own.formUnion(confederation.members)
            own.insert(confederation.identifier)
        }
        routeServers = Set(inventory.exchanges.compactMap(\.routeServers?.asn))
        siblings = [:]
        for group in inventory.groups {
            for sibling in group.asns.dropFirst() { siblings[sibling] = group.asns.first }
        }
    }

    /// What is left of a path.
    public struct CleanPath: Equatable, Sendable {
        /// Nearest first, each once; the origin, when known, is the last.
        public var hops: [ASN]
        /// nil after a set of several.
        public var origin: ASN?
        /// Those of ``hops`` that are no network's number: reserved, or for private use.
        public var reserved: [ASN] = []
    }

    /// Cleans `path`; `originAS`, unless zero, is who the far address belongs to.
    public func clean(_ path: ASPath, originAS: ASN = .zero) -> CleanPath {
        var clean = collapse(path, counted(originAS))
        clean.reserved = clean.hops.filter { Self.isReserved($0) }
        return clean
    }

    /// The AS that `asn` counts as.
    private func counted(_ asn: ASN) -> ASN { siblings[asn] ?? asn }

    private func collapse(_ path: ASPath, _ originAS: ASN) -> CleanPath {
        var hops: [ASN] = []
        var isOpaque = false
        walk: for segment in path.segments {
            switch segment.kind {
            case .confederationSequence, .confederationSet: continue
            case .set where segment.members.count != 1:
                isOpaque = true
                break walk
            case .sequence, .set:
                for member in segment.members {
                    let hop = counted(member)
                    if isHop(member), isHop(hop), !hops.contains(hop) { hops.append(hop) }
                }
            }
        }
        if originAS != .zero, isHop(originAS) {
            hops.removeAll { $0 == originAS }
            hops.append(originAS)
            return CleanPath(hops: hops, origin: originAS)
        }
        return CleanPath(hops: hops, origin: isOpaque ? nil : hops.last)
    }

    /// Whether a network of that number can be asked to peer.
    ///
    /// Numbers set aside for private use (RFC 6996), for AS_TRANS (RFC 6793) and at the ends of the
    /// ranges (RFC 7300, RFC 7607) never can. Those for documentation (RFC 5398) cannot either,
    /// unless one of them is ours: then everything is an example.
    public func canBeCandidate(_ asn: ASN) -> Bool {
        if Self.isDocumentation(asn) { return own.contains(where: Self.isDocumentation) }
        return !Self.isReserved(asn)
    }

    private func isHop(_ asn: ASN) -> Bool {
        asn != .zero && !own.contains(asn) && !routeServers.contains(asn)
    }

    /// RFC 5398: 64496 to 64511 and 65536 to 65551.
    public static func isDocumentation(_ asn: ASN) -> Bool {
        (64_496...64_511).contains(asn.rawValue) || (65_536...65_551).contains(asn.rawValue)
    }

    /// Reserved and private numbers, those for documentation aside.
    static func isReserved(_ asn: ASN) -> Bool {
        switch asn.rawValue {
        case 0, 23_456, 65_535, 4_294_967_295: true
        case 64_512...65_534, 4_200_000_000...4_294_967_294: true
        default: false
        }
    }
}
