// SPDX-License-Identifier: Apache-2.0

import Alerting
import Foundation
import Model

/// The body of a webhook (INTERFACE section 6), its keys in alphabetical order.
///
/// The octets are signed, so the same event must always give the same ones.
struct WebhookBody: Encodable {
    /// Of this format; a key that changes its meaning raises it.
    var version = 1
    var event: String
    var rule: String
    var type: String
    var severity: String
    var object: String
    var value: Double
    var limit: Double
    var unit: String
    var since: String
    var slot: String
    var intervalPercent: Double
    var causes: [Cause]
    var contacts: [String]
    var links: Links
    var fingerprint: String

    struct Cause: Encodable {
        /// Absent when not known.
        var peerAS: UInt32?
        var octets: UInt64
    }

    struct Links: Encodable {
        var console: String?
        var runbook: String?
    }

    init(_ alert: AlertEvent, console: String?) {
        event = alert.transition.rawValue
        rule = alert.rule
        type = alert.type.rawValue
        severity = alert.severity.rawValue
        object = alert.object
        value = Self.finite(alert.value)
        limit = Self.finite(alert.limit)
        unit = alert.unit
        since = Timestamp.text(seconds: alert.since)
        slot = Timestamp.text(seconds: alert.slot)
        intervalPercent = Self.finite(alert.intervalPercent)
        causes = alert.causes.map { cause in
            let peer = cause.peerAS == .zero ? nil : cause.peerAS.rawValue
            return Cause(peerAS: peer, octets: cause.octets)
        }
        contacts = alert.contacts
        links = Links(console: console, runbook: alert.runbook)
        fingerprint = alert.fingerprint
    }

    /// JSON has no infinities; a measured value is finite, a limit too.
    private static func finite(_ value: Double) -> Double { value.isFinite ? value : 0 }

    /// The octets that are sent and signed.
    func octets() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }
}
