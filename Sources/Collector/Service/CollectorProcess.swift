// SPDX-License-Identifier: Apache-2.0

import CLinux
import Console
public import Logging
import Model
import ServiceLifecycle
public import Settings
import StorageSQLite
import UnixSignals

/// A collector as a process of its own: its services, its sockets, and the signals that reach it.
public struct CollectorProcess: Sendable {
    private let settings: Settings
    private let source: @Sendable () throws(SettingsError) -> Settings
    private let version: String
    private let logger: Logger

    /// How long the process may take to end once it is told to.
    private static let longestShutdown: Duration = .seconds(10)

    /// - Parameters:
    ///   - path: The configuration file, read now and at each reload.
    ///   - version: Of the program.
    ///   - logger: Receives what an operator should know.
    /// - Throws: All that is wrong with the configuration.
    public init(path: String, version: String, logger: Logger) throws(SettingsError) {
        source = { () throws(SettingsError) in try Settings.load(path: path) }
        settings = try Settings.load(path: path)
        self.version = version
        self.logger = logger
    }

    /// Runs until SIGTERM or SIGINT; then what has been received is stored, and it returns.
    public func run() async throws {
        // From the first moment on, and to the last: unheeded, it would end the process. What comes
        // before the collector can act on it waits.
        let hangups = await UnixSignalsSequence(trapping: .sighup)
        // What one flush takes is freed on other threads than those of the next: with a heap for
        // each, memory would grow for hours until each has held a flush once.
        _ = CLinux_limitHeaps(CInt(settings.workerCount) + 1)
        defer { withExtendedLifetime(hangups) {} }
        if let shortage = DescriptorLimit.raise()?.shortage(for: settings) {
            logger.warning("\(shortage)")
        }
        let store = try await CollectorService.openStoreToServe(settings) { [logger] event in
            logger.error("\(event.kind.rawValue)", metadata: ["detail": "\(event.detail)"])
        }
        let collector = CollectorService(
            settings: settings,
            store: store,
            source: source,
            version: version,
            logger: logger
        )
        await collector.use(MetricsRegistry.ofProcess)
        let (opened, opening) = AsyncStream<Void>.makeStream()
        // Ended in reverse order: the collector stops counting while its sockets still answer.
        var services = try servers(of: collector) { opening.yield() }
        let running = AfterServers(collector: collector, servers: services.count, opened: opened)
        services.append(service(ReloadSignal(collector: collector, hangups: hangups), "reload"))
        services.append(service(running, "collector"))
        var configuration = ServiceGroupConfiguration(
            services: services,
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() }
        )
        configuration.maximumGracefulShutdownDuration = Self.longestShutdown
        try await ServiceGroup(configuration: configuration).run()
        // Not left to whoever drops it last, for whom nobody waits.
        try? (store as? SQLiteVolumeStore)?.close()
    }

    private func service(
        _ service: any Service,
        _ name: String
    ) -> ServiceGroupConfiguration.ServiceConfiguration {
        .init(
            service: service,
            successTerminationBehavior: .gracefullyShutdownGroup,
            failureTerminationBehavior: .gracefullyShutdownGroup,
            serviceName: name
        )
    }

    /// Those that answer questions, each of which calls `opened` when its socket is open.
    private func servers(
        of collector: CollectorService,
        opened: @escaping @Sendable () -> Void
    ) throws -> [ServiceGroupConfiguration.ServiceConfiguration] {
        let backend = collector.answers { MetricsRegistry.ofProcess.text() }
        var servers: [ServiceGroupConfiguration.ServiceConfiguration] = []
        if let endpoint = settings.listen.console {
            guard endpoint.address.isLoopback else {
                throw CollectorError(
                    "listen.console \(endpoint): off loopback the console needs TLS and tokens, "
                        + "which this version does not have; expected 127.0.0.1 or [::1]"
                )
            }
            let place = ConsoleServer.Place.console(
                address: "\(endpoint.address)",
                port: Int(endpoint.port)
            )
            let server = ConsoleServer(place, backend: backend, logger: logger) { [logger] port in
                logger.info("console served", metadata: ["port": "\(port)"])
                opened()
            }
            servers.append(service(server, "console"))
        }
        if let path = settings.control {
            let place = ConsoleServer.Place.control(path: path)
            let server = ConsoleServer(place, backend: backend, logger: logger) { _ in opened() }
            servers.append(service(server, "control"))
        }
        return servers
    }
}

/// Runs the collector once it can be asked: one that finds its sockets in use has taken no datagram
/// and no session from the one that uses them.
private struct AfterServers: Service {
    let collector: CollectorService
    let servers: Int
    /// An element for each server that has opened its socket.
    let opened: AsyncStream<Void>

    func run() async throws {
        var left = servers
        if left > 0 {
            for await _ in opened.cancelOnGracefulShutdown() {
                left -= 1
                if left == 0 { break }
            }
        }
        guard left == 0 else { return }
        try await collector.run()
    }
}

/// Reads the configuration again at each SIGHUP.
private struct ReloadSignal: Service {
    let collector: CollectorService
    let hangups: UnixSignalsSequence

    func run() async throws {
        for await _ in hangups.cancelOnGracefulShutdown() { _ = await collector.reload() }
    }
}
