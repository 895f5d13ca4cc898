// SPDX-License-Identifier: Apache-2.0

/// Totals are counted by posting keys, in tables of their own kind.
extension PostingKey: FlatKey {
    @inlinable
    public func hash(seed: UInt64) -> UInt64 {
        var hash = FlatHash(seed: seed)
        let kinds =
            UInt64(direction.rawValue) << 24 | UInt64(family.rawValue) << 16
            | UInt64(rateSource.rawValue) << 8 | UInt64(flags.rawValue)
        hash.combine(
            UInt64(exporter) << 48 | UInt64(vlan) << 32 | UInt64(interface),
            UInt64(staticPrefix) << 32 | kinds
        )
        hash.combine(
            remoteMAC.rawValue | UInt64(nextHop.family.rawValue) << 48,
            UInt64(rate.numerator) << 32 | UInt64(rate.denominator)
        )
        hash.combine(nextHop.bits)
        hash.combine(
            UInt64(exportedPeerAS.rawValue) << 32 | UInt64(routePeerAS.rawValue),
            UInt64(originAS.rawValue) << 32 | UInt64(asPath)
        )
        hash.combine(UInt64(routeSource), 0)
        return hash.value
    }
}
