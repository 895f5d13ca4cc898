// SPDX-License-Identifier: Apache-2.0

import Model
import Reporting
import Storage

/// # How it works
///
/// Each section is a heading and a few lines under it; what needs a person comes first, and what
/// does not fit is counted. A line is cut at the 80th column.
extension StatusDocument {
    /// The document as one screen: 80 columns, at most 40 lines.
    package func text() -> String {
        let sections: [(title: String, lines: [String], most: Int)] = [
            ("collector", collectorLines, 3),
            ("exporters", exporterLines, 7),
            ("sessions", sessionLines, 6),
            ("unknown", unknownLines, 4),
            ("ledger", ledgerLines, 9),
            ("store", storeLines, 2),
            ("alerts", alertLines, 4),
            ("events", eventLines, 5),
        ]
        var text = ""
        for (title, lines, most) in sections where !lines.isEmpty {
            var shown = Array(lines.prefix(most))
            if lines.count > most {
                shown[most - 1] = "and \(lines.count - most + 1) more: see --format json"
            }
            for (number, line) in shown.enumerated() {
                let label = number == 0 ? title : ""
                let padding = String(repeating: " ", count: 11 - label.count)
                text += Self.cut(label + padding + line) + "\n"
            }
        }
        return text
    }

    private var collectorLines: [String] {
        guard let collector else {
            guard let control else { return ["not asked: `control:` is not configured"] }
            if let writer {
                let words = "runs as process \(writer), but its control socket does not answer:"
                return [words, control, "what follows is of its last flush"]
            }
            return ["does not run; what follows is of its last flush"]
        }
        let memory = collector.residentOctets
        let resident = memory == 0 ? "" : ", \(HumanUnits.octets(memory)) resident"
        let up = Self.age(now - collector.startedAt)
        var lines = ["\(collector.version), up \(up)\(resident)"]
        lines[0] += collector.notReady.isEmpty ? ", ready" : ", NOT READY"
        lines += collector.notReady.map { "not ready: \($0)" }
        return lines
    }

    private var exporterLines: [String] {
        let pending = exporters.filter(\.isPending).count
        var heading = "\(exporters.count - pending) seen"
        if pending > 0 { heading += ", \(pending) pending" }
        if !silent.isEmpty { heading += ", \(silent.count) never seen" }
        let ordered = exporters.sorted { a, b in
            (needsPerson(a) ? 0 : 1, a.state.name) < (needsPerson(b) ? 0 : 1, b.state.name)
        }
        return [heading] + silent.map { "\($0)  never seen" } + ordered.map(line)
    }

    private func needsPerson(_ exporter: Exporter) -> Bool {
        let skew = exporter.state.skewMilliseconds?.magnitude ?? 0
        return exporter.isPending || exporter.sequenceLost > 0 || skew > 2_000
            || now - exporter.state.lastSeen > 300
    }

    private func line(_ exporter: Exporter) -> String {
        let state = exporter.state
        var line =
            "\(state.name)  \(state.flowProtocol.word)  \(Self.age(now - state.lastSeen)) ago  "
            + "1 in \(state.rate.text) (\(state.rateSource.word))"
        if exporter.isPending { line += "  PENDING" }
        if exporter.sequenceLost > 0 { line += "  lost \(exporter.sequenceLost)" }
        if exporter.missingOctets > 0 { line += " (~\(HumanUnits.octets(exporter.missingOctets)))" }
        if let skew = state.skewMilliseconds, skew.magnitude >= 1_000 {
            line += "  clock \(skew > 0 ? "+" : "-")\(Self.age(Int64(skew.magnitude / 1_000)))"
        }
        return line
    }

    private var sessionLines: [String] {
        guard !sessions.isEmpty else { return [] }
        let established = sessions.filter { $0.state == "established" }.count
        let ordered = sessions.sorted { a, b in
            (a.state == "established" ? 1 : 0, a.neighbor)
                < (b.state == "established" ? 1 : 0, b.neighbor)
        }
        return ["\(established) of \(sessions.count) established"]
            + ordered.map { session in
                var line =
                    "\(session.neighbor)  \(session.state) \(Self.age(now - session.since))  "
                    + "\(session.ipv4Prefixes) IPv4  \(session.ipv6Prefixes) IPv6"
                if session.isStale { line += " STALE" }
                if session.state != "established", !session.lastError.isEmpty {
                    line += "  \(session.lastError)"
                }
                return line
            }
    }

    private var unknownLines: [String] {
        guard !unknownInterfaces.isEmpty else { return [] }
        let heading = "\(unknownInterfaces.count) interfaces that nobody has listed carry traffic"
        return [heading]
            + unknownInterfaces.map { interface in
                let name = interface.name.isEmpty ? "" : " \(interface.name)"
                return "\(interface.exporter) \(interface.interface)\(name)  "
                    + HumanUnits.octets(interface.octets)
            }
    }

    private var ledgerLines: [String] {
        guard let span else { return ["no volumes yet"] }
        let end = Timestamp.text(seconds: span.upperBound)
        return ["the last hour of volumes, to \(end)"]
            + ledger.summaryLines
    }

    private var storeLines: [String] {
        var line = HumanUnits.octets(UInt64(max(0, statistics.octets)))
        if let secondsSinceFlush { line += ", flushed \(Self.age(secondsSinceFlush)) ago" }
        if let collector, collector.waitingBatches > 0 {
            line += ", \(collector.waitingBatches) BATCHES WAIT (\(collector.waitingRows) rows)"
        }
        return [line]
    }

    private var alertLines: [String] {
        guard !alerts.isEmpty else { return ["nothing fires"] }
        return alerts.map { alert in
            let value = (alert.value * 10).rounded() / 10
            return "\(alert.rule)  \(alert.object)  \(value) %  \(alert.state) "
                + "since \(Self.age(now - alert.since))"
        }
    }

    private var eventLines: [String] {
        events.map { event in
            let object = event.object.isEmpty ? "" : " \(event.object)"
            let detail = event.detail.isEmpty ? "" : ": \(event.detail)"
            return "\(Self.age(now - event.time)) ago  \(event.kind.rawValue)\(object)\(detail)"
        }
    }

    /// "5 s", "3 min", "4 h", "12 d".
    private static func age(_ seconds: Int64) -> String {
        switch max(0, seconds) {
        case let seconds where seconds < 120: "\(seconds) s"
        case let seconds where seconds < 7200: "\(seconds / 60) min"
        case let seconds where seconds < 172_800: "\(seconds / 3600) h"
        case let seconds: "\(seconds / 86_400) d"
        }
    }

    private static func cut(_ line: String) -> String {
        let line = ConfigurationProposal.harmless(line)
        return line.count <= 80 ? line : line.prefix(79) + "~"
    }
}
