// SPDX-License-Identifier: Apache-2.0

public import Model

/// What operations are told: an alert was raised or resolved, with its numbers.
public struct AlertEvent: Equatable, Sendable {
    public var transition: AlertState.Transition
    /// Identifier of the rule.
    public var rule: String
    public var type: AlertRule.Condition
    public var severity: AlertRule.Severity
    /// "transit-1 ingress".
    public var object: String
    /// What was measured in ``slot``, in ``unit``.
    public var value: Double
    /// The limit that was crossed: the upper one when raised, the lower one when resolved.
    public var limit: Double
    public var unit: String
    /// Start of the first of the slots that led here, in seconds since 1970-01-01 00:00 UTC.
    public var since: Int64
    /// Start of the slot that decided, in seconds since 1970-01-01 00:00 UTC.
    public var slot: Int64
    /// Half the width of the 95 % confidence interval of the traffic, in percent of it.
    public var intervalPercent: Double
    /// Who had the most traffic in that slot, most first.
    public var causes: [Cause]
    /// Whom to call.
    public var contacts: [String]
    public var runbook: String?

    /// A peer and what it had in the slot.
    public struct Cause: Equatable, Sendable {
        /// ``ASN/zero`` when not known.
        public var peerAS: ASN
        public var octets: UInt64

        public init(peerAS: ASN, octets: UInt64) {
            self.peerAS = peerAS
            self.octets = octets
        }
    }

    /// The same for every event of one rule and object, so that a receiver can match them.
    public var fingerprint: String { Fingerprint.text(rule, object) }

    init(_ transition: AlertState.Transition, rule: AlertRule, record: AlertRecord) {
        self.transition = transition
        self.rule = rule.id
        type = rule.type
        severity = rule.severity
        object = record.object
        value = record.value
        limit = transition == .raised ? rule.raiseAbove : rule.clearBelow
        unit = "percent"
        since = record.since
        slot = record.slot
        intervalPercent = 0
        causes = []
        contacts = []
        runbook = rule.runbook
    }

    /// The event whose delivery `record` still waits for, rebuilt from it; nil when none is due.
    ///
    /// What the record does not keep, causes and interval, is empty.
    public init?(undelivered record: AlertRecord, of rule: AlertRule) {
        guard !record.isDelivered, record.rule == rule.id else { return nil }
        switch AlertState(word: record.state, count: record.count) {
        case .firing, .clearing: self.init(.raised, rule: rule, record: record)
        case .inactive, .pending: self.init(.resolved, rule: rule, record: record)
        }
    }
}

/// FNV-1a, 64 bits: the same text gives the same number on every machine and in every version.
enum Fingerprint {
    /// Sixteen hexadecimal digits for two texts, kept apart by a zero octet.
    static func text(_ first: String, _ second: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for octet in Array(first.utf8) + [0] + Array(second.utf8) {
            hash = (hash ^ UInt64(octet)) &* 0x0000_0100_0000_01b3
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
