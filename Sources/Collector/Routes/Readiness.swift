// SPDX-License-Identifier: Apache-2.0

package import Model

/// Whether the routes are good enough to account by: what `/health/ready` says of them.
///
/// # How it works
///
/// A collector that has just started would attribute by half a table. It is ready when every
/// configured neighbor has told all its routes; one that does not come is waited for no longer than
/// ``patienceSeconds``, and one whose routes were loaded from a snapshot is not waited for at all:
///
///     neighbor    End-of-RIB for all its families    complete
///                 else, loaded from a snapshot       cached
///                 else                               missing
///
///     any missing, and not yet the patience  ->  waiting     not ready
///     any missing after it                   ->  timedOut    ready
///     none missing, any cached               ->  cached      ready
///     all complete, or no neighbors          ->  complete    ready
package struct Readiness: Equatable, Sendable {
    /// What is known of one neighbor's routes.
    package struct Neighbor: Equatable, Sendable {
        package var name: String
        /// The families that its session carries; empty before it is established.
        package var families: Set<AddressFamily>
        /// The families of which it has sent End-of-RIB since the collector started.
        package var complete: Set<AddressFamily>
        /// Whether its routes were loaded from a snapshot.
        package var isCached: Bool

        package init(
            name: String,
            families: Set<AddressFamily> = [],
            complete: Set<AddressFamily> = [],
            isCached: Bool = false
        ) {
            self.name = name
            self.families = families
            self.complete = complete
            self.isCached = isCached
        }

        /// A station, which is complete when all tables are that it reports.
        ///
        /// What is left out will never be, and is not waited for.
        package init(station name: String, tables: [TableStanding], isCached: Bool) {
            let told = tables.filter { $0.isTold && !$0.isOverLimit }
            let isAll = !told.isEmpty && told.allSatisfy(\.hasInitialRoutes)
            self.init(
                name: name,
                complete: isAll ? Set(AddressFamily.allCases) : [],
                isCached: isCached
            )
        }

        fileprivate var hasAllRoutes: Bool {
            !complete.isEmpty && complete.isSuperset(of: families)
        }
    }

    package enum State: String, Sendable, CaseIterable {
        case waiting, cached, complete, timedOut
    }

    package var state: State
    /// Neighbors whose routes are still those of a snapshot, by name, sorted.
    package var cached: [String]
    /// Neighbors of which there are no or not all routes, by name, sorted.
    package var missing: [String]

    package var isReady: Bool { state != .waiting }

    /// How long a start waits for neighbors, in seconds.
    package static let patienceSeconds: Int64 = 120

    /// - Parameters:
    ///   - neighbors: All that are configured.
    ///   - seconds: Since the start, by a clock that nobody sets.
    package init(_ neighbors: [Neighbor], secondsSinceStart seconds: Int64) {
        let waited = neighbors.filter { !$0.hasAllRoutes }
        cached = waited.filter(\.isCached).map(\.name).sorted()
        missing = waited.filter { !$0.isCached }.map(\.name).sorted()
        if !missing.isEmpty {
            state = seconds < Self.patienceSeconds ? .waiting : .timedOut
        } else {
            state = cached.isEmpty ? .complete : .cached
        }
    }
}
