// SPDX-License-Identifier: Apache-2.0

/// Where one alert stands, as it is kept between evaluations.
public struct AlertRecord: Equatable, Sendable {
    /// Identifier of the rule.
    public var rule: String
    /// What it is about: the identifier of an interconnect, with the direction.
    public var object: String
    /// "inactive", "pending", "firing" or "clearing".
    public var state: String
    /// Start of the slot in which it entered that state, in seconds since 1970-01-01 00:00 UTC.
    public var since: Int64
    /// Consecutive slots that count towards the next state.
    public var count: Int
    /// The last slot evaluated, in seconds since 1970-01-01 00:00 UTC.
    public var slot: Int64
    /// What was measured in that slot, in the unit of the rule's limit.
    public var value: Double
    /// Whether the last transition has been delivered.
    public var isDelivered: Bool
    /// While it is not: the addresses of those who have not taken it; empty for all.
    public var waiting: [String] = []

    /// Whether the alert has been raised and not resolved.
    public var isFiring: Bool { state == "firing" || state == "clearing" }

    public init(
        rule: String,
        object: String,
        state: String,
        since: Int64,
        count: Int,
        slot: Int64,
        value: Double,
        isDelivered: Bool
    ) {
        self.rule = rule
        self.object = object
        self.state = state
        self.since = since
        self.count = count
        self.slot = slot
        self.value = value
        self.isDelivered = isDelivered
    }
}
