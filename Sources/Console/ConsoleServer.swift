// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import ServiceLifecycle

/// Serves the API over HTTP on one socket, until it is told to end.
///
/// There are two of them: the control socket, a file whose permissions say who may, and the
/// console's port, which reads only. Both have the same limits, so that neither a slow client nor
/// many of them keep memory or descriptors (RELIABILITY T10).
public struct ConsoleServer: Service {
    /// Where to serve.
    public enum Place: Sendable, Equatable {
        /// A UNIX socket at this path.
        case control(path: String)
        /// A TCP port of a loopback address; 0 lets the system choose.
        case console(address: String, port: Int)
    }

    /// Why it does not serve.
    public struct Problem: Error, CustomStringConvertible {
        public let description: String
    }

    private let place: Place
    private let backend: any ConsoleBackend
    private let logger: Logger
    private let limits: ConsoleLimits
    private let started: @Sendable (Int) -> Void

    /// - Parameters:
    ///   - place: Where to serve.
    ///   - backend: Answers the requests.
    ///   - limits: How much a client may take.
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

    public func run() async throws {
        switch place {
        case .control(let path):
            try await ControlSocketFile.claim(path)
            try await serve(.unixDomainSocket(path: path), entrance: .control)
            ControlSocketFile.remove(path)
        case .console(let address, let port):
            try await serve(.hostname(address, port: port), entrance: .console)
        }
    }

    private func serve(_ address: BindAddress, entrance: ConsoleRequest.Entrance) async throws {
        let responder = CallbackResponder<BasicRequestContext> { request, _ in
            await respond(to: request, entrance: entrance)
        }
        let (place, started) = (place, started)
        let application = Application<CallbackResponder<BasicRequestContext>>(
            responder: responder,
            server: .http1(configuration: limits.channel),
            configuration: ApplicationConfiguration(
                address: address,
                availableConnectionsDelegate: MaximumAvailableConnections(limits.connections)
            ),
            onServerRunning: { channel in
                if case .control(let path) = place { ControlSocketFile.restrict(path) }
                started(channel.localAddress?.port ?? 0)
            },
            // It logs each request and each start; what matters is logged by its users.
            logger: Logger(label: "console") { _ in SwiftLogNoOpLogHandler() }
        )
        do {
            try await application.run()
        } catch {
            throw Problem(description: "\(place): \(error)")
        }
    }

    private func respond(
        to request: Request,
        entrance: ConsoleRequest.Entrance
    ) async -> Response {
        do {
            let isHead = request.method == .head
            let read = try await RequestReading.read(request, entrance: entrance, limits: limits)
            let answer = await answerInTime(read)
            return ResponseWriting.response(answer, isHead: isHead)
        } catch let problem as RequestReading.Problem {
            return ResponseWriting.response(problem.response, isHead: false)
        } catch {
            return ResponseWriting.response(.failure("the request was cut off", 400), isHead: false)
        }
    }

    /// The backend's answer, or that it took too long.
    private func answerInTime(_ request: ConsoleRequest) async -> ConsoleResponse {
        let (backend, limit) = (backend, limits.answerTime)
        let answer = await withTaskGroup(of: ConsoleResponse?.self) { group in
            group.addTask { await backend.answer(request) }
            group.addTask {
                try? await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        if let answer { return answer }
        logger.warning("an answer took too long", metadata: ["path": "\(request.path)"])
        return .failure("the answer took longer than \(limit)", 503)
    }
}

extension ConsoleServer.Place: CustomStringConvertible {
    public var description: String {
        switch self {
        case .control(let path): "control \(path)"
        case .console(let address, let port): "listen.console \(address):\(port)"
        }
    }
}

/// How much one client, and all of them together, may take.
public struct ConsoleLimits: Sendable {
    /// Connections open at once; more wait in the kernel's queue.
    public var connections = 512
    /// Without a request, a connection is closed after so long, in seconds.
    public var idleSeconds: Int64 = 15
    /// All headers of a request, in octets.
    public var headerOctets = 32 * 1024
    /// The body of a request, in octets.
    public var bodyOctets = 256 * 1024
    /// How long an answer may take.
    public var answerTime: Duration = .seconds(30)

    public init() {}

    var channel: HTTP1Channel.Configuration {
        HTTP1Channel.Configuration(
            idleTimeout: .seconds(idleSeconds),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: headerOctets,
                maxHeaderListSize: headerOctets,
                maxHeaderFieldCount: 100
            )
        )
    }
}
