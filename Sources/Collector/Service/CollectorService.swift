// SPDX-License-Identifier: Apache-2.0

import Accounting
import FlowDecoding
import Foundation
public import Logging
import Model
import RouteReception
import Routing
public import ServiceLifecycle
public import Settings
public import Storage
import StorageSQLite

/// The running collector: flows and routes in, volumes into the store, alerts out.
///
/// The control plane of the process: everything here happens every few seconds, not per datagram.
public actor CollectorService: Service {
    /// In effect; another after a reload.
    package internal(set) var settings: Settings
    /// The last of what changes that, or the inventory, by ``inTurn(_:)``.
    var changing: Task<Void, Never>?
    /// Reads the configuration again; nil where it came from no file.
    let source: (@Sendable () throws(SettingsError) -> Settings)?
    /// That of the configuration, with the exporters that were adopted.
    var inventory: Inventory
    let learnBudget: LearnBudget
    /// nil where the configuration keeps no state.
    let stateFolder: StateFolder?
    let keeper: StateKeeper?
    let snapshots: RouteSnapshots?
    /// Neighbors whose routes were loaded from a snapshot.
    var cachedNeighbors: Set<String> = []
    /// Stations, likewise.
    var cachedStations: Set<String> = []
    var savingRoutes: Task<Void, Never>?
    var metrics: CollectorMetrics?
    /// What each exporter was last, by the name its rows have.
    var exporterStates: [String: ExporterState] = [:]
    /// What each worker remembers.
    var workerFigures: [Int: PipelineFigures] = [:]
    var signatureFailures = TCPSignatureFailures()
    let version: String
    let store: any VolumeStore
    let clock: any AccountingClock
    let logger: Logger
    let feed: RouteFeed
    let box = HandOverBox()
    let finished = WorkerCount()
    var workers: [FlowWorker] = []
    /// Until when each worker's totals have come, in seconds since 1970-01-01 00:00 UTC.
    var handedOver: [Int: Int64] = [:]
    /// When each worker last handed over, by ``BootClock``.
    var lastReports: [Int: Int64] = [:]
    /// What is under way beside the flush loop; nil while it is not.
    var storing: Task<Void, Never>?
    var savingState: Task<Void, Never>?
    var chores: Task<Void, Never>?
    var batchesEnqueued = 0
    /// What exporters announced and is not written yet, by exporter.
    var unsaved: [String: ExporterSnapshot] = [:]
    /// Whether some of it could not be written.
    var hasUnsavedState = false
    var speaker: BGPSpeaker?
    var stations: BMPListener?
    var alerts: AlertService?
    var clockWatch = ClockWatch()
    /// What happened since the last flush, for the store.
    var events: [OperationalEvent] = []
    var hasStoreProblem = false
    var isDraining = false
    /// When the sockets were open, accounting time, in nanoseconds since 1970-01-01 00:00 UTC.
    var listeningSince: Int64 = 0
    private var isStarted = false
    var writer: VolumeWriter?
    /// For questions only.
    var reader: (any VolumeStore)?
    /// The file that it reads, and its log.
    var readerFiles: [FileIdentity?] = []
    var upkeep = Upkeep()
    var heldRetention = HeldRetention()
    var backups = BackupSchedule()
    let startedAt: Int64
    /// By ``BootClock``.
    let startedBoot = BootClock.nanoseconds()
    /// When the flush loop last turned, by ``BootClock``.
    var lastTurn = BootClock.nanoseconds()
    /// The newest slot ever sealed, in seconds since 1970-01-01 00:00 UTC.
    var newestSealed = Int64.min
    var evaluation: Task<Void, Never>?
    var backingUp: Task<Void, Never>?
    /// Whether the store is the file that the configuration names.
    let hasStoreFile: Bool

    /// The ports that sockets were bound to, in the order of `listen.flows`.
    public internal(set) var flowPorts: [UInt16] = []
    public internal(set) var bgpPort: UInt16?
    public internal(set) var bmpPort: UInt16?

    /// - Parameters:
    ///   - settings: The configuration.
    ///   - store: Where volumes are kept; written by this collector alone.
    ///   - clock: Accounting time; nil for the time on the wall, also when that is set.
    ///   - source: Reads the configuration again, for a reload.
    ///   - version: Of the program.
    ///   - logger: Receives what an operator should know.
    public init(
        settings: Settings,
        store: any VolumeStore,
        clock: (any AccountingClock)? = nil,
        source: (@Sendable () throws(SettingsError) -> Settings)? = nil,
        version: String = "",
        logger: Logger
    ) {
        self.settings = settings
        self.source = source
        self.version = version
        self.store = store
        self.clock = clock ?? FollowingClock()
        self.logger = logger
        stateFolder = settings.state.map { StateFolder($0) }
        keeper = settings.state.map { StateKeeper(state: $0) }
        hasStoreFile = store is SQLiteVolumeStore
        inventory = settings.inventory
        learnBudget = LearnBudget(settings.learn.exporters)
        startedAt = WallClock.nanoseconds() / 1_000_000_000
        feed = CollectorComponents.routeFeed(settings, clock: self.clock, logger: logger)
        snapshots = RouteSnapshots(settings, feed: feed)
    }

    /// Loads the tables and opens the sockets: when it returns, what is sent is received.
    public func start() async throws {
        guard !isStarted else { return }
        isStarted = true
        try await inTurn { await self.opened() }.get()
    }

    private func opened() async -> Result<Void, any Error> {
        do {
            return .success(try await open())
        } catch {
            return .failure(error)
        }
    }

    private func open() async throws {
        try openState()
        try loadTables()
        loadSnapshots()
        inventory = settings.inventory.with(try await store.adoptions())
        alerts = try AlertService(settings: settings, store: store, logger: logger, clock: clock)
        try await recallExporters()
        try await startSpeaker()
        try await startStations()
        try startWorkers()
        listeningSince = clock.now()
        note(.collectorStarted, detail: "\(settings.inventory.exporters.count) exporters")
        logger.info(
            "collector started",
            metadata: ["exporters": "\(settings.inventory.exporters.count)"]
        )
    }

    /// Stores what is counted, every flush interval, until the process is to end or the task is
    /// cancelled; then drains the sockets, stores the rest and ends.
    public func run() async throws {
        try await start()
        let writer = VolumeWriter(
            store: store,
            collector: settings.collectorName,
            idPrefix: "\(settings.collectorName)-\(WallClock.nanoseconds())",
            sealer: try await CollectorComponents.sealer(settings, resuming: store),
            gaps: try await CollectorComponents.gapBeforeStart(
                of: store,
                listening: listeningSince
            ),
            mostRowsWaiting: settings.limits.waitingRows
        )
        self.writer = writer
        await cancelWhenGracefulShutdown { await self.flushUntilCancelled(to: writer) }
        // In a task of its own: what is cancelled does not wait for anything any more.
        try await Task { try await drain(to: writer) }.value
    }

    private func flushUntilCancelled(to writer: VolumeWriter) async {
        while !Task.isCancelled {
            // A worker that is stopped, or stuck, does not keep the others' totals waiting.
            await box.wait(
                for: max(1, workers.count),
                atMost: .seconds(settings.flushSeconds + (workers.isEmpty ? 0 : 1))
            )
            await flush(to: writer)
        }
    }

    /// An end takes no longer, in nanoseconds.
    private static let longestEnd: Int64 = 9_500_000_000

    /// Takes what the kernel still holds, stores the rest and ends.
    private func drain(to writer: VolumeWriter) async throws {
        let deadline = BootClock.nanoseconds() + Self.longestEnd
        isDraining = true
        evaluation?.cancel()
        for worker in workers { worker.stop() }
        await finished.wait(for: workers.count)
        await speaker?.stop()
        await stations?.stop()
        note(.collectorStopped)
        keeper?.end(before: BootClock.nanoseconds() + Self.longestSaving)
        await flush(to: writer)
        saveRoutes()
        await wait(until: deadline) { storing == nil && savingState == nil && savingRoutes == nil }
        // Closed when the last question is answered; until then the log cannot be emptied.
        reader = nil
        if savingState == nil, savingRoutes == nil { stateFolder?.release() }
        let left = await writer.waitingCount
        guard left == 0 else {
            throw CollectorError("\(left) batches could not be stored: their volumes are lost")
        }
        logger.info("collector stopped")
    }

    /// Returns when `isOver`, or at `deadline`, by ``BootClock``.
    private func wait(until deadline: Int64, _ isOver: () -> Bool) async {
        while !isOver(), BootClock.nanoseconds() < deadline {
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    /// How long an end may take to keep how far exporters have counted, in nanoseconds.
    private static let longestSaving: Int64 = 2_000_000_000

    /// Keeps what happened for the next flush.
    func note(_ kind: OperationalEvent.Kind, object: String = "", detail: String = "") {
        let time = clock.now() / 1_000_000_000
        events.append(OperationalEvent(time: time, kind: kind, object: object, detail: detail))
    }

    /// Keeps metrics in `registry` from now on.
    package func use(_ registry: MetricsRegistry) {
        metrics = CollectorMetrics(
            registry: registry,
            inventory: inventory,
            version: version,
            startTime: startedAt
        )
    }

    /// Whether every configured neighbor has sent all its routes at least once.
    public var hasAllInitialRoutes: Bool {
        let complete = feed.neighborsWithAllRoutes
        return settings.neighbors.allSatisfy { complete.contains($0.name) }
    }
}

/// Why a collector does not run, in one sentence.
public struct CollectorError: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
