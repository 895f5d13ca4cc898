// SPDX-License-Identifier: Apache-2.0

import Alerting
import Crypto
import Foundation
import Model
import Testing

@testable import Notification

@Suite("Webhook")
struct WebhookTests {
    static let rule = AlertRule(
        id: "transit-1-busy",
        raiseAbove: 80,
        clearBelow: 70,
        forSlots: 1,
        severity: .warning,
        runbook: "https://wiki.example/transit"
    )

    /// Raised in the slot of 2026-10-01 00:05 UTC.
    static func event() throws -> AlertEvent {
        let evaluation = AlertEvaluation(
            rule,
            object: "transit-1 egress",
            readings: [
                AlertReading(slot: 1_790_813_100, value: 91.5, intervalPercent: 0.25)
            ],
            after: nil,
            causes: { _ in
                [
                    AlertEvent.Cause(peerAS: ASN(rawValue: 64510), octets: 3_431_250_000),
                    AlertEvent.Cause(peerAS: .zero, octets: 5),
                ]
            }
        )
        return try #require(evaluation.events.first)
    }

    static func webhook(_ receiver: HTTPReceiver, secret: String? = nil) -> Webhook {
        var webhook = Webhook(url: receiver.url, secret: secret.map { Array($0.utf8) })
        webhook.backoffMilliseconds = 1
        return webhook
    }

    static let body = """
        {"causes":[{"octets":3431250000,"peerAS":64510},{"octets":5}],"contacts":[],\
        "event":"raised","fingerprint":"FINGERPRINT","intervalPercent":0.25,"limit":80,\
        "links":{"console":"https://peerage.example/","runbook":"https://wiki.example/transit"},\
        "object":"transit-1 egress","rule":"transit-1-busy","severity":"warning",\
        "since":"2026-10-01T00:05:00Z","slot":"2026-10-01T00:05:00Z","type":"utilization",\
        "unit":"percent","value":91.5,"version":1}
        """

    @Test("the body has the keys of the contract")
    func body() async throws {
        let event = try Self.event()
        try await HTTPReceiver.run([.status(204)]) { receiver in
            var webhook = Self.webhook(receiver)
            webhook.console = "https://peerage.example/"
            let delivery = await webhook.deliver(event)
            #expect(delivery == .delivered(status: 204, attempts: 1))
            let request = try #require(receiver.requests.first)
            #expect(request.line == "POST /hook HTTP/1.1")
            #expect(request.headers["content-type"] == "application/json")
            let expected = Self.body.replacing("FINGERPRINT", with: event.fingerprint)
            #expect(request.body == expected)
            #expect(request.headers["x-peerage-signature"] == nil)
        }
    }

    @Test("with a secret the body is signed, so that a receiver can check who sent it")
    func signature() async throws {
        let event = try Self.event()
        try await HTTPReceiver.run([.status(200)]) { receiver in
            let delivery = await Self.webhook(receiver, secret: "hush").deliver(event)
            #expect(delivery.isDelivered)
            let request = try #require(receiver.requests.first)
            let header = try #require(request.headers["x-peerage-signature"])
            #expect(header.hasPrefix("sha256="))
            let digits = Array(header.dropFirst(7))
            #expect(digits.count == 64)
            let code = stride(from: 0, to: 64, by: 2).compactMap { index in
                UInt8(String(digits[index...index + 1]), radix: 16)
            }
            #expect(
                HMAC<SHA256>.isValidAuthenticationCode(
                    code,
                    authenticating: Array(request.body.utf8),
                    using: SymmetricKey(data: Array("hush".utf8))
                )
            )
        }
    }

    @Test("the signature is that of RFC 4231, test case 2")
    func signatureVector() {
        let signature = Webhook.signature(
            of: Array("what do ya want for nothing?".utf8),
            secret: Array("Jefe".utf8)
        )
        #expect(
            signature
                == "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        )
    }

    struct Story: CustomTestStringConvertible, Sendable {
        let name: String
        let answers: [HTTPReceiver.Answer]
        let requests: Int
        /// nil for a failure.
        let status: Int?

        var testDescription: String { name }
    }

    @Test(
        "tries again what may get better, and nothing else",
        arguments: [
            Story(
                name: "a receiver that is restarting",
                answers: [.status(503), .hangUp, .status(429), .status(201)],
                requests: 4,
                status: 201
            ),
            Story(
                name: "a receiver that stays down",
                answers: [.status(500)],
                requests: 4,
                status: nil
            ),
            Story(
                name: "a receiver that does not know us",
                answers: [.status(403), .status(200)],
                requests: 1,
                status: nil
            ),
            Story(
                name: "a receiver that sends us elsewhere",
                answers: [.status(307), .status(200)],
                requests: 1,
                status: nil
            ),
        ]
    )
    func retries(_ story: Story) async throws {
        let event = try Self.event()
        try await HTTPReceiver.run(story.answers) { receiver in
            let delivery = await Self.webhook(receiver).deliver(event)
            switch delivery {
            case .delivered(let status, let attempts):
                #expect(status == story.status)
                #expect(attempts == story.requests)
            case .failed(let reason, let attempts):
                #expect(story.status == nil, "\(reason)")
                #expect(attempts == story.requests)
            }
            #expect(receiver.requests.count == story.requests)
            #expect(Set(receiver.requests.map(\.body)).count == 1)
        }
    }

    @Test("a receiver that says nothing is given up after the timeout")
    func timeout() async throws {
        let event = try Self.event()
        try await HTTPReceiver.run([.silence]) { receiver in
            var webhook = Self.webhook(receiver)
            webhook.timeoutSeconds = 1
            webhook.retries = 0
            let delivery = await webhook.deliver(event)
            #expect(!delivery.isDelivered)
            #expect(receiver.requests.count == 1)
        }
    }

    @Test("an address that is none fails at once", arguments: ["nonsense", "http:///", "ftp://x/"])
    func badAddress(_ url: String) async throws {
        var webhook = Webhook(url: url)
        webhook.backoffMilliseconds = 1
        guard case .failed(_, let attempts) = await webhook.deliver(try Self.event()) else {
            Issue.record("delivered to \(url)")
            return
        }
        #expect(attempts == 1)
    }

    @Test("nobody listening is a failure with a reason")
    func nobody() async throws {
        let event = try Self.event()
        var address = ""
        try await HTTPReceiver.run([]) { address = $0.url }
        var webhook = Webhook(url: address)
        webhook.backoffMilliseconds = 1
        webhook.retries = 1
        guard case .failed(let reason, 2) = await webhook.deliver(event) else {
            Issue.record("not failed after two attempts")
            return
        }
        #expect(!reason.isEmpty)
    }
}
