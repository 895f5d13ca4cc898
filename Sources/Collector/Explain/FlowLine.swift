// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model

/// A flow as one JSON object, by the keys of a `flow` line of `decode` (INTERFACE section 2): what
/// that prints can be given back.
///
/// Keys that say nothing of the flow (`capture`, `datagram` ...) may be there; an unknown one is an
/// error, as a misspelled one would be left out in silence.
struct FlowLine {
    /// Holds one record.
    private(set) var batch = FlowBatch()
    /// Address of the agent in an sFlow datagram, by which a relay's exporters are told apart.
    private(set) var agent: IPAddress?
    /// What `exporter` says: an address, or a name in the configuration.
    private(set) var exporter = ""

    /// - Parameters:
    ///   - text: One JSON object.
    ///   - now: When the flow arrived if it does not say, in nanoseconds since 1970-01-01 00:00
    ///     UTC.
    /// - Throws: When it is no flow, with the key that is wrong.
    init(_ text: String, now: Int64) throws(InputProblem) {
        let line: Line
        do {
            line = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
        } catch let problem as InputProblem {
            throw problem
        } catch let error as DecodingError {
            throw InputProblem("--flow: \(Self.sentence(error))")
        } catch {
            throw InputProblem("--flow: \(error)")
        }
        batch = line.batch
        agent = line.agent
        exporter = line.exporter
        if batch.records[0].arrival == 0 {
            let record = batch.records[0]
            let told = record.has(.end) ? record.end : record.has(.start) ? record.start : now
            batch.records[0].arrival = told
        }
    }

    private static func sentence(_ error: DecodingError) -> String {
        func key(_ context: DecodingError.Context) -> String {
            context.codingPath.first.map { "\($0.stringValue): " } ?? ""
        }
        return switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context),
            .dataCorrupted(let context):
            key(context) + context.debugDescription
        case .keyNotFound(let missing, _): "\(missing.stringValue) is missing"
        @unknown default: "\(error)"
        }
    }

    /// A line while it is read.
    private struct Line: Decodable {
        var batch = FlowBatch()
        var agent: IPAddress?
        var exporter = ""

        init(from decoder: any Decoder) throws {
            let values = try FlowLineValues(decoder)
            var record = FlowRecord()
            record.number = try values.number("record") ?? 1
            record.isReverse = try values.word("reverse", ["true": true, "false": false]) ?? false
            exporter = try values.text("exporter") ?? ""
            agent = try values.address("agent")
            if let address = IPAddress(exporter) { record.exporter = address }
            record.arrival = try values.time("receivedAt") ?? 0
            record.flowProtocol =
                try values.word("protocol", byWord(FlowProtocol.allCases, \.word)) ?? .ipfix
            try values.packet(&record)
            try values.volume(&record)
            try values.place(&record, &batch.words)
            try values.route(&record, &batch.words)
            batch.records = [record]
        }
    }
}

/// Values by the words that stand for them.
func byWord<Value>(_ values: [Value], _ word: (Value) -> String) -> [String: Value] {
    Dictionary(values.map { (word($0), $0) }, uniquingKeysWith: { first, _ in first })
}
