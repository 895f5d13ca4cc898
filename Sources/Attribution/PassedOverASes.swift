// SPDX-License-Identifier: Apache-2.0

package import Model

/// The ASes that may stand at the head of a path and are never the peer: our own, and those of
/// exchanges' route servers.
///
/// A route server ought not to put itself into the path (RFC 7947, section 2.2.2.1), and some do; a
/// router of ours in another of our ASes does always. Either way traffic goes to whom the path
/// names next:
///
///     64520 64531 64540   by a route server: the peer is 64531
///     64500 64531 64540   by ourselves: as above
package struct PassedOverASes: Sendable {
    private var asns = FlatTable<Member, Bool>()

    package init(_ inventory: Inventory) {
        let routeServers = inventory.exchanges.compactMap(\.routeServers?.asn)
        for asn in inventory.network.asns + routeServers where !contains(asn) {
            asns.insert(Member(asn: asn), true)
        }
    }

    func contains(_ asn: ASN) -> Bool { asns.row(of: Member(asn: asn)) != nil }

    /// The first AS of `path` that is none of them, confederation segments left aside; zero when
    /// there is none, or a set comes before it.
    package func peer(of path: borrowing ASPath) -> ASN {
        let words = path.words
        var position = 0
        while position < words.count {
            let kind = ASPath.SegmentKind(
                rawValue: UInt8(truncatingIfNeeded: words[position] >> 16)
            )
            let end = position + 1 + Int(words[position] & 0xffff)
            guard let kind, kind != .set, end <= words.count else { return .zero }
            if kind == .sequence {
                for place in position + 1..<end {
                    let asn = ASN(rawValue: words[place])
                    if !contains(asn) { return asn }
                }
            }
            position = end
        }
        return .zero
    }

    private struct Member: FlatKey {
        var asn: ASN

        func hash(seed: UInt64) -> UInt64 {
            var hash = FlatHash(seed: seed)
            hash.combine(UInt64(asn.rawValue), 0)
            return hash.value
        }
    }
}
