// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Console
import Foundation
import Logging
import NIOCore
import NIOHTTP1

/// Answers with what it was asked, so that a test sees what arrived.
struct EchoBackend: ConsoleBackend {
    func answer(_ request: ConsoleRequest) async -> ConsoleResponse {
        switch request.path {
        case "/health/ready": ConsoleResponse(status: 503, body: "{\"ready\":false}\n")
        case "/metrics": ConsoleResponse(contentType: "text/plain; version=0.0.4", body: "a 1\n")
        case "/stuck": await stuck()
        case "/messages":
            ConsoleResponse(
                status: 400,
                body: "no",
                exitStatus: 3,
                messages: ["line\nfeed", "Köln \u{202e}", "\"quoted\\\""]
            )
        case "/get-only" where request.method == "POST": refused(takes: ["GET"])
        case "/unknown": ConsoleResponse(status: 404, body: "{\"error\":\"no such thing\"}\n")
        default:
            ConsoleResponse(
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

    /// Does not listen when it is cancelled.
    private func stuck() async -> ConsoleResponse {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().asyncAfter(deadline: .now() + 20) { continuation.resume() }
        }
        return ConsoleResponse(body: "late")
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
    _ body: (Int) async throws -> Result
) async throws -> Result {
    let (listening, continuation) = AsyncStream<Int>.makeStream()
    let server = ConsoleServer(
        place,
        backend: EchoBackend(),
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
