// SPDX-License-Identifier: Apache-2.0

import Model

/// What the processes of one exporter say they have not metered or not sent, so far.
///
/// # How it works
///
/// Exporters report running totals (RFC 7011, sections 4.2 and 4.3), by process and observation
/// domain. The difference to the last report is what was lost since. A first report only sets the
/// base: what was lost before this collector listened is none of its traffic. A total that went
/// back is that of a process that began anew, unless the report is older than the last.
struct ReliabilityCounters {
    /// The totals, by their Information Elements.
    enum Counter: UInt16, CaseIterable {
        case ignoredPackets = 164
        case ignoredOctets = 165
        case notSentFlows = 166
        case notSentPackets = 167
        case notSentOctets = 168
    }

    private struct Entry {
        let domain: UInt64
        let scope: UInt64
        let counter: Counter
        var total: UInt64
        /// When the report left, in nanoseconds since 1970-01-01 00:00 UTC.
        var exportTime: Int64
    }

    /// The one heard of last at the end.
    private var entries: [Entry] = []

    /// Totals of one exporter that are remembered.
    static let most = 256

    var count: Int { entries.count }

    /// Takes a report.
    ///
    /// - Parameters:
    ///   - total: The running total reported.
    ///   - counter: Of what.
    ///   - scope: Which process it is of; see ``SamplerScope/identity``.
    ///   - context: The message it came in.
    /// - Returns: By how much the total grew since the last report.
    mutating func note(
        _ total: UInt64,
        of counter: Counter,
        scope: UInt64,
        _ context: MessageContext
    ) -> UInt64 {
        let domain = ExporterState.domainKey(context)
        let known = entries.firstIndex {
            $0.scope == scope && $0.counter == counter && $0.domain == domain
        }
        var entry = Entry(
            domain: domain,
            scope: scope,
            counter: counter,
            total: total,
            exportTime: context.exportTime
        )
        guard let known else {
            if entries.count >= Self.most { entries.removeFirst() }
            entries.append(entry)
            return 0
        }
        let last = entries.remove(at: known)
        if total < last.total, context.exportTime < last.exportTime { entry = last }
        entries.append(entry)
        return entry.total >= last.total ? entry.total - last.total : entry.total
    }
}

/// The totals of one options record.
struct ReliabilityReport {
    private var totals = InlineArray<5, UInt64?>(repeating: nil)

    subscript(counter: ReliabilityCounters.Counter) -> UInt64? {
        get { totals[Self.index(counter)] }
        set { totals[Self.index(counter)] = newValue }
    }

    private static func index(_ counter: ReliabilityCounters.Counter) -> Int {
        Int(counter.rawValue - ReliabilityCounters.Counter.ignoredPackets.rawValue)
    }
}
