// SPDX-License-Identifier: Apache-2.0

import Model
import Routing
import Settings

/// Bounds on the prefixes of a session, of a table, and of all tables of a station.
///
/// # How it works
///
///     fresh                          at most the bound        else the session or table ends
///     fresh, and stale of a refresh  at most the bound        likewise
///     fresh, and all that is stale   at most twice the bound  else what is stale goes
///     all tables of a station        at most 16 bounds        else the table that announced ends
///
/// Stale routes of an earlier session are not held against the new one. Those that a refresh tells
/// again are its own, once its initial routes were complete: without them a neighbor could announce
/// as many as it may after each mark, and always others.
///
/// A station may report thousands of tables, and to go through all of them at each update would
/// take too long. So their sum is kept as it grows; what is swept is not taken off it. When it is
/// over the bound it is counted anew.
extension RouteApplier {
    /// The tables of a station hold together at most as many prefixes as so many tables may.
    static let fullTables = 16

    /// Compares what a session has announced with what it may (RFC 4271, section 6.7).
    mutating func check(
        _ source: RouteSource,
        in view: ViewID,
        _ neighbor: inout Neighbor
    ) -> [Chore] {
        guard let limits = neighbor.terms.limits else { return [] }
        let fresh = writer.freshPrefixCounts(of: source, in: view)
        let all = neighbor.staleUntil == nil ? fresh : prefixCounts(of: neighbor)
        let tables = source.rib.isReported ? sum(all, limits, &neighbor, source) : PrefixCounts()
        var chores: [Chore] = []
        for family in AddressFamily.allCases {
            var limit = PrefixLimit(
                family: family,
                count: fresh[family],
                bound: limits[family],
                restartSeconds: limits.restartSeconds,
                scope: source.rib.isReported ? .table : .session
            )
            let isTellingAgain =
                neighbor.renewal.families.contains(family) && neighbor.complete.contains(family)
            if isTellingAgain { limit.count = all[family] }
            if limit.count <= limit.bound, tables[family] > Self.fullTables * limit.bound {
                limit.count = tables[family]
                limit.bound *= Self.fullTables
                limit.scope = .station
            }
            if limit.count > limit.bound { return exclude(source, limit, &neighbor) }
            if limit.count >= limit.bound - limit.bound / 5, neighbor.warned.insert(family).inserted
            {
                chores.append(.limitIsNear(source, limit))
            }
        }
        return chores
    }

    /// What is stale goes where it is, with what is fresh, more than twice the bound.
    func sweepExcess(of neighbor: Neighbor) -> [Chore] {
        guard neighbor.staleUntil != nil, let limits = neighbor.terms.limits else { return [] }
        let all = prefixCounts(of: neighbor)
        return AddressFamily.allCases.filter { all[$0] > 2 * limits[$0] }.flatMap { family in
            neighbor.staleSources.map { .sweep($0, family, at: nil) }
        }
    }

    private func exclude(
        _ source: RouteSource,
        _ limit: PrefixLimit,
        _ neighbor: inout Neighbor
    ) -> [Chore] {
        neighbor.isOverLimit = true
        guard source.rib.isReported else { return [.limitReached(source, limit)] }
        // A session is ended; a station cannot be told, and what is not followed any more must not
        // decide.
        return [.limitReached(source, limit), .mark(source, nil), .sweep(source, nil, at: nil)]
    }

    /// Prefixes of all sources of one owner.
    func prefixCounts(of neighbor: Neighbor) -> PrefixCounts {
        guard let view = neighbor.view else { return PrefixCounts() }
        var sources = neighbor.staleSources
        if let source = neighbor.source { sources.insert(source) }
        var counts = PrefixCounts()
        for source in sources {
            let told = writer.prefixCounts(of: source, in: view)
            counts = counts.changed(by: told, from: PrefixCounts())
        }
        return counts
    }

    /// Prefixes of all tables of the station of `source`, of which one's are `counts` now.
    private mutating func sum(
        _ counts: PrefixCounts,
        _ limits: Settings.Neighbor.MaxPrefixes,
        _ neighbor: inout Neighbor,
        _ source: RouteSource
    ) -> PrefixCounts {
        var sum = stationCounts[source.name] ?? PrefixCounts()
        sum = sum.changed(by: counts, from: neighbor.counted)
        neighbor.counted = counts
        let isOver = AddressFamily.allCases.contains {
            sum[$0] > Self.fullTables * limits[$0]
        }
        if isOver {
            sum = counts
            let owner = RouteOwner(of: source)
            let others = neighbors.keys.filter {
                $0.isReported && $0.name == owner.name && $0 != owner
            }
            for other in others {
                guard let table = neighbors[other] else { continue }
                let told = prefixCounts(of: table)
                neighbors[other]?.counted = told
                sum = sum.changed(by: told, from: PrefixCounts())
            }
        }
        stationCounts[source.name] = sum
        return sum
    }
}

/// A bound on prefixes that a neighbor has come to.
struct PrefixLimit: Equatable, Sendable {
    /// What is bounded.
    enum Scope {
        case session, table, station
    }

    var family: AddressFamily
    /// Prefixes that it has announced.
    var count: Int
    /// The most it may announce.
    var bound: Int
    /// How long it is refused, in seconds.
    var restartSeconds: Int64
    var scope = Scope.session

    /// What is bounded, and what becomes of it.
    var detail: String {
        let prefixes = "more than \(bound) \(family) prefixes"
        return switch scope {
        case .session: "\(prefixes): its session is ended, and refused for \(restartSeconds) s"
        case .table: "\(prefixes): the table is left out until it begins anew"
        case .station:
            "\(prefixes) in all its tables: this one is left out until it begins anew"
        }
    }
}

extension PrefixCounts {
    fileprivate subscript(family: AddressFamily) -> Int { family == .ipv4 ? ipv4 : ipv6 }

    /// With `new` in the place of `old`.
    fileprivate func changed(by new: PrefixCounts, from old: PrefixCounts) -> PrefixCounts {
        PrefixCounts(ipv4: ipv4 + new.ipv4 - old.ipv4, ipv6: ipv6 + new.ipv6 - old.ipv6)
    }
}

extension Settings.Neighbor.MaxPrefixes {
    fileprivate subscript(family: AddressFamily) -> Int { family == .ipv4 ? ipv4 : ipv6 }
}
