// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Asks a running collector over its control socket.
public enum ControlClient {
    /// Why there is no answer although a collector seems to run.
    public struct Problem: Error, CustomStringConvertible {
        public let description: String
    }

    /// How long a collector may take to answer.
    private static let longestAnswer: TimeAmount = .seconds(60)
    /// The longest answer that is taken, in octets.
    private static let longestBody = 256 << 20

    /// Asks the collector that serves at `path`.
    ///
    /// - Parameters:
    ///   - path: Of the control socket.
    ///   - request: What is asked.
    /// - Returns: The answer; nil when no collector serves there.
    /// - Throws: `Problem` when one does and does not answer.
    public static func ask(
        _ path: String,
        _ request: ConsoleRequest
    ) async throws -> ConsoleResponse? {
        guard try await isServed(path) else { return nil }
        do {
            return try await exchange(path, request)
        } catch {
            throw Problem(description: "the collector at \(path) does not answer: \(error)")
        }
    }

    /// Whether somebody takes connections at `path`.
    static func isServed(_ path: String) async throws -> Bool {
        do {
            let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            let channel = try await bootstrap.connect(unixDomainSocketPath: path).get()
            try? await channel.close().get()
            return true
        } catch let error as IOError {
            switch error.errnoCode {
            case ENOENT, ECONNREFUSED, ENOTDIR: return false
            case EACCES, EPERM:
                throw Problem(
                    description: "\(path): a collector may run, and its control socket is not for "
                        + "this user"
                )
            default: throw Problem(description: "\(path): \(error)")
            }
        } catch {
            throw Problem(description: "\(path): \(error)")
        }
    }

    private static func exchange(
        _ path: String,
        _ request: ConsoleRequest
    ) async throws -> ConsoleResponse {
        var query = URLComponents()
        query.path = request.path
        let isRead = request.method == "GET"
        if isRead, !request.parameters.isEmpty {
            query.queryItems = request.parameters.sorted { $0.key < $1.key }
                .map { URLQueryItem(name: $0.key, value: $0.value) }
            // A query decoder may take "+" for a blank.
            query.percentEncodedQuery = query.percentEncodedQuery?
                .replacingOccurrences(of: "+", with: "%2B")
        }
        guard let url = URL(httpURLWithSocketPath: path, uri: query.string ?? request.path) else {
            throw Problem(description: "'\(path)' is no path of a socket")
        }
        var outgoing = HTTPClientRequest(url: url.absoluteString)
        outgoing.method = HTTPMethod(rawValue: request.method)
        if !isRead {
            outgoing.headers.add(name: "Content-Type", value: "application/json")
            outgoing.body = .bytes(try JSONEncoder().encode(request.parameters))
        }
        let response = try await HTTPClient.shared.execute(outgoing, timeout: longestAnswer)
        let body = try await response.body.collect(upTo: longestBody)
        let headers = response.headers
        return ConsoleResponse(
            status: Int(response.status.code),
            contentType: headers.first(name: "Content-Type") ?? "",
            body: String(buffer: body),
            exitStatus: headers.first(name: "Peerage-Exit-Status").flatMap { Int32($0) } ?? 1,
            messages: messages(headers.first(name: "Peerage-Messages"))
        )
    }

    private static func messages(_ text: String?) -> [String] {
        guard let text else { return [] }
        return (try? JSONDecoder().decode([String].self, from: Data(text.utf8))) ?? [text]
    }
}
