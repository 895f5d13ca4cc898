// SPDX-License-Identifier: Apache-2.0

package import Model

/// A total order by content, so that every back-end gives the same rows in the same order.
///
/// Kept apart from `Comparable`: it says nothing about volume or importance, and it holds whatever
/// identifiers a back-end gave the values.
package protocol ContentOrdered: Hashable, Sendable {
    func precedes(_ other: Self) -> Bool
}

extension InterfaceKey: ContentOrdered {
    package func precedes(_ other: InterfaceKey) -> Bool {
        if exporter != other.exporter { return exporter < other.exporter }
        if interface != other.interface { return interface < other.interface }
        if direction != other.direction { return direction < other.direction }
        if family != other.family { return family < other.family }
        let mine = (rate.numerator, rate.denominator, rateSource.rawValue)
        return mine < (other.rate.numerator, other.rate.denominator, other.rateSource.rawValue)
    }
}

extension Evidence: ContentOrdered {
    package func precedes(_ other: Evidence) -> Bool {
        if vlan != other.vlan { return vlan < other.vlan }
        if remoteMAC != other.remoteMAC { return remoteMAC < other.remoteMAC }
        if nextHop != other.nextHop { return isBefore(nextHop, other.nextHop) }
        if nextHopIsFromRoute != other.nextHopIsFromRoute { return !nextHopIsFromRoute }
        if exportedPeerAS != other.exportedPeerAS { return exportedPeerAS < other.exportedPeerAS }
        if routePeerAS != other.routePeerAS { return routePeerAS < other.routePeerAS }
        if routeSource != other.routeSource { return routeSource < other.routeSource }
        if routeIsStale != other.routeIsStale { return !routeIsStale }
        return isBefore(staticPrefix, other.staticPrefix)
    }
}

extension NeighborKey: ContentOrdered {
    package func precedes(_ other: NeighborKey) -> Bool {
        interface == other.interface
            ? evidence.precedes(other.evidence) : interface.precedes(other.interface)
    }
}

extension ASPath: ContentOrdered {
    package func precedes(_ other: ASPath) -> Bool {
        words.lexicographicallyPrecedes(other.words)
    }
}

extension PathKey: ContentOrdered {
    package func precedes(_ other: PathKey) -> Bool {
        if neighbor != other.neighbor { return neighbor.precedes(other.neighbor) }
        return asPath == other.asPath ? originAS < other.originAS : asPath.precedes(other.asPath)
    }
}

extension PrefixKey: ContentOrdered {
    package func precedes(_ other: PrefixKey) -> Bool {
        interface == other.interface
            ? isBefore(prefix, other.prefix) : interface.precedes(other.interface)
    }
}

/// Nothing comes before something.
package func isBefore<Value: Comparable>(_ a: Value?, _ b: Value?) -> Bool {
    switch (a, b) {
    case (nil, .some): true
    case (.some(let a), .some(let b)): a < b
    case (_, nil): false
    }
}
