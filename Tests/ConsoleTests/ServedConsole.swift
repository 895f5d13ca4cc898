// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Console
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import Synchronization

/// Holds up who waits at it until it is opened, for good.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Does not listen when it is cancelled.
    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// Answers with what it was asked, so that a test sees what arrived.
struct EchoBackend: ConsoleBackend {
    /// What holds up the answer to `/stuck`.
    let gate = Gate()

    func answer(_ request: ConsoleRequest) async -> ConsoleResponse {
        switch request.path {
        case "/health/ready": return ConsoleResponse(status: 503, body: "{\"ready\":false}\n")
        case "/metrics":
            return ConsoleResponse(contentType: "text/plain; version=0.0.4", body: "a 1\n")
        case "/stuck":
            await gate.wait()
            return ConsoleResponse(body: "late")
        case "/messages":
            return ConsoleResponse(
                status: 400,
                body: "no",
                exitStatus: 3,
                messages: ["line\nfeed", "Köln \u{202e}", "\"quoted\\\""]
            )
        case "/get-only" where request.method == "POST": return refused(takes: ["GET"])
        case "/unknown":
            return ConsoleResponse(status: 404, body: "{\"error\":\"no such thing\"}\n")
        default:
            return ConsoleResponse(
                body: ([request.method, request.path, "\(request.entrance)"]
                    + request.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
                    .joined(separator: " ")
            )
        }
    }

    private func refused(takes methods: [String]) -> ConsoleResponse {
        var response = ConsoleResponse(status: 405, body: "{\"error\":\"not so\"}\n")
        response.methods = methods
        return response
    }

}

/// A folder of its own for a socket, gone at the end.
func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let folder = "/tmp/Peerage-\(UInt32.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    let result: Swift.Result<Result, any Error>
    do { result = .success(try await body(folder)) } catch { result = .failure(error) }
    try? FileManager.default.removeItem(atPath: folder)
    return try result.get()
}

/// Serves at `place` while `body` runs, which is given the port.
func serving<Result: Sendable>(
    _ place: ConsoleServer.Place,
    limits: ConsoleLimits = ConsoleLimits(),
    backend: EchoBackend = EchoBackend(),
    _ body: (Int) async throws -> Result
) async throws -> Result {
    defer { backend.gate.open() }
    let (listening, continuation) = AsyncStream<Int>.makeStream()
    let server = ConsoleServer(
        place,
        backend: backend,
        limits: limits,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        started: { port in
            continuation.yield(port)
            continuation.finish()
        }
    )
    let running = Task {
        defer { continuation.finish() }
        try await server.run()
    }
    for await port in listening {
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(port)) } catch { result = .failure(error) }
        backend.gate.open()
        running.cancel()
        try? await running.value
        return try result.get()
    }
    try await running.value
    throw NeverServed()
}

struct NeverServed: Error {}

/// Asks the console's port as any client would.
func ask(
    _ port: Int,
    _ target: String,
    method: HTTPMethod = .GET,
    headers: HTTPHeaders = HTTPHeaders(),
    body: String? = nil
) async throws -> (response: HTTPClientResponse, text: String) {
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(target)")
    request.method = method
    request.headers = headers
    if let body { request.body = .bytes(ByteBuffer(string: body)) }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
    let text = try await String(buffer: response.body.collect(upTo: 1 << 20))
    return (response, text)
}
