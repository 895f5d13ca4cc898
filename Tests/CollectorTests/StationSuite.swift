// SPDX-License-Identifier: Apache-2.0

import Collector
import Model
import RouteReception
import Routing
import Settings
import TestSupport

/// A suite about what a station reports: the tables of 192.0.2.9 and others, by "er1".
protocol StationSuite {}

extension StationSuite {
    func source(
        _ rib: RIBKind,
        _ address: IPAddress = .v4(0xc000_0209),
        distinguisher: UInt64 = 0
    ) -> RouteSource {
        RouteSource(
            name: "er1",
            address: address,
            asn: ASN(rawValue: 64510),
            routerID: 7,
            rib: rib,
            distinguisher: distinguisher
        )
    }

    func settings(staleSeconds: Int64 = 900, bound: Int = 1_000) -> Settings {
        var station = Settings.Station(name: "er1", address: .v4(1))
        station.staleSeconds = staleSeconds
        station.maxPrefixes.ipv4 = bound
        var settings = Settings()
        settings.stations = [station]
        return settings
    }

    func feed(staleSeconds: Int64 = 900, bound: Int = 1_000) -> RouteFeed {
        CollectorComponents.routeFeed(settings(staleSeconds: staleSeconds, bound: bound))
    }

    func update(_ prefixes: [String], asn: UInt32 = 64_510) -> RouteUpdate {
        var update = RouteUpdate(time: WallClock.nanoseconds())
        update.announced = prefixes.compactMap { IPPrefix($0) }.map { .init($0) }
        update.attributes.asPath = ASPath(sequence: [ASN(rawValue: asn)])
        return update
    }

    func end() -> RouteUpdate {
        var update = RouteUpdate(time: WallClock.nanoseconds())
        update.endOfRIB = [.ipv4, .ipv6]
        return update
    }

    func route(_ feed: RouteFeed, _ view: String = "er1") -> Route? {
        let reader = feed.table.makeReader()
        let list: ViewList = [reader.view(named: view) ?? .none]
        let match = reader.route(to: .v4(0xc612_0101), views: list)  // 198.18.1.1
        return match.isNone ? nil : reader.route(of: match)
    }
}
