// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowReception
import Model
import Reporting

/// The lines of `decode`: what one datagram held, as JSON objects or as columns.
struct DecodeLines {
    private let format: DecodeFormat
    private var capture = ""
    private var datagrams: UInt64 = 0
    /// Records of earlier captures: a capture's records are numbered from 1.
    private var recordsBefore: UInt64 = 0
    private var hasHeadings = false

    init(format: DecodeFormat) { self.format = format }

    /// Begins a capture, whose datagrams and records are numbered from 1.
    mutating func begin(capture: String, recordsBefore: UInt64) {
        self.capture = capture
        self.recordsBefore = recordsBefore
        datagrams = 0
    }

    /// Writes everything one datagram held.
    mutating func write(
        _ outcome: DatagramOutcome,
        _ batch: FlowBatch,
        _ details: DecodingDetails,
        expired: [DecodingProblem],
        of captured: CapturedDatagram,
        to text: inout String
    ) {
        datagrams += 1
        switch format {
        case .jsonl:
            write(expired: expired, to: &text)
            writeObjects(outcome, batch, details, captured, &text)
        case .table: writeColumns(batch, details.problems + expired, &text)
        }
    }

    /// Writes the problems of sets whose template never came.
    func write(expired: [DecodingProblem], to text: inout String) {
        for problem in expired {
            switch format {
            case .jsonl: line([("type", "error"), ("capture", .string(capture))], problem, &text)
            case .table: text += Self.sentence(problem) + "\n"
            }
        }
    }

    private func writeObjects(
        _ outcome: DatagramOutcome,
        _ batch: FlowBatch,
        _ details: DecodingDetails,
        _ captured: CapturedDatagram,
        _ text: inout String
    ) {
        func head(_ type: String, arrival: Int64? = nil) -> [(String, JSONValue)] {
            let arrival = arrival ?? captured.arrival
            var head: [(String, JSONValue)] = [
                ("type", .string(type)), ("capture", .string(capture)),
                ("datagram", .unsigned(datagrams)),
                ("receivedAt", .string(Timestamp.text(nanoseconds: arrival))),
                ("exporter", .string("\(captured.source)")),
            ]
            if let word = outcome.flowProtocol?.word { head.append(("protocol", .string(word))) }
            if let domain = outcome.observationDomain {
                head.append(("observationDomain", .unsigned(UInt64(domain))))
            }
            if let agent = outcome.agent { head.append(("agent", .string("\(agent)"))) }
            if let subAgent = outcome.subAgent {
                head.append(("subAgent", .unsigned(UInt64(subAgent))))
            }
            return head
        }
        for notice in details.templates {
            Self.line(head("template") + DecodedDetail.members(notice), &text)
        }
        for record in details.options {
            Self.line(head("options") + DecodedDetail.members(record), &text)
        }
        for sample in details.counters {
            Self.line(head("counters") + DecodedDetail.members(sample), &text)
        }
        for sample in details.discards {
            Self.line(head("discard") + DecodedDetail.members(sample), &text)
        }
        for record in batch.records {
            let number = record.number &- recordsBefore
            let members = DecodedFlow.members(record, number: number, in: batch)
            Self.line(head("flow", arrival: record.arrival) + members, &text)
        }
        for problem in details.problems { line(head("error"), problem, &text) }
    }

    private func line(
        _ head: [(String, JSONValue)],
        _ problem: DecodingProblem,
        _ text: inout String
    ) {
        let members: [(String, JSONValue)] = [
            ("reason", .string(problem.reason.word)),
            ("subject", .string(problem.subject.description)),
            ("offset", .integer(Int64(problem.offset))),
        ]
        Self.line(head + members, &text)
    }

    private static func line(_ members: [(String, JSONValue)], _ text: inout String) {
        text += JSONValue.object(members.map { JSONValue.Member($0.0, $0.1) }).text()
        text += "\n"
    }

    // MARK: Columns

    private mutating func writeColumns(
        _ batch: FlowBatch,
        _ problems: [DecodingProblem],
        _ text: inout String
    ) {
        if !hasHeadings, !batch.records.isEmpty {
            hasHeadings = true
            text += Self.row(DecodedFlow.headings)
        }
        for record in batch.records {
            text += Self.row(DecodedFlow.cells(record, number: record.number &- recordsBefore))
        }
        for problem in problems { text += "datagram \(datagrams): \(Self.sentence(problem))\n" }
    }

    /// One line of columns, each as wide as its usual contents; what is longer is not cut.
    private static func row(_ cells: [String]) -> String {
        var line = ""
        for (cell, width) in zip(cells, DecodedFlow.widths) {
            if !line.isEmpty { line += "  " }
            line += cell + String(repeating: " ", count: max(width - cell.count, 0))
        }
        while line.last == " " { line.removeLast() }
        return line + "\n"
    }

    private static func sentence(_ problem: DecodingProblem) -> String {
        "\(problem.reason.word) \(problem.subject) at octet \(problem.offset)"
    }
}
