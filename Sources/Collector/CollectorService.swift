// SPDX-License-Identifier: Apache-2.0

import Accounting
import FlowReception
import Foundation
public import Logging
import Model
import RouteReception
public import Settings
public import Storage
import StorageSQLite

/// The running collector: flows and routes in, volumes into the store, alerts out.
public actor CollectorService {
    private let settings: Settings
    private let store: any VolumeStore
    private let clock: any AccountingClock
    private let logger: Logger
    private let feed: RouteFeed
    private let box = HandOverBox()
    private let finished = WorkerCount()
    private var workers: [FlowWorker] = []
    private var speaker: BGPSpeaker?
    private var alerts: AlertService?
    private var hasStoreProblem = false
    private var isDraining = false
    /// The newest slot ever sealed, in seconds since 1970-01-01 00:00 UTC.
    private var newestSealed = Int64.min
    private var evaluation: Task<Void, Never>?

    /// The ports that sockets were bound to, in the order of `listen.flows`.
    public private(set) var flowPorts: [UInt16] = []
    public private(set) var bgpPort: UInt16?

    /// Octets that the kernel may queue for each socket.
    private static let receiveBuffer = 32 << 20

    /// - Parameters:
    ///   - settings: The configuration.
    ///   - store: Where volumes are kept; written by this collector alone.
    ///   - clock: Accounting time.
    ///   - logger: Receives what an operator should know.
    public init(
        settings: Settings,
        store: any VolumeStore,
        clock: any AccountingClock = WallClock(),
        logger: Logger
    ) {
        self.settings = settings
        self.store = store
        self.clock = clock
        self.logger = logger
        feed = CollectorComponents.routeFeed(settings, clock: clock)
    }

    /// Loads the tables and opens the sockets: when it returns, what is sent is received.
    public func start() async throws {
        for loaded in try TableLoader.load(settings, feed: feed) {
            logger.info(
                "table loaded",
                metadata: ["path": "\(loaded.path)", "updates": "\(loaded.updates)"]
            )
            if let problem = loaded.problem { logger.warning("\(problem)") }
        }
        alerts = try AlertService(settings: settings, store: store, logger: logger)
        try await startSpeaker()
        for endpoint in settings.listen.flows { try startWorker(endpoint) }
        logger.info("collector started", metadata: ["exporters": "\(exporterCount)"])
    }

    /// Stores what is counted, every flush interval, until the task is cancelled; then drains the
    /// sockets, stores the rest and ends.
    public func run() async throws {
        let writer = VolumeWriter(
            store: store,
            collector: settings.collectorName,
            idPrefix: "\(settings.collectorName)-\(WallClock.nanoseconds())",
            sealer: try await CollectorComponents.sealer(settings, resuming: store),
            gaps: try await CollectorComponents.gapBeforeStart(
                of: store,
                now: clock.now() / 1_000_000_000
            )
        )
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(settings.flushSeconds))
            await flush(to: writer)
        }
        // In a task of its own: what is cancelled does not wait for anything any more.
        try await Task { try await drain(to: writer) }.value
    }

    /// Takes what the kernel still holds, stores the rest and ends.
    private func drain(to writer: VolumeWriter) async throws {
        isDraining = true
        evaluation?.cancel()
        for worker in workers { worker.stop() }
        await finished.wait(for: workers.count)
        await speaker?.stop()
        await flush(to: writer)
        let left = await writer.waitingCount
        guard left == 0 else {
            throw CollectorError("\(left) batches could not be stored: their volumes are lost")
        }
        logger.info("collector stopped")
    }

    /// Whether every configured neighbor has sent all its routes at least once.
    public var hasAllInitialRoutes: Bool {
        let complete = feed.neighborsWithAllRoutes
        return settings.neighbors.allSatisfy { complete.contains($0.name) }
    }

    private var exporterCount: Int { settings.inventory.exporters.count }

    private func startSpeaker() async throws {
        guard let endpoint = settings.listen.bgp else { return }
        let speaker = BGPSpeaker(
            localASN: settings.inventory.network.asns.first ?? .zero,
            routerID: settings.routerID,
            neighbors: settings.neighbors.map {
                BGPNeighbor(name: $0.name, address: $0.address, asn: $0.asn)
            },
            events: feed
        )
        do {
            bgpPort = try await speaker.start(on: endpoint.address, port: endpoint.port)
        } catch {
            throw CollectorError("listen.bgp \(endpoint): \(error)")
        }
        self.speaker = speaker
        logger.info("BGP sessions accepted", metadata: ["port": "\(bgpPort ?? 0)"])
    }

    private func startWorker(_ endpoint: Settings.Endpoint) throws {
        let socket: UDPSocket
        do throws(SystemError) {
            socket = try UDPSocket.bound(
                to: endpoint.address,
                port: endpoint.port,
                receiveBuffer: Self.receiveBuffer
            )
        } catch {
            throw CollectorError("listen.flows \(endpoint): \(error)")
        }
        let port = try socket.localPort()
        let granted = try socket.grantedReceiveBuffer()
        if granted < Self.receiveBuffer {
            logger.warning(
                "the kernel grants a smaller receive buffer: raise net.core.rmem_max",
                metadata: ["octets": "\(granted)", "wanted": "\(Self.receiveBuffer)"]
            )
        }
        let worker = FlowWorker(
            socket: socket,
            pipeline: CollectorComponents.pipeline(settings, feed),
            clock: clock,
            flushSeconds: settings.flushSeconds,
            handOver: { [box] in box.put($0) },
            whenDone: { [finished] in finished.signal() }
        )
        worker.start(name: "flows-\(port)")
        workers.append(worker)
        flowPorts.append(port)
        logger.info("flows received", metadata: ["port": "\(port)"])
    }

    private func flush(to writer: VolumeWriter) async {
        feed.tidy()
        let parts = box.takeAll()
        // A slot is over when every worker has handed over what it had of it.
        let now = parts.map(\.time).min() ?? clock.now() / 1_000_000_000
        let outcome = await writer.write(parts, now: now, sessions: feed.sessions())
        for reason in outcome.givenUp {
            logger.error("volumes given up", metadata: ["reason": "\(reason)"])
        }
        if let problem = outcome.problem {
            hasStoreProblem = true
            logger.error("volumes wait for the store", metadata: ["reason": "\(problem)"])
        } else if hasStoreProblem {
            hasStoreProblem = false
            logger.info("the store takes volumes again")
        }
        newestSealed = max(newestSealed, outcome.sealed.max() ?? .min)
        if !outcome.sealed.isEmpty { evaluateAlerts() }
    }

    /// Evaluates the alert rules beside the flushes, which never wait for a webhook.
    private func evaluateAlerts() {
        guard let alerts, evaluation == nil, !isDraining else { return }
        let slot = newestSealed
        evaluation = Task {
            await alerts.evaluate(through: slot)
            evaluation = nil
            if newestSealed > slot { evaluateAlerts() }
        }
    }
}

