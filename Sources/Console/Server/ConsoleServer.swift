// SPDX-License-Identifier: Apache-2.0

import Glibc
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle
import Synchronization

/// Serves the API on one socket until it is told to end.
///
/// Both sockets give a backend the same requests; where one came in says what it may do.
public struct ConsoleServer: Service {
    /// Which socket to serve on.
    public enum Place: Equatable, Sendable {
        /// A UNIX socket at this path, for its owner alone.
        case control(path: String)
        /// TCP on an address of loopback; port 0 takes a free one.
        case console(address: String, port: Int)
    }

    /// One thread for all of them, so that what is asked never delays a BGP session; a server and
    /// its connections have to share one, or some would be lost between them when it ends.
    private static let eventLoop = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    /// Why it does not serve.
    public typealias Problem = ConsoleError

    private let place: Place
    private let backend: any ConsoleBackend
    private let limits: ConsoleLimits
    private let logger: Logger
    private let started: @Sendable (Int) -> Void

    /// - Parameters:
    ///   - place: Where to listen.
    ///   - backend: Gives the answers.
    ///   - limits: What one who asks may take.
    ///   - logger: Receives what an operator should know.
    ///   - started: Called once the socket is open, with its port; 0 for a file.
    public init(
        _ place: Place,
        backend: any ConsoleBackend,
        limits: ConsoleLimits = ConsoleLimits(),
        logger: Logger,
        started: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.place = place
        self.backend = backend
        self.limits = limits
        self.logger = logger
        self.started = started
    }

    /// Serves until the task is cancelled or a graceful shutdown begins.
    ///
    /// - Throws: ``ConsoleError`` when it cannot begin to listen. What ends it later, such as a
    ///   process without descriptors left, is logged, and it listens anew.
    public func run() async throws {
        if case .console(let address, _) = place, !HostName.isLoopback(address) {
            throw ConsoleError(
                "listen.console: \(address) is not an address of loopback: off loopback the "
                    + "console needs TLS and tokens, which this version does not have"
            )
        }
        let standing = ServerStanding()
        while true {
            let problem = await serve(standing)
            if Task.isCancelled || Task.isShuttingDownGracefully { return }
            guard standing.hasListened else { throw problem }
            logger.error("a console socket is opened anew", metadata: ["reason": "\(problem)"])
            try? await Task.sleep(for: .seconds(1))
        }
    }

    /// Serves until it is asked to end or something ends it; returns what may have ended it.
    private func serve(_ standing: ServerStanding) async -> ConsoleError {
        do {
            switch place {
            case .console(let address, let port):
                try await untilAsked(
                    application(
                        at: .hostname(address, port: port),
                        standing: standing
                    )
                )
            case .control(let path):
                let file = try await SocketFile(at: path)
                defer { file.remove() }
                try await untilAsked(
                    application(
                        at: .unixDomainSocket(path: file.birthplace),
                        standing: standing,
                        publish: file.publish
                    )
                )
            }
            return ConsoleError("\(name) ended")
        } catch let error as ConsoleError {
            return error
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            return ConsoleError("\(name) is in use already")
        } catch {
            return standing.problem ?? ConsoleError("\(name) cannot be served on: \(error)")
        }
    }

    /// Runs `application` until it is asked to end, and lets it end in order even when cancelled.
    ///
    /// A server that is cancelled drops connections it has accepted and not yet begun with, which
    /// NIO takes for an error of the program. So it first stops accepting, in either case, and what
    /// is left is cancelled after.
    private func untilAsked(_ application: some ApplicationProtocol) async throws {
        var configuration = ServiceGroupConfiguration(
            services: [application],
            logger: Logger(label: "console") { _ in SwiftLogNoOpLogHandler() }
        )
        configuration.maximumGracefulShutdownDuration = .seconds(limits.endSeconds)
        let services = ServiceGroup(configuration: configuration)
        let running = Task { try await services.run() }
        try await withTaskCancellationHandler {
            try await running.value
        } onCancel: {
            Task { await services.triggerGracefulShutdown() }
        }
    }

    private func application(
        at address: BindAddress,
        standing: ServerStanding,
        publish: @escaping @Sendable () throws(ConsoleError) -> Void = {}
    ) -> some ApplicationProtocol {
        let registry = ConnectionRegistry(limits)
        return Application(
            responder: ConsoleResponder(
                backend: backend,
                entrance: entrance,
                limits: limits,
                registry: registry
            ),
            server: HTTPServerBuilder { [limits] responder in
                GuardedChannel(responder: responder, registry: registry, limits: limits)
            },
            configuration: ApplicationConfiguration(address: address, backlog: limits.connections),
            onServerRunning: { [started] channel in
                do throws(ConsoleError) {
                    try publish()
                    standing.listens()
                    started(channel.localAddress?.port ?? 0)
                } catch {
                    standing.failed(error)
                    channel.close(promise: nil)
                }
            },
            eventLoopGroupProvider: .shared(Self.eventLoop),
            logger: Logger(label: "console") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    private var entrance: ConsoleRequest.Entrance {
        if case .control = place { .control } else { .console }
    }

    /// The place in words that lead to the configuration.
    private var name: String {
        switch place {
        case .control(let path): "control: \(path)"
        case .console(let address, let port): "listen.console: \(address) port \(port)"
        }
    }
}

/// How far a server has come.
private final class ServerStanding: Sendable {
    private let state = Mutex((hasListened: false, problem: ConsoleError?.none))

    var hasListened: Bool { state.withLock { $0.hasListened } }
    var problem: ConsoleError? { state.withLock { $0.problem } }

    func listens() { state.withLock { $0.hasListened = true } }
    func failed(_ problem: ConsoleError) { state.withLock { $0.problem = problem } }
}
