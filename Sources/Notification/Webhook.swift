// SPDX-License-Identifier: Apache-2.0

public import Alerting
import AsyncHTTPClient
import Crypto
import Foundation
import Model
import NIOCore
import NIOHTTP1

/// A receiver of alerts: an address to which each event is posted as JSON.
///
/// At least once: an event counts as delivered only when the receiver answered with success, so one
/// whose answer was lost is sent again; `fingerprint`, `event` and `slot` together say which. What
/// cannot get better (4xx other than 408 and 429, a redirection) is not tried again.
public struct Webhook: Sendable {
    public var url: String
    /// Key of the signature; nil for none.
    public var secret: [UInt8]?
    /// Address of the console, for the receiver to link to.
    public var console: String?
    /// For one attempt, in seconds.
    public var timeoutSeconds: Int64 = 10
    /// How often it is tried again after the first attempt.
    public var retries = 3
    /// Wait before the first retry, in milliseconds; twice as long before each further one.
    public var backoffMilliseconds: Int64 = 1000

    public init(url: String, secret: [UInt8]? = nil, console: String? = nil) {
        self.url = url
        self.secret = secret
        self.console = console
    }

    /// What became of an event.
    public enum Delivery: Equatable, Sendable {
        case delivered(status: Int, attempts: Int)
        /// To be tried again later; `reason` is for people.
        case failed(reason: String, attempts: Int)

        public var isDelivered: Bool {
            if case .delivered = self { true } else { false }
        }
    }

    /// Posts `event`; returns when it was taken, or when there is no use in trying on.
    public func deliver(_ event: AlertEvent) async -> Delivery {
        let body: [UInt8]
        do {
            body = try WebhookBody(event, console: console).octets()
        } catch {
            return .failed(reason: "cannot be written as JSON: \(error)", attempts: 0)
        }
        var wait = max(backoffMilliseconds, 0)
        var attempts = 0
        while true {
            attempts += 1
            let outcome = await attempt(body)
            switch outcome {
            case .taken(let status): return .delivered(status: status, attempts: attempts)
            case .refused(let reason): return .failed(reason: reason, attempts: attempts)
            case .unavailable(let reason):
                guard attempts <= retries else {
                    return .failed(reason: reason, attempts: attempts)
                }
            }
            do {
                try await Task.sleep(for: .milliseconds(wait))
            } catch {
                return .failed(reason: "cancelled", attempts: attempts)
            }
            wait = min(wait &* 2, 60_000)
        }
    }

    private enum Outcome {
        case taken(status: Int)
        /// Trying again does not help.
        case refused(reason: String)
        /// Trying again may help.
        case unavailable(reason: String)
    }

    private func attempt(_ body: [UInt8]) async -> Outcome {
        guard Self.isHTTP(url) else { return .refused(reason: "not an http or https address") }
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "User-Agent", value: "peerage")
        if let secret {
            let signature = Self.signature(of: body, secret: secret)
            request.headers.add(name: "X-Peerage-Signature", value: signature)
        }
        request.body = .bytes(body)
        do {
            let response = try await Self.client.execute(request, timeout: .seconds(timeoutSeconds))
            let status = Int(response.status.code)
            switch status {
            case 200...299: return .taken(status: status)
            case 408, 429, 500...599: return .unavailable(reason: "answered \(status)")
            default: return .refused(reason: "answered \(status)")
            }
        } catch let error as HTTPClientError where Self.isPermanent(error) {
            return .refused(reason: String(describing: error))
        } catch {
            return .unavailable(reason: String(describing: error))
        }
    }

    private static func isHTTP(_ url: String) -> Bool {
        let scheme = url.prefix { $0 != ":" }.lowercased()
        return scheme == "http" || scheme == "https"
    }

    private static func isPermanent(_ error: HTTPClientError) -> Bool {
        [.invalidURL, .emptyHost].contains(error)
    }

    /// "sha256=" and the HMAC (RFC 2104) of `body` in lower-case hexadecimal digits.
    static func signature(of body: [UInt8], secret: [UInt8]) -> String {
        let key = SymmetricKey(data: secret)
        let code = HMAC<SHA256>.authenticationCode(for: body, using: key)
        return "sha256=" + hexadecimal(code)
    }

    /// One for the process, so that connections are used again.
    ///
    /// It follows no redirection: an alert goes where it was configured to go, and nowhere else.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(10)
        // We count attempts and wait between them ourselves.
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()
}
