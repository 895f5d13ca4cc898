// SPDX-License-Identifier: Apache-2.0

package import Model
package import RouteReception

/// What the parts of the collector say of themselves at a flush, for `/metrics`.
package struct CollectorFigures: Sendable {
    package var exporters: [Exporter] = []
    package var neighbors: [Neighbor] = []
    package var routes: [Routes] = []
    /// What the BGP speaker has seen since it started.
    package var speaker = BGPSpeakerStatistics()
    package var stations: [StationStanding] = []
    /// Route updates that wait to be applied.
    package var routeQueueDepth = 0
    /// Rows that the store has not taken yet.
    package var waitingRows = 0
    /// Size of the store's files; nil when not known.
    package var storeOctets: Int?
    /// How often each limit has been reached since the process began.
    package var limits: [Limit] = []
    /// Octets of running totals that only set the base of the next, since the process began.
    package var octetsWithoutBase: UInt64 = 0

    package init() {}

    package struct Exporter: Sendable {
        package var name: String
        /// Arrival of its last datagram, in seconds since 1970-01-01 00:00 UTC.
        package var lastSeen: Int64
        /// By how much its clock is ahead of ours; nil when it does not tell its time.
        package var skewMilliseconds: Int64?
        /// nil when its protocol has none, or it is not known.
        package var templates: Int?
        /// Rows in its fullest slot, as held to `limits.series`; nil when it has sent nothing yet.
        package var series: Int?
        /// Its flows that named a next hop which no path of their prefix has, since it is known.
        package var nextHopMismatches: UInt64

        package init(
            name: String,
            lastSeen: Int64,
            skewMilliseconds: Int64? = nil,
            templates: Int? = nil,
            series: Int? = nil,
            nextHopMismatches: UInt64 = 0
        ) {
            self.name = name
            self.lastSeen = lastSeen
            self.skewMilliseconds = skewMilliseconds
            self.templates = templates
            self.series = series
            self.nextHopMismatches = nextHopMismatches
        }

        /// What a flush says of an exporter.
        package init(
            _ state: ExporterState,
            templates: Int? = nil,
            series: Int? = nil,
            nextHopMismatches: UInt64 = 0
        ) {
            self.init(
                name: state.name,
                lastSeen: state.lastSeen,
                skewMilliseconds: state.skewMilliseconds,
                templates: templates,
                series: series,
                nextHopMismatches: nextHopMismatches
            )
        }
    }

    package struct Neighbor: Sendable {
        package var name: String
        /// Whether its session is established.
        package var isUp: Bool
        /// Whether routes of a session that has ended are kept.
        package var isStale: Bool

        package init(name: String, isUp: Bool, isStale: Bool) {
            self.name = name
            self.isUp = isUp
            self.isStale = isStale
        }
    }

    package struct Routes: Sendable {
        package var view: String
        package var family: AddressFamily
        package var prefixes: Int

        package init(view: String, family: AddressFamily, prefixes: Int) {
            self.view = view
            self.family = family
            self.prefixes = prefixes
        }
    }

    package struct Limit: Sendable {
        /// As in the configuration: "templates", "learn.exporters".
        package var name: String
        package var timesReached: UInt64

        package init(name: String, timesReached: UInt64) {
            self.name = name
            self.timesReached = timesReached
        }
    }
}
