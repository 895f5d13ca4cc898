// SPDX-License-Identifier: Apache-2.0

import Alerting
import Model
import Testing

@Suite("AlertEvaluation")
struct AlertEvaluationTests {
    static let rule = AlertRule(
        id: "transit-1-busy",
        raiseAbove: 80,
        clearBelow: 70,
        forSlots: 2,
        clearForSlots: 3,
        severity: .critical,
        runbook: "https://wiki.example/transit"
    )

    static func readings(_ values: [Double?]) -> [AlertReading] {
        values.enumerated().map { index, value in
            AlertReading(slot: Int64(index) * 300, value: value, intervalPercent: 1.5)
        }
    }

    static let day = readings([50, 85, 91.5, 88, 65, 64, 63, 40])

    @Test("the event says what was measured, against which limit, since when and by whom")
    func events() throws {
        let evaluation = AlertEvaluation(
            Self.rule,
            object: "transit-1 egress",
            readings: Self.day,
            after: nil,
            causes: { slot in
                [AlertEvent.Cause(peerAS: ASN(rawValue: 64510), octets: UInt64(slot))]
            }
        )
        try #require(evaluation.events.count == 2)
        let raised = evaluation.events[0]
        #expect(raised.transition == .raised)
        #expect(raised.rule == "transit-1-busy")
        #expect(raised.object == "transit-1 egress")
        #expect(raised.severity == .critical)
        #expect((raised.value, raised.limit) == (91.5, 80))
        #expect((raised.since, raised.slot) == (300, 600))
        #expect(raised.intervalPercent == 1.5)
        #expect(raised.causes == [AlertEvent.Cause(peerAS: ASN(rawValue: 64510), octets: 600)])
        #expect(raised.runbook == "https://wiki.example/transit")
        let resolved = evaluation.events[1]
        #expect(resolved.transition == .resolved)
        #expect((resolved.value, resolved.limit) == (63, 70))
        #expect((resolved.since, resolved.slot) == (1200, 1800))
        #expect(resolved.fingerprint == raised.fingerprint)
        let record = try #require(evaluation.record)
        #expect((record.state, record.since, record.slot) == ("inactive", 1800, 2100))
        #expect(!record.isDelivered)
    }

    @Test("an alert that was kept of slots to come is set back, and sees the slots of now")
    func setBack() throws {
        var ahead = try #require(
            AlertEvaluation(Self.rule, object: "o", readings: Self.day.prefix(2), after: nil).record
        )
        (ahead.slot, ahead.since) = (86_400, 86_400)
        let kept = ahead.setBack(to: 300)
        #expect((kept.slot, kept.since, kept.count) == (300, 300, 1))
        let readings = Self.day.dropFirst(2)
        let blind = AlertEvaluation(Self.rule, object: "o", readings: readings, after: ahead)
        #expect(blind.events.isEmpty)
        let seeing = AlertEvaluation(Self.rule, object: "o", readings: readings, after: kept)
        #expect(seeing.events.map(\.transition) == [.raised, .resolved])
        #expect(kept.setBack(to: 900) == kept)
    }

    @Test("cutting the day in two at any slot tells the same", arguments: 0...8)
    func restart(at cut: Int) {
        let whole = AlertEvaluation(Self.rule, object: "o", readings: Self.day, after: nil)
        let first = AlertEvaluation(
            Self.rule,
            object: "o",
            readings: Self.day.prefix(cut),
            after: nil
        )
        // The second run is given all slots: those already seen must not count again.
        let second = AlertEvaluation(
            Self.rule,
            object: "o",
            readings: Self.day,
            after: first.record
        )
        #expect(first.events + second.events == whole.events)
        #expect(second.record == whole.record)
    }

    @Test("a limit is exceeded above it, not at it")
    func atTheLimit() {
        let rule = AlertRule(id: "r", raiseAbove: 80, clearBelow: 70, forSlots: 1, clearForSlots: 1)
        let readings = Self.readings([80, 80.01, 70, 69.99])
        let evaluation = AlertEvaluation(rule, object: "o", readings: readings, after: nil)
        #expect(evaluation.events.map(\.slot) == [300, 900])
    }

    @Test("what is no number is no data", arguments: [nil, .nan, .infinity] as [Double?])
    func noNumber(_ value: Double?) {
        let rule = AlertRule(id: "r", raiseAbove: 80, clearBelow: 70, forSlots: 1, clearForSlots: 1)
        let readings = Self.readings([90, value, value])
        let evaluation = AlertEvaluation(rule, object: "o", readings: readings, after: nil)
        #expect(evaluation.events.map(\.transition) == [.raised])
        #expect(evaluation.record?.state == "firing")
        #expect(evaluation.record?.value == 90)
        #expect(evaluation.record?.slot == 600)
    }

    @Test("an event that was not delivered is rebuilt from the record")
    func undelivered() throws {
        let raised = AlertEvaluation(
            Self.rule,
            object: "o",
            readings: Self.day.prefix(5),
            after: nil
        )
        var record = try #require(raised.record)
        #expect(record.state == "clearing")
        let event = try #require(AlertEvent(undelivered: record, of: Self.rule))
        #expect(event.transition == .raised)
        #expect(event.fingerprint == raised.events[0].fingerprint)
        record.isDelivered = true
        #expect(AlertEvent(undelivered: record, of: Self.rule) == nil)
        record.isDelivered = false
        record.state = "inactive"
        #expect(AlertEvent(undelivered: record, of: Self.rule)?.transition == .resolved)
    }

    @Test("fingerprints are FNV-1a of rule and object, kept apart")
    func fingerprint() throws {
        func fingerprint(_ rule: String, _ object: String) throws -> String {
            let rule = AlertRule(id: rule, raiseAbove: 1, clearBelow: 0.5, forSlots: 1)
            let readings = Self.readings([2])
            let evaluation = AlertEvaluation(rule, object: object, readings: readings, after: nil)
            return try #require(evaluation.events.first).fingerprint
        }
        // FNV-1a of one zero octet: the offset basis times the prime.
        #expect(try fingerprint("", "") == "af63bd4c8601b7df")
        #expect(try fingerprint("ab", "c") != fingerprint("a", "bc"))
    }
}
