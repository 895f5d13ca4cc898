// SPDX-License-Identifier: Apache-2.0

import Attribution
import Model
import Reporting
import Routing

/// Why a flow was attributed as it was, for people and for scripts.
struct ExplanationDocument {
    /// A record with its explanation; nil when its datagram is refused.
    typealias Item = (record: FlowRecord, explanation: RecordExplanation?)

    let items: [Item]
    private let batch: FlowBatch
    /// Why the datagram is refused, where it is.
    private let refusal: RefusalReason
    var inventory = Inventory()
    /// Whether the exporter is not listed but held apart, as if it were.
    var isHeld = false

    init(
        _ explained: [(record: FlowRecord, explanation: RecordExplanation)],
        of batch: FlowBatch
    ) {
        items = explained.map { ($0.record, $0.explanation) }
        self.batch = batch
        refusal = .unknownExporter
    }

    /// Records of a datagram that is refused.
    init(refused: [FlowRecord], for reason: RefusalReason, of batch: FlowBatch) {
        items = refused.map { ($0, nil) }
        self.batch = batch
        refusal = reason
    }

    /// One object; the second flow of a biflow stands within, as `reverse`.
    var json: JSONValue {
        var members = items.first.map(members) ?? []
        if items.count > 1 { members.append(.init("reverse", .object(self.members(items[1])))) }
        return .object(members)
    }

    private func members(_ item: Item) -> [JSONValue.Member] {
        var members: [JSONValue.Member] = [.init("record", json(item.record))]
        guard let explanation = item.explanation else {
            members += [
                .init("exporter", .null), .init("refused", .string(refusal.word)),
                .init("sides", .array([])),
            ]
            return members
        }
        members.append(.init("exporter", .string(name(explanation.exporter))))
        if isHeld {
            members.append(.init("refused", .string(RefusalReason.quarantined.word)))
        } else if let refusal = explanation.refusal {
            members.append(.init("refused", .string(refusal.rawValue)))
        }
        members.append(.init("rate", rate(explanation)))
        if let posting = explanation.posting {
            members += [
                .init("start", .string(Timestamp.text(nanoseconds: posting.start))),
                .init("end", .string(Timestamp.text(nanoseconds: posting.end))),
                .init("clamped", .bool(posting.isClamped)),
                .init("converted", .bool(posting.isConverted)),
            ]
        }
        let sides = [explanation.ingress, explanation.egress]
        members.append(.init("sides", .array(sides.map { json($0, of: explanation) })))
        return members
    }

    /// Why the datagram of a record is refused: the word, and what it means.
    func refusal(of record: FlowRecord) -> (word: String, meaning: String) {
        let meaning =
            refusal == .duplicate
            ? "its datagram came a moment before, octet for octet"
            : "\(record.exporter) is not listed"
        return (refusal.word, meaning)
    }

    func name(_ exporter: UInt16) -> String { inventory.exporters[Int(exporter)].name }

    private func json(_ record: FlowRecord) -> JSONValue {
        var members: DecodedFlow.Members = [
            ("receivedAt", .string(Timestamp.text(nanoseconds: record.arrival))),
            ("exporter", .string("\(record.exporter)")),
            ("protocol", .string(record.flowProtocol.word)),
        ]
        members += DecodedFlow.members(record, number: record.number, in: batch)
        return .object(members.map { JSONValue.Member($0.0, $0.1) })
    }

    private func rate(_ explanation: RecordExplanation) -> JSONValue {
        let steps = RateSteps(explanation)
        return [
            "samplingRate": .number(explanation.rate.value),
            "samplingSource": .string(explanation.rateSource.word),
            "scaledOctets": explanation.posting.map { .unsigned($0.measure.octets) } ?? .null,
            "scaledPackets": explanation.posting.map { .unsigned($0.measure.packets) } ?? .null,
            "steps": .array(
                steps.steps.map { step in
                    [
                        "step": .string(step.name),
                        "rate": step.rate.map { .number($0.value) } ?? .null,
                        "result": .string(step.result),
                        "decided": .bool(step.isTaken),
                    ]
                }
            ),
        ]
    }

    private func json(
        _ side: RecordExplanation.Side,
        of explanation: RecordExplanation
    ) -> JSONValue {
        let words = SideWords(side, inventory)
        let evidence = side.evidence
        let peer = evidence.flatMap { $0.peer == .zero ? nil : $0.peer }
        return [
            "direction": .string(words.direction),
            "interface": side.interface.map { .unsigned(UInt64($0)) } ?? .null,
            "role": words.role.map(JSONValue.string) ?? .null,
            "observed": explanation.observed.map { .string(SideWords.word($0)) } ?? .null,
            "countingSource": side.countingSource.map { .string($0.rawValue) } ?? .null,
            "outcome": words.outcome.map(JSONValue.string) ?? .null,
            "reason": words.reason.map(JSONValue.string) ?? .null,
            "evidence": evidence.map(EvidenceWords.json) ?? .null,
            "rungs": .array(
                RungSteps(side, inventory).steps.map { step in
                    [
                        "rung": .string(step.rung.word), "tried": .string(step.tried),
                        "result": .string(step.result), "decided": .bool(step.isDecisive),
                    ]
                }
            ),
            "rung": evidence.map { .string($0.rung.word) } ?? .null,
            "interconnect": words.interconnect.map { .string($0.id) } ?? .null,
            "peerAS": peer.map { .unsigned(UInt64($0.rawValue)) } ?? .null,
            "path": evidence.map { JSONValue($0.asPath) } ?? .array([]),
        ]
    }
}
