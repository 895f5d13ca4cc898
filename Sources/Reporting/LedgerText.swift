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
        var lines = ["ledger: \(isBalanced ? "balanced" : "NOT BALANCED")"]
        lines.append("  datagrams  \(datagramsText)")
        let received = HumanUnits.count(total.receivedOctets)
        lines.append("  records    \(HumanUnits.count(total.records))")
        lines.append("  in         \(received) octets = \(Self.sum(LedgerLine.ingress, total))")
        lines.append("  out        \(received) octets = \(Self.sum(LedgerLine.egress, total))")
        for (title, value) in [
            ("unknown neighbor", total.unknownNeighborOctets),
            ("impossible time", total.clampedOctets),
        ] where value > 0 {
            lines.append("  of these   \(HumanUnits.count(value)) octets: \(title)")
        }
        let errors = total.errors.values.reduce(0, &+)
        if errors > 0 {
            let reasons = Self.reasonsText(total.errors.map { ($0.key.word, $0.value) })
            lines.append("  errors     \(HumanUnits.count(errors)) parts of datagrams\(reasons)")
        }
        var losses = [("dropped by the kernel", total.kernelDrops)]
        if measuresSequences {
            losses += [("missing by sequence", total.sequenceLost), ("twice", total.duplicates)]
        }
        for (title, value) in losses where value > 0 {
            lines.append("  lost       \(HumanUnits.count(value)) \(title)")
        }
        for gap in gaps {
            let from = Timestamp.text(seconds: gap.from)
            let to = Timestamp.text(seconds: gap.to)
            lines.append("  gap        \(from) to \(to): \(TextTable.harmless(gap.reason))")
        }
        for (start, ledger) in slots ?? [] {
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

    private var datagramsText: String {
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
