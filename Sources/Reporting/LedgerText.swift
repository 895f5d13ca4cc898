// SPDX-License-Identifier: Apache-2.0

import Model

extension LedgerDocument {
    /// The ledger as people read it: each line a sum that must hold.
    ///
    ///     ledger: balanced
    ///       datagrams  1,204 = 1,200 decoded + 4 undecoded (3 truncated, 1 malformed)
    ///       in         9,000 octets = 8,000 ingress + 1,000 originated
    ///       out        9,000 octets = 7,500 egress + 1,500 terminated
    public var text: String {
        let quarantined = total.quarantinedOctets
        let total = total.ledger
        var lines = ["ledger: \(isBalanced ? "balanced" : "NOT BALANCED")"]
        lines.append("  datagrams  \(datagramsText)")
        let received = HumanUnits.count(total.receivedOctets)
        lines.append("  records    \(HumanUnits.count(total.records))")
        lines.append("  in         \(received) octets = \(Self.sum(LedgerLine.ingress, total))")
        lines.append("  out        \(received) octets = \(Self.sum(LedgerLine.egress, total))")
        for (title, value) in [
            ("unknown neighbor", total.unknownNeighborOctets),
            ("impossible time", total.clampedOctets),
            ("counted as frames, without their headers", total.convertedOctets),
        ] where value > 0 {
            lines.append("  of these   \(HumanUnits.count(value)) octets: \(title)")
        }
        if quarantined > 0 {
            let octets = HumanUnits.count(quarantined)
            lines.append("  held       \(octets) octets apart: see `peerage exporters pending`")
        }
        let errors = total.errors.values.reduce(0, &+)
        if errors > 0 {
            let reasons = Self.reasonsText(total.errors.map { ($0.key.word, $0.value) })
            lines.append("  errors     \(HumanUnits.count(errors)) parts of datagrams\(reasons)")
        }
        lines += lossLines
        for gap in gaps {
            let from = Timestamp.text(seconds: gap.from)
            let to = Timestamp.text(seconds: gap.to)
            lines.append("  gap        \(from) to \(to): \(TextTable.harmless(gap.reason))")
        }
        for (start, part) in slots ?? [] {
            let ledger = part.ledger
            let octets = HumanUnits.count(ledger.receivedOctets)
            let balance = ledger.isBalanced ? "" : " NOT BALANCED"
            lines.append(
                "  slot       \(Timestamp.text(seconds: start))  \(octets) octets: "
                    + "in \(Self.sum(LedgerLine.ingress, ledger)); "
                    + "out \(Self.sum(LedgerLine.egress, ledger))\(balance)"
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What never came, and what the exporters say of it.
    private var lossLines: [String] {
        let ledger = total.ledger
        var lines: [String] = []
        for (title, value) in [
            ("dropped by the kernel", ledger.kernelDrops),
            ("missing by sequence", ledger.sequenceLost),
            ("samples dropped by agents", ledger.samplesDropped),
            ("samples missing by sequence", ledger.samplesLost),
            ("flows not sent by exporters", ledger.notSentFlows),
        ] where value > 0 {
            lines.append("  lost       \(HumanUnits.count(value)) \(title)")
        }
        if ledger.missingRecords > 0 {
            let records = HumanUnits.count(ledger.missingRecords)
            let octets = HumanUnits.count(total.missingOctets)
            lines.append("  missing    \(records) records by estimate, of \(octets) octets")
        }
        return lines
    }

    /// The ledger in a few short lines, octets rounded: what a status screen has room for.
    public var summaryLines: [String] {
        let ledger = total.ledger
        var lines = [
            isBalanced ? "balanced" : "NOT BALANCED",
            "datagrams \(datagramsText)",
            "in   \(Self.humanSum(LedgerLine.ingress, ledger))",
            "out  \(Self.humanSum(LedgerLine.egress, ledger))",
        ]
        if total.quarantinedOctets > 0 {
            lines.append("held \(HumanUnits.octets(total.quarantinedOctets)) apart")
        }
        if ledger.kernelDrops > 0 {
            lines.append("LOST \(HumanUnits.count(ledger.kernelDrops)) dropped by the kernel")
        }
        if ledger.sequenceLost > 0 {
            lines.append("LOST \(HumanUnits.count(ledger.sequenceLost)) missing by sequence")
        }
        if total.missingOctets > 0 {
            lines.append("MISSING some \(HumanUnits.octets(total.missingOctets)), by estimate")
        }
        if let gap = gaps.last {
            let from = Timestamp.text(seconds: gap.from)
            lines.append("GAP  \(gaps.count): last from \(from), \(gap.to - gap.from) s")
        }
        return lines
    }

    private static func humanSum(_ lines: [LedgerLine], _ ledger: Ledger) -> String {
        let parts = lines.filter { $0.octets(ledger) > 0 }.map { line in
            "\(HumanUnits.octets(line.octets(ledger))) \(line.title)"
        }
        let sum = parts.isEmpty ? "0" : parts.joined(separator: " + ")
        return "\(HumanUnits.octets(ledger.receivedOctets)) = \(sum)"
    }

    private var datagramsText: String {
        let total = total.ledger
        let undecoded = total.undecoded.values.reduce(0, &+)
        let refused = total.refused.values.reduce(0, &+)
        var parts = ["\(HumanUnits.count(total.decoded)) decoded"]
        if undecoded > 0 {
            let reasons = Self.reasonsText(total.undecoded.map { ($0.key.word, $0.value) })
            parts.append("\(HumanUnits.count(undecoded)) undecoded\(reasons)")
        }
        if refused > 0 {
            let reasons = Self.reasonsText(total.refused.map { ($0.key.word, $0.value) })
            parts.append("\(HumanUnits.count(refused)) refused\(reasons)")
        }
        return "\(HumanUnits.count(total.datagrams)) = \(parts.joined(separator: " + "))"
    }

    private static func sum(_ lines: [LedgerLine], _ ledger: Ledger) -> String {
        let parts = lines.filter { $0.octets(ledger) > 0 }.map { line in
            let reasons = line.reasons.map { reasons in
                reasonsText(reasons(ledger).map { ($0.key.word, $0.value) })
            }
            return "\(HumanUnits.count(line.octets(ledger))) \(line.title)\(reasons ?? "")"
        }
        return parts.isEmpty ? "0" : parts.joined(separator: " + ")
    }

    private static func reasonsText(_ reasons: [(word: String, count: UInt64)]) -> String {
        let counted = reasons.filter { $0.count > 0 }.sorted { $0.word < $1.word }
        let parts = counted.map { "\(HumanUnits.count($0.count)) \($0.word)" }
        return parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
    }
}
