// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle
import Testing

@testable import Console

/// Says back what it was asked.
private struct Echo: ConsoleBackend {
    var delay: Duration = .zero

    func isUnhurried(_ request: ConsoleRequest) -> Bool { request.path == "/unhurried" }

    func answer(_ request: ConsoleRequest) async -> ConsoleResponse {
        try? await Task.sleep(for: delay)
        if request.path == "/missing" { return .failure("there is no /missing", 404) }
        let parameters = request.parameters.sorted { $0.key < $1.key }
            .map { "\($0.key)=\($0.value)" }.joined(separator: "&")
        return ConsoleResponse(
            contentType: "text/plain",
            body: "\(request.method) \(request.path) \(parameters) \(request.entrance)\n",
            exitStatus: 3,
            messages: ["peerage: Zürich\nsays \"hello\""]
        )
    }
}

private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Runs `body` beside a server at the place, and ends the server by graceful shutdown.
private func serving(
    _ place: ConsoleServer.Place,
    _ backend: Echo = Echo(),
    limits: ConsoleLimits = ConsoleLimits(),
    _ body: @Sendable (Int) async throws -> Void
) async throws {
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let server = ConsoleServer(place, backend: backend, limits: limits, logger: quiet) {
        continuation.yield($0)
    }
    let group = ServiceGroup(configuration: .init(services: [server], logger: quiet))
    let running = Task {
        defer { continuation.finish() }
        try await group.run()
    }
    var iterator = ports.makeAsyncIterator()
    if let port = await iterator.next() {
        try await body(port)
        await group.triggerGracefulShutdown()
    }
    try await running.value
}

/// A path for a socket, in a folder of its own.
private func socketPath() throws -> String {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString.prefix(8))
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder.appending(path: "peerage.sock").path
}

@Suite("API on its sockets")
struct ConsoleServerTests {
    @Test("a question by the control socket is answered, with exit status and messages")
    func control() async throws {
        let path = try socketPath()
        try await serving(.control(path: path)) { _ in
            let request = ConsoleRequest(path: "/a/b", parameters: ["x": "1 + ä&=", "y": "2"])
            let answer = try await ControlClient.ask(path, request)
            #expect(answer?.status == 200)
            #expect(answer?.body == "GET /a/b x=1 + ä&=&y=2 control\n")
            #expect(answer?.exitStatus == 3)
            #expect(answer?.messages == ["peerage: Zürich\nsays \"hello\""])
            let order = ConsoleRequest(method: "POST", path: "/c", parameters: ["name": "er1"])
            let taken = try await ControlClient.ask(path, order)
            #expect(taken?.body == "POST /c name=er1 control\n")
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("nobody but the collector's user may connect to the control socket")
    func permissions() async throws {
        let path = try socketPath()
        try await serving(.control(path: path)) { _ in
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test("no collector: no answer, and no error; what a dead one left is replaced")
    func nobody() async throws {
        let path = try socketPath()
        let none = try await ControlClient.ask(path, ConsoleRequest(path: "/"))
        #expect(none == nil)
        try leaveSocket(at: path)
        #expect(FileManager.default.fileExists(atPath: path))
        let still = try await ControlClient.ask(path, ConsoleRequest(path: "/"))
        #expect(still == nil)
        try await serving(.control(path: path)) { _ in
            let answer = try await ControlClient.ask(path, ConsoleRequest(path: "/"))
            #expect(answer != nil)
        }
    }

    @Test("a second collector does not take the control socket of the first")
    func second() async throws {
        let path = try socketPath()
        try await serving(.control(path: path)) { _ in
            await #expect(throws: ConsoleServer.Problem.self) {
                try await serving(.control(path: path)) { _ in }
            }
            let answer = try await ControlClient.ask(path, ConsoleRequest(path: "/"))
            #expect(answer != nil)
        }
    }

    @Test("a file that is no socket is left alone")
    func foreignFile() async throws {
        let path = try socketPath()
        try Data("mine".utf8).write(to: URL(filePath: path))
        await #expect(throws: ConsoleServer.Problem.self) {
            try await serving(.control(path: path)) { _ in }
        }
        #expect(FileManager.default.contents(atPath: path) == Data("mine".utf8))
    }

    @Test("the console's port says where a request came in, and how its answer is to be taken")
    func console() async throws {
        try await serving(.console(address: "127.0.0.1", port: 0)) { port in
            let url = "http://127.0.0.1:\(port)"
            let request = HTTPClientRequest(url: "\(url)/x?a=b%20c")
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
            let body = try await response.body.collect(upTo: 1000)
            #expect(String(buffer: body) == "GET /x a=b c console\n")
            #expect(response.headers.first(name: "X-Content-Type-Options") == "nosniff")
            #expect(response.headers.first(name: "Cache-Control") == "no-store")
            var head = HTTPClientRequest(url: "\(url)/x")
            head.method = .HEAD
            let headed = try await HTTPClient.shared.execute(head, timeout: .seconds(10))
            #expect(headed.headers.first(name: "Content-Length") == "16")
            let missing = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: "\(url)/missing"),
                timeout: .seconds(10)
            )
            #expect(missing.status.code == 404)
        }
    }

    @Test("a body that is too long, or is no object, is refused with the reason")
    func bodies() async throws {
        try await serving(.console(address: "127.0.0.1", port: 0)) { port in
            for (octets, status) in [(300_000, 413), (10, 400)] {
                var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/x")
                request.method = .POST
                request.headers.add(name: "Content-Type", value: "application/json")
                request.body = .bytes([UInt8](repeating: 0x61, count: octets))
                let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
                #expect(Int(response.status.code) == status)
            }
        }
    }

    @Test("an answer that takes too long ends as one")
    func slowAnswer() async throws {
        var limits = ConsoleLimits()
        limits.answerTime = .milliseconds(50)
        let path = try socketPath()
        try await serving(.control(path: path), Echo(delay: .seconds(30)), limits: limits) { _ in
            let answer = try await ControlClient.ask(path, ConsoleRequest(path: "/"))
            #expect(answer?.status == 503)
            #expect(answer?.exitStatus == 1)
        }
    }

    @Test("work that takes its time has it, and its answer arrives")
    func unhurriedAnswer() async throws {
        var limits = ConsoleLimits()
        limits.answerTime = .milliseconds(50)
        limits.exchangeSeconds = 1
        let path = try socketPath()
        let backend = Echo(delay: .seconds(4))
        try await serving(.control(path: path), backend, limits: limits) { _ in
            let request = ConsoleRequest(path: "/unhurried")
            let answer = try await ControlClient.ask(path, request, seconds: nil)
            #expect(answer?.status == 200)
        }
    }

    @Test("hundreds of clients that never finish a request do not keep another from its answer")
    func drips() async throws {
        var limits = ConsoleLimits()
        limits.idleSeconds = 1
        limits.connections = 64
        try await serving(.console(address: "127.0.0.1", port: 0), limits: limits) { port in
            let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            var drips: [any Channel] = []
            for _ in 0..<200 {
                let channel = try await bootstrap.connect(host: "127.0.0.1", port: port).get()
                // One that waited too long for its turn is closed before it says anything.
                try? await channel.writeAndFlush(ByteBuffer(string: "GET / HT"))
                drips.append(channel)
            }
            let request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/x")
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
            #expect(response.status == .ok)
            for drip in drips { try? await drip.close().get() }
        }
    }
}
