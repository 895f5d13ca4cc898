// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

// The peers of a station, and what becomes of their tables.

extension BMPStationState {
    /// What tells peers of one router apart (RFC 7854, section 4.2).
    struct PeerKey: Hashable, Sendable {
        var kind: PerPeerHeader.Kind
        var distinguisher: UInt64
        var address: IPAddress
        var routerID: UInt32

        init(_ header: PerPeerHeader) {
            // Types 0 to 2 are told apart by their distinguishers alone, as their routes are.
            kind = header.kind == .locRIB ? .locRIB : .globalInstance
            distinguisher = header.distinguisher
            address = header.address
            routerID = header.routerID
        }
    }

    struct Peer: Sendable {
        /// nil as long as it was not said to be up.
        var session: BMPPeerUp?
        /// The tables that Peer Up was said for: by most routers one for all.
        var announced: Set<RIBKind> = []
        var ribs: [RIBKind: Table] = [:]

        var isUp: Bool { session != nil }
    }

    /// One table of a peer.
    struct Table: Sendable {
        let source: RouteSource
        /// Of Adj-RIB-Out: whether it is the one after policy.
        let isPostPolicy: Bool
        var options: BGPSessionOptions
        /// Messages in a row that could only be read the other way, of IPv4 and of IPv6.
        var proofs = [0, 0]
        /// Families read otherwise than the OPENs say.
        var flipped: Set<AddressFamily> = []
        /// The newest time that was told.
        var latest = Int64.min
    }

    /// The peer that a message is about.
    ///
    /// Some routers leave the BGP identifier out of a Peer Down: then it is the one of that
    /// address, where there is one.
    func key(of header: PerPeerHeader) -> PeerKey {
        let key = PeerKey(header)
        guard peers[key] == nil else { return key }
        let alike = alike(key)
        return alike.count == 1 ? alike[0] : key
    }

    mutating func readPeerUp(
        _ body: inout WireReader,
        deliver: (Event) -> Void
    ) throws(WireError) {
        let header = try PerPeerHeader(&body)
        let key = PeerKey(header)
        let session = try BMPPeerUp(&body)
        endOthers(than: key, deliver: deliver)
        guard peers[key] != nil || peers.count < Self.mostPeers else {
            statistics.overLimit += 1
            return
        }
        var peer = peers[key] ?? Peer()
        defer { peers[key] = peer }
        if let before = peer.session, before != session {
            // Its session has ended unsaid.
            for table in peer.ribs.values {
                deliver(.lost(table.source, reason: "the peer came up again"))
            }
            peer = Peer()
        }
        peer.session = session
        peer.announced.insert(header.rib)
        for (rib, table) in peer.ribs {
            var options = options(rib, session, isExternal: table.options.isExternal)
            // What its prefixes have shown is not undone by what was said before.
            for family in table.flipped { options.toggleAddPath(of: family) }
            peer.ribs[rib]?.options = options
        }
    }

    /// A peer that comes up under another BGP identifier is the one of that address, whose session
    /// has ended unsaid.
    private mutating func endOthers(than key: PeerKey, deliver: (Event) -> Void) {
        guard peers[key] == nil else { return }
        for other in alike(key) {
            for table in peers[other]?.ribs.values.map({ $0 }) ?? [] {
                let reason = "the peer came up under another BGP identifier"
                deliver(.lost(table.source, reason: reason))
            }
            peers[other] = nil
        }
    }

    /// The peers that differ from `key` in their BGP identifier alone.
    private func alike(_ key: PeerKey) -> [PeerKey] {
        peers.keys.filter {
            $0.kind == key.kind && $0.distinguisher == key.distinguisher
                && $0.address == key.address && $0.routerID != key.routerID
        }
    }

