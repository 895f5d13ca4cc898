// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// Asks a running collector by its control socket.
public enum ControlClient {
    /// Octets of an answer that are taken at most.
    private static let mostOctets = 1 << 30

    /// Asks the collector that listens at `path`.
    ///
    /// - Parameters:
    ///   - path: Of the control socket.
    ///   - request: What to ask; its parameters go into the query, those of a POST into the body.
    ///   - seconds: How long to wait for the answer; nil for as long as it takes.
    /// - Returns: The answer, whatever its status; nil when no collector listens there.
    /// - Throws: When one seems to be there, and gives no answer.
    public static func ask(
        _ path: String,
        _ request: ConsoleRequest,
        seconds: Int64? = 60
    ) async throws(ControlError) -> ConsoleResponse? {
        guard path.utf8.count <= 107 else {
            throw ControlError("\(path) is longer than a socket's path may be")
        }
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(5)),
            decompression: .disabled
        )
        configuration.httpVersion = .http1Only
        // Nobody who is not there now is waited for.
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: configuration
        )
        let result: Result<ConsoleResponse?, ControlError>
        do {
            let answer = try await patiently {
                let deadline = seconds.map { NIODeadline.now() + .seconds($0) }
                return try await client.execute(
                    httpRequest(path, request),
                    deadline: deadline ?? .distantFuture
                )
            }
            result = .success(try await response(answer))
        } catch {
            result = explained(error, path: path)
        }
        try? await client.shutdown()
        return try result.get()
    }

    /// Tries again for some seconds while so many connect that the kernel's queue is full.
    private static func patiently<Answer>(
        _ attempt: () async throws -> Answer
    ) async throws -> Answer {
        for _ in 0..<100 {
            do {
                return try await attempt()
            } catch let error as IOError where error.errnoCode == EAGAIN {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        return try await attempt()
    }

    private static func httpRequest(
        _ path: String,
        _ request: ConsoleRequest
    ) -> HTTPClientRequest {
        let asked = request.path.split(separator: "/", omittingEmptySubsequences: false)
            .map { FormText.encoded(String($0)) }
            .joined(separator: "/")
        let form = FormText.text(request.parameters)
        var url = "http+unix://\(FormText.encoded(path))\(asked)"
        if request.method != "POST", !form.isEmpty { url += "?\(form)" }
        var result = HTTPClientRequest(url: url)
        result.method = HTTPMethod(rawValue: request.method)
        if request.method == "POST" {
            result.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
            result.body = .bytes(ByteBuffer(string: form))
        }
        return result
    }

    private static func response(_ answer: HTTPClientResponse) async throws -> ConsoleResponse {
        let body = try await answer.body.collect(upTo: mostOctets)
        return ConsoleResponse(
            status: Int(answer.status.code),
            contentType: answer.headers.first(name: "Content-Type") ?? "",
            body: String(buffer: body),
            exitStatus: answer.headers.first(name: AnswerHeader.exitStatus).flatMap(Int32.init)
                ?? (answer.status.code < 400 ? 0 : 1),
            messages: answer.headers.first(name: AnswerHeader.messages)
                .map(AnswerHeader.messages) ?? []
        )
    }

    private static func explained(
        _ error: any Error,
        path: String
    ) -> Result<ConsoleResponse?, ControlError> {
        if let error = error as? IOError {
            switch error.errnoCode {
            case ENOENT, ECONNREFUSED: return .success(nil)
            case EACCES, EPERM:
                return .failure(
                    ControlError("permission denied: \(path) is open to the collector's user only")
                )
            case EAGAIN: return .failure(ControlError("the collector at \(path) is overwhelmed"))
            default: break
            }
        }
        if let error = error as? HTTPClientError {
            let timeouts: [HTTPClientError] = [
                .deadlineExceeded, .connectTimeout, .readTimeout, .writeTimeout,
            ]
            if timeouts.contains(error) {
                return .failure(ControlError("the collector at \(path) does not answer"))
            }
        }
        return .failure(ControlError("the collector at \(path) cannot be asked: \(error)"))
    }
}

/// Why a running collector could not be asked, in one sentence.
public struct ControlError: Error, Equatable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
