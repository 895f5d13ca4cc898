// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// From what HTTP brings to a ``ConsoleRequest``.
enum RequestReading {
    /// A request that is not understood.
    struct Problem: Error {
        let response: ConsoleResponse

        init(_ message: String, _ status: Int) { response = .failure(message, status) }
    }

    /// Reads the path, the query and what a body adds: a JSON object of plain values, or a form.
    static func read(
        _ request: Request,
        entrance: ConsoleRequest.Entrance,
        limits: ConsoleLimits
    ) async throws -> ConsoleRequest {
        guard let path = request.uri.path.removingPercentEncoding else {
            throw Problem("the path is not percent-encoded UTF-8", 400)
        }
        var parameters: [String: String] = [:]
        for (name, value) in request.uri.queryParameters {
            guard parameters.updateValue(String(value), forKey: String(name)) == nil else {
                throw Problem("'\(name)' is given twice", 400)
            }
        }
        let body = try await body(of: request, limits: limits)
        if !body.isEmpty {
            let type = request.headers[.contentType] ?? ""
            let added = type.hasPrefix("application/json") ? try object(body) : try form(body)
            parameters.merge(added) { $1 }
        }
        // HEAD is GET without the body (RFC 9110, section 9.3.2).
        let method = request.method == .head ? "GET" : request.method.rawValue
        return ConsoleRequest(
            method: method,
            path: path,
            parameters: parameters,
            entrance: entrance
        )
    }

    private static func body(of request: Request, limits: ConsoleLimits) async throws -> Data {
        let isPost = request.method == .post || request.method == .put
        let limit = isPost ? limits.bodyOctets : 0
        do {
            return Data(try await request.body.collect(upTo: limit).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw Problem("the body is longer than \(limit) octets", 413)
        }
    }

    private static func object(_ body: Data) throws -> [String: String] {
        guard let object = try? JSONSerialization.jsonObject(with: body) as? [String: Any] else {
            throw Problem("the body is no JSON object", 400)
        }
        return try object.mapValues { value in
            switch value {
            case let text as String: return text
            case let number as NSNumber: return "\(number)"
            default: throw Problem("the body may hold texts and numbers only", 400)
            }
        }
    }

    private static func form(_ body: Data) throws -> [String: String] {
        var components = URLComponents()
        // "+" is a blank in a form (application/x-www-form-urlencoded), and itself in a query.
        components.percentEncodedQuery = String(decoding: body, as: UTF8.self)
            .replacingOccurrences(of: "+", with: "%20")
        guard let items = components.queryItems, items.allSatisfy({ $0.value != nil }) else {
            throw Problem("the body is neither a JSON object nor a form", 400)
        }
        return Dictionary(items.map { ($0.name, $0.value ?? "") }) { $1 }
    }
}

extension ConsoleResponse {
    /// What went wrong, as every error of the API is told.
    static func failure(_ message: String, _ status: Int) -> ConsoleResponse {
        let object = try? JSONEncoder().encode(["error": message])
        return ConsoleResponse(
            status: status,
            body: String(decoding: object ?? Data(), as: UTF8.self) + "\n",
            exitStatus: status >= 500 ? 1 : 2,
            messages: ["peerage: \(message)"]
        )
    }
}
