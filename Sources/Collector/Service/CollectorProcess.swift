// SPDX-License-Identifier: Apache-2.0

public import Logging
import ServiceLifecycle
public import Settings
import UnixSignals

/// A collector as a process of its own: its services, and the signals that reach them.
public struct CollectorProcess: Sendable {
    private let settings: Settings
    private let logger: Logger

    /// How long the process may take to end once it is told to.
    private static let longestShutdown: Duration = .seconds(10)

    public init(settings: Settings, logger: Logger) {
        self.settings = settings
        self.logger = logger
    }

    /// Runs until SIGTERM or SIGINT; then what has been received is stored, and it returns.
    public func run() async throws {
        let store = try await CollectorService.openStore(settings)
        let collector = CollectorService(settings: settings, store: store, logger: logger)
        var configuration = ServiceGroupConfiguration(
            services: [
                .init(
                    service: collector,
                    successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup,
                    serviceName: "collector"
                )
            ],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() }
        )
        configuration.maximumGracefulShutdownDuration = Self.longestShutdown
        try await ServiceGroup(configuration: configuration).run()
    }
}
