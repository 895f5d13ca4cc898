// SPDX-License-Identifier: Apache-2.0

package import Model
package import RouteReception
import Routing
import Synchronization

/// What stations tell.
extension RouteFeed: StationEvents {
    package func stationChanged(_ standing: StationStanding) { core.book.changed(standing) }

    package func tableBegan(_ source: RouteSource, _ families: [AddressFamily]) {
        core.book.tableBegan(source)
        let session = EstablishedSession(
            families: families,
            holdSeconds: 0,
            // Few routers report the ends of all their tables; those that come are taken.
            hasGracefulRestart: false
        )
        put(.established(source, session))
    }

    package func tableEnded(_ source: RouteSource, at time: Int64, reason: String) {
        put(.gone(source, at: time, reason: reason))
    }

    package func tableLost(_ source: RouteSource, reason: String) { put(.ended(source)) }
}

/// What others ask of stations.
extension RouteFeed {
    /// Each configured station, by name.
    package var stations: [StationStanding] { core.stations.sorted { $0.name < $1.name } }

    /// Each table that stations report, or have reported and whose routes still stand.
    package func tables() -> [TableStanding] {
        let prefixes = core.prefixes()
        let now = BootClock.nanoseconds()
        let known = core.applier.withLock { $0.neighbors }
        return known.compactMap { owner, routes in
            guard owner.isReported, let source = routes.source else { return nil }
            let counts = prefixes[owner]
            return TableStanding(
                source: source,
                view: RouteOwner.view(of: source),
                isTold: !routes.isLost,
                ipv4Prefixes: counts?.ipv4 ?? 0,
                ipv6Prefixes: counts?.ipv6 ?? 0,
                families: routes.families,
                endOfRIB: AddressFamily.allCases.filter(routes.complete.contains),
                hasInitialRoutes: routes.hasInitialRoutes,
                isOverLimit: routes.isOverLimit,
                staleSecondsLeft: routes.staleUntil.map { max(0, $0 - now) / 1_000_000_000 }
            )
        }.sorted {
            ($0.source.name, $0.source.distinguisher, $0.source.address, $0.source.rib.rawValue)
                < (
                    $1.source.name, $1.source.distinguisher, $1.source.address,
                    $1.source.rib.rawValue
                )
        }
    }
}

/// One table of one peer of a station, at one moment.
package struct TableStanding: Equatable, Sendable {
    package var source: RouteSource
    /// The view that its routes fill.
    package var view: String
    /// Whether the station tells of it now.
    package var isTold: Bool
    package var ipv4Prefixes: Int
    package var ipv6Prefixes: Int
    package var families: [AddressFamily]
    /// Families of which End-of-RIB has come since it began.
    package var endOfRIB: [AddressFamily]
    package var hasInitialRoutes: Bool
    /// Whether its routes are left out, for there are too many.
    package var isOverLimit: Bool
    /// How long stale routes still stand, in seconds; nil when there are none.
    package var staleSecondsLeft: Int64?
}
