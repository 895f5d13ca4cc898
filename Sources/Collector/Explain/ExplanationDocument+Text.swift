// SPDX-License-Identifier: Apache-2.0

import Attribution
import Model

// An explanation for people: one line a step, what was tried, what it said, why it was taken.

extension ExplanationDocument {
    var text: String {
        var lines: [Line] = []
        for item in items {
            lines.append(Line("record", "\(item.record.number)", packet(item.record)))
            guard let explanation = item.explanation else {
                let refusal = refusal(of: item.record)
                lines.append(Line("refused", refusal.word, refusal.meaning))
                continue
            }
            lines += head(explanation, of: item.record)
            lines += steps(explanation.ingress)
            lines += steps(explanation.egress)
        }
        let widths = (
            lines.map(\.step.count).max() ?? 0, lines.map(\.tried.count).max() ?? 0
        )
        return lines.map { $0.text(widths) }.joined()
    }

    private struct Line {
        var step: String
        var tried: String
        var said: String

        init(_ step: String, _ tried: String, _ said: String) {
            self.step = step
            self.tried = tried
            self.said = said
        }

        func text(_ widths: (Int, Int)) -> String {
            func padded(_ text: String, _ width: Int) -> String {
                text + String(repeating: " ", count: max(0, width - text.count))
            }
            var line = "\(padded(step, widths.0))  \(padded(tried, widths.1))  \(said)"
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }
    }

    /// "198.51.100.1 -> 203.0.113.9, 1500 octets, 1 packets, in 17, out 21".
    private func packet(_ record: FlowRecord) -> String {
        let source = record.has(.source) ? "\(record.source)" : "?"
        let destination = record.has(.destination) ? "\(record.destination)" : "?"
        var parts = ["\(source) -> \(destination)"]
        if record.has(.octets) { parts.append("\(record.octets) octets") }
        if record.has(.packets) { parts.append("\(record.packets) packets") }
        if record.has(.ingressInterface) { parts.append("in \(record.ingressInterface)") }
        if record.has(.egressInterface) { parts.append("out \(record.egressInterface)") }
        if record.egressKind != .interface { parts.append("out \(record.egressKind.word)") }
        if record.isReverse { parts.append("reverse") }
        return parts.joined(separator: ", ")
    }

    private func head(_ explanation: RecordExplanation, of record: FlowRecord) -> [Line] {
        let arrival = Timestamp.text(nanoseconds: record.arrival)
        let exporter = name(explanation.exporter)
        var lines = [
            Line("exporter", exporter, "\(record.flowProtocol.word), received \(arrival)")
        ]
        if isHeld {
            let how = "not listed: held apart until it is adopted"
            lines.append(Line("refused", RefusalReason.quarantined.word, how))
        }
        for step in RateSteps(explanation).steps {
            let rate = step.rate.map(Self.rate).map { ": \($0)" } ?? ""
            lines.append(Line("rate", step.name + rate, step.result))
        }
        switch explanation.refusal {
        case .noOctets: lines.append(Line("volume", "refused", "no count of octets"))
        case .implausible: lines.append(Line("volume", "refused", "no link can have carried it"))
        case nil: break
        }
        if let posting = explanation.posting {
            let measure = posting.measure
            lines.append(
                Line("volume", "\(measure.octets) octets", "\(measure.packets) packets, scaled")
            )
            if posting.isConverted {
                lines.append(Line("volume", "", "of frames, their headers taken off"))
            }
            let span =
                Timestamp.text(nanoseconds: posting.start) + " to "
                + Timestamp.text(nanoseconds: posting.end)
            let clamped = "the flow's own times are impossible: arrival counts"
            lines.append(Line("time", posting.isClamped ? "clamped" : "accepted", span))
            if posting.isClamped { lines.append(Line("time", "", clamped)) }
        }
        let place = explanation.observed.map { SideWords.word($0) } ?? "the interface as a whole"
        let reason =
            explanation.told == .unknown ? "by the configuration" : "as the record says"
        lines.append(Line("observed", place, explanation.observed == nil ? "" : reason))
        return lines
    }

    private static func rate(_ rate: SamplingRate) -> String {
        "1 in " + (rate.denominator == 1 ? "\(rate.numerator)" : "\(rate.value)")
    }

    private func steps(_ side: RecordExplanation.Side) -> [Line] {
        let words = SideWords(side, inventory)
        let name = words.direction
        var lines: [Line] = []
        if let interface = side.interface {
            let what =
                words.interconnect.map {
                    "interconnect \($0.id), \($0.kind.rawValue), \($0.relationship.rawValue)"
                } ?? words.role ?? ""
            lines.append(Line(name, "interface \(interface)", what))
            if let source = side.countingSource, let observes = side.observes {
                let counts =
                    source == .own
                    ? "records observed here count" : "records observed on the other side count"
                lines.append(Line(name, "observes \(observes.rawValue)", "\(source): \(counts)"))
            }
        }
        if let evidence = side.evidence {
            lines.append(Line(name, "evidence", EvidenceWords.text(evidence)))
            let route = evidence.route.map { EvidenceWords.text($0) } ?? "none in the views"
            lines.append(Line(name, "route", route))
            for step in RungSteps(side, inventory).steps {
                let taken = step.isDecisive ? ": taken" : ""
                let said = "\(step.tried): \(step.result)\(taken)"
                lines.append(Line(name, "rung \(step.rung.word)", said))
            }
            let peer =
                evidence.peer == .zero
                ? "unknown: no rung names an AS" : "\(evidence.peer), by \(evidence.rung.word)"
            lines.append(Line(name, "peer", peer))
        }
        let reason = words.reason.map { ", \($0)" } ?? ""
        lines.append(Line(name, "outcome", (words.outcome ?? "not accounted") + reason))
        return lines
    }
}