    mutating func readPeerDown(
        _ body: inout WireReader,
        at arrival: Int64,
        deliver: (Event) -> Void
    ) throws(WireError) {
        let header = try PerPeerHeader(&body)
        let key = key(of: header)
        if peers[key] == nil { statistics.peerDownUnknown += 1 }
        var peer = peers[key] ?? Peer()
        let reason = BMPPeerDown.reason(&body)
        let time = Self.time(header, arrival: arrival)
        // Said for each table, or for all.
        let isOfOne = peer.announced.count > 1 && peer.announced.contains(header.rib)
        // An earlier connection may have told what this one has not yet.
        for rib in ribs(of: header) where peer.ribs[rib] == nil && (!isOfOne || rib == header.rib) {
            let source = source(rib, header, key, peer.session)
            deliver(.absent(source, at: time, reason: reason))
        }
        for (rib, table) in peer.ribs where !isOfOne || rib == header.rib {
            deliver(.ended(table.source, at: max(time, table.latest), reason: reason))
            peer.ribs[rib] = nil
        }
        peer.announced.remove(header.rib)
        peers[key] = isOfOne ? peer : nil
    }

    /// The table that routes are told of, which begins with the first of them.
    mutating func begin(
        _ header: PerPeerHeader,
        of key: PeerKey,
        deliver: (Event) -> Void
    ) -> Table? {
        let rib = header.rib
        if let table = peers[key]?.ribs[rib] {
            guard rib == .adjRIBOut, table.isPostPolicy != header.isPostPolicy else { return table }
            guard header.isPostPolicy else {
                statistics.unused += 1
                return nil
            }
            // Of the two, only what is really told to the peer is kept.
            let reason = "the router reports it after policy too"
            deliver(.ended(table.source, at: table.latest, reason: reason))
        }
        guard peers[key] != nil || peers.count < Self.mostPeers else {
            statistics.overLimit += 1
            return nil
        }
        let session = peers[key]?.session
        if session == nil { statistics.peerUpMissing += 1 }
        let source = source(rib, header, key, session)
        let table = Table(
            source: source,
            isPostPolicy: header.isPostPolicy,
            options: options(rib, session, isExternal: source.isExternal)
        )
        peers[key, default: Peer()].ribs[rib] = table
        deliver(.began(source, session?.families ?? AddressFamily.allCases))
        return table
    }

    /// The tables that a message without routes may be about, of those that are kept.
    private func ribs(of header: PerPeerHeader) -> [RIBKind] {
        let ribs: [RIBKind] =
            header.kind == .locRIB ? [.locRIB] : [.prePolicy, .postPolicy, .adjRIBOut]
        return ribs.filter { terms.ribs.isEmpty || terms.ribs.contains($0) }
    }

    /// Whose routes a table of a peer holds.
    private func source(
        _ rib: RIBKind,
        _ header: PerPeerHeader,
        _ key: PeerKey,
        _ session: BMPPeerUp?
    ) -> RouteSource {
        RouteSource(
            name: terms.name,
            address: header.address,
            asn: header.asn,
            routerID: key.routerID,
            isExternal: rib != .locRIB && session.map { $0.sent.asn != header.asn } ?? false,
            rib: rib,
            weight: rib == .adjRIBOut ? nil : terms.weight,
            distinguisher: header.distinguisher
        )
    }

    /// How UPDATEs are read that a table is told by; without a session, as most routers write.
    private func options(
        _ rib: RIBKind,
        _ session: BMPPeerUp?,
        isExternal: Bool
    ) -> BGPSessionOptions {
        // What policy has set of an external peer's route is the router's, not the peer's.
        var options = BGPSessionOptions(isExternal: isExternal && rib == .prePolicy)
        options.addPathFamilies = session?.addPathFamilies(rib) ?? []
        return options
    }
}

extension BGPSessionOptions {
    /// Reads the prefixes of `family` the other way: with path identifiers, or without.
    mutating func toggleAddPath(of family: AddressFamily) {
        if let place = addPathFamilies.firstIndex(of: family) {
            addPathFamilies.remove(at: place)
        } else {
            addPathFamilies.append(family)
        }
    }
}