/// Why a collector does not run, in one sentence.
public struct CollectorError: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// Counts workers that have ended, for one that waits for all of them.
private final class WorkerCount: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func signal() { continuation.yield() }

    func wait(for count: Int) async {
        guard count > 0 else { return }
        var left = count
        for await _ in stream {
            left -= 1
            if left == 0 { return }
        }
    }
}

extension CollectorService {
    /// The store of the configuration, to be written by this process alone.
    public static func openStore(_ settings: Settings) async throws -> any VolumeStore {
        try await open(settings, .readWrite)
    }

    /// The store of the configuration, to be read, also while a collector writes it.
    public static func openStoreToRead(_ settings: Settings) async throws -> any VolumeStore {
        try await open(settings, .readOnly)
    }

    /// A store keeps the length of its slots: with another, every rate would be wrong.
    private static func open(
        _ settings: Settings,
        _ mode: SQLiteVolumeStore.Mode
    ) async throws -> any VolumeStore {
        let path = settings.store.sqlite.path
        let store = try SQLiteVolumeStore.opened(path: path, mode: mode)
        if let length = try await store.slotSeconds(), length != settings.slotSeconds {
            throw InputProblem(
                "\(path) has slots of \(length) s, and slotSeconds is \(settings.slotSeconds); "
                    + "expected slotSeconds: \(length), or another store"
            )
        }
        return store
    }
}
