// SPDX-License-Identifier: Apache-2.0

public import Model

/// What one slot measured for a rule.
public struct AlertReading: Equatable, Sendable {
    /// Start of the slot, in seconds since 1970-01-01 00:00 UTC.
    public var slot: Int64
    /// In the unit of the rule's limits; nil when there is no data, or no number.
    public private(set) var value: Double?
    /// Half the width of the 95 % confidence interval, in percent.
    public var intervalPercent: Double

    public init(slot: Int64, value: Double?, intervalPercent: Double = 0) {
        self.slot = slot
        self.value = value.flatMap { $0.isFinite ? $0 : nil }
        self.intervalPercent = intervalPercent
    }
}

/// A rule, one of its objects, and the slots since it was last looked at.
///
/// A pure function of its input: it reads no clock and no store. Slots that the record has seen are
/// passed over, so that evaluating twice tells nothing twice.
public struct AlertEvaluation: Equatable, Sendable {
    /// Where the alert stands now; nil when there never was a reading.
    public var record: AlertRecord?
    /// What happened on the way, in order.
    public var events: [AlertEvent] = []

    /// Evaluates `readings`, which ascend by slot, beginning from `previous`.
    ///
    /// - Parameters:
    ///   - rule: The rule; it has no ``AlertRule/problem``.
    ///   - object: What the readings are of, as ``AlertObject/name`` has it.
    ///   - readings: One a slot; a slot that is left out has no data.
    ///   - previous: Where the alert stood; nil for one never evaluated.
    ///   - causes: Who had the most traffic in a slot; asked only for events.
    public init(
        _ rule: AlertRule,
        object: String,
        readings: some Sequence<AlertReading>,
        after previous: AlertRecord?,
        causes: (_ slot: Int64) -> [AlertEvent.Cause] = { _ in [] }
    ) {
        record = previous
        for reading in readings {
            var next = record ?? Self.fresh(rule, object, at: reading.slot)
            guard record == nil || reading.slot > next.slot else { continue }
            let event = Self.take(reading, by: rule, into: &next)
            record = next
            if var event {
                event.causes = causes(reading.slot)
                events.append(event)
            }
        }
    }

    private static func fresh(_ rule: AlertRule, _ object: String, at slot: Int64) -> AlertRecord {
        AlertRecord(
            rule: rule.id,
            object: object,
            state: AlertState.inactive.word,
            since: slot,
            count: 0,
            slot: slot,
            value: 0,
            isDelivered: true
        )
    }

    /// Moves `record` on by one reading.
    private static func take(
        _ reading: AlertReading,
        by rule: AlertRule,
        into record: inout AlertRecord
    ) -> AlertEvent? {
        let old = AlertState(word: record.state, count: record.count)
        let first = record.since
        var state = old
        let transition = state.advance(
            rule.observation(of: reading.value),
            forSlots: rule.forSlots,
            clearForSlots: rule.clearForSlots
        )
        if state.word != old.word { record.since = reading.slot }
        record.state = state.word
        record.count = state.count
        record.slot = reading.slot
        record.value = reading.value ?? record.value
        guard let transition else { return nil }
        record.isDelivered = false
        record.waiting = []
        var event = AlertEvent(transition, rule: rule, record: record)
        event.intervalPercent = reading.intervalPercent
        switch old {
        case .pending, .clearing: event.since = first
        case .inactive, .firing: event.since = reading.slot
        }
        return event
    }
}

extension AlertRule {
    /// How `value` compares with the limits.
    func observation(of value: Double?) -> AlertState.Observation {
        guard let value else { return .noData }
        if value > raiseAbove { return .above }
        return value < clearBelow ? .below : .between
    }
}
