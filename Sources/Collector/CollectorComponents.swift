// SPDX-License-Identifier: Apache-2.0

package import Accounting
import Attribution
package import FlowDecoding
package import Logging
package import Model
package import RouteReception
package import Routing
package import Settings
package import Storage

/// Makes the parts of a collector from its configuration.
package enum CollectorComponents {
    /// The view of table dumps that name none.
    package static let commonView = ""

    /// The routing table's writer, and how long each neighbor's routes outlive its session.
    package static func routeFeed(
        _ settings: Settings,
        clock: any AccountingClock = WallClock(),
        logger: Logger = Logger(label: "routes") { _ in SwiftLogNoOpLogHandler() }
    ) -> RouteFeed {
        RouteFeed(
            table: RoutingTable(retention: retentionSeconds(settings) * 1_000_000_000),
            neighbors: settings.neighbors,
            stations: settings.stations,
            mostUpdates: settings.limits.routeUpdates,
            clock: clock,
            logger: logger
        )
    }

    /// The routers that may open a session; their keys are read now.
    package static func neighbors(_ settings: Settings) throws(InputProblem) -> [BGPNeighbor] {
        var neighbors: [BGPNeighbor] = []
        for neighbor in settings.neighbors { neighbors.append(try BGPNeighbor(neighbor)) }
        return neighbors
    }

    /// The routers that may report by BMP.
    package static func stations(_ settings: Settings) -> [BMPStation] {
        settings.stations.map { station in
            BMPStation(
                name: station.name,
                address: station.address,
                ribs: ribs(station.use),
                weight: station.weight
            )
        }
    }

    /// The tables that are kept; empty for all.
    static func ribs(_ use: Settings.Station.Use) -> Set<RIBKind> {
        switch use {
        case .auto: []
        case .locRIB: [.locRIB]
        case .postPolicy: [.postPolicy]
        case .prePolicy: [.prePolicy]
        case .adjRIBOut: [.adjRIBOut]
        }
    }

    /// How long the table keeps what it has replaced: late records are attributed by it, and open
    /// totals name their paths by it.
    private static func retentionSeconds(_ settings: Settings) -> Int64 {
        max(settings.latenessSeconds, 3 * settings.flushSeconds)
    }

    /// For each exporter the views to route its flows by: those it names, else the one of its own
    /// name and the common one.
    package static func viewLists(_ inventory: Inventory, _ feed: RouteFeed) -> [ViewList] {
        inventory.exporters.map { exporter in
            ViewList(viewNames(exporter).map { feed.view(named: $0) })
        }
    }

    private static func viewNames(_ exporter: Exporter) -> [String] {
        exporter.views.isEmpty ? [exporter.name, commonView] : exporter.views
    }

    /// All views that flows are routed by, or that neighbors and stations fill.
    package static func viewNames(
        _ inventory: Inventory,
        _ settings: Settings
    ) -> Set<String> {
        Set(
            [commonView] + inventory.exporters.flatMap(viewNames)
                + settings.neighbors.map(\.view) + settings.stations.map(\.view)
                + settings.tables.map(\.view)
        )
    }

    /// Who may be held apart; workers of one collector share `budget`.
    package static func learning(
        _ settings: Settings,
        _ feed: RouteFeed,
        budget: LearnBudget
    ) -> Learning {
        Learning(
            networks: settings.learn.from,
            budget: budget,
            views: ViewList([feed.view(named: commonView)]),
            holdSeconds: settings.learn.holdSeconds
        )
    }

    /// How much an exporter may make a decoder remember.
    ///
    /// What all exporters share is the same however many workers, each with a decoder, share it.
    package static func decodingLimits(_ settings: Settings, workers: Int = 1) -> DecodingLimits {
        var limits = DecodingLimits()
        limits.sharedOctets /= max(workers, 1)
        limits.sharedTotals /= max(workers, 1)
        limits.sharedDuplicates /= max(workers, 1)
        limits.templates = settings.limits.templates
        limits.domains = settings.limits.domains
        return limits
    }

    /// A worker's pipeline.
    ///
    /// - Parameters:
    ///   - settings: The configuration.
    ///   - feed: The routes.
    ///   - inventory: With the exporters that were adopted; nil for that of the configuration.
    ///   - budget: How many exporters may be learned, over all workers; nil for all by this one.
    ///   - state: What an earlier run knew of the exporters whose flows come here.
    ///   - workers: How many there are.
    /// - Returns: A pipeline that has counted nothing.
    package static func pipeline(
        _ settings: Settings,
        _ feed: RouteFeed,
        inventory: Inventory? = nil,
        budget: LearnBudget? = nil,
        state: [ExporterSnapshot] = [],
        workers: Int = 1
    ) -> FlowPipeline {
        let inventory = inventory ?? settings.inventory
        feed.keep(views: viewNames(inventory, settings))
        let limits = decodingLimits(settings, workers: workers)
        var decoder = FlowDecoder(
            limits: limits,
            holdsData: true,
            dropsDuplicates: true,
            totals: .increments
        )
        // Whoever read them has checked them by the same limits.
        for snapshot in state { try? decoder.restore(snapshot) }
        let attributor = Attributor(
            inventory: inventory,
            viewLists: viewLists(inventory, feed),
            reader: feed.table.makeReader()
        )
        return FlowPipeline(
            inventory: inventory,
            slotSeconds: settings.slotSeconds,
            decoder: decoder,
            attributor: attributor,
            learning: learning(
                settings,
                feed,
                budget: budget ?? LearnBudget(settings.learn.exporters)
            ),
            mostRows: settings.limits.series
        )
    }

    /// The time between the last flush of an earlier run and the first datagram that this one can
    /// have received: nobody counted then.
    ///
    /// - Parameters:
    ///   - store: Where volumes are kept.
    ///   - listening: When the sockets were open, in nanoseconds since 1970-01-01 00:00 UTC.
    /// - Returns: One gap; none for a store that was never written to.
    /// - Throws: What the store throws.
    package static func gapBeforeStart(
        of store: any VolumeStore,
        listening: Int64
    ) async throws(VolumeStoreError) -> [Gap] {
        // Whole seconds, and both the first and the last may have been lost in part.
        let until = listening / 1_000_000_000 + 1
        guard let last = try await store.lastFlush(notAfter: until) else { return [] }
        return [Gap(from: last, to: max(until, last + 1), reason: "collectorStopped")]
    }

    /// Seals slots, also those that an earlier run left open.
    package static func sealer(
        _ settings: Settings,
        resuming store: any VolumeStore
    ) async throws(VolumeStoreError) -> SlotSealer {
        var open: [Int64] = []
        if let span = try await store.span() {
            open = try await store.slots(in: span).filter { !$0.isSealed }.map(\.start)
        }
        return SlotSealer(
            slotSeconds: settings.slotSeconds,
            latenessSeconds: settings.latenessSeconds,
            open: open
        )
    }
}
