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

    private var entries: [Entry] = []
    /// The one that goes next, when all are taken: the one that came first.
    private var oldest = 0

    /// Totals of one exporter that are remembered.
    static let most = 256

    var count: Int { entries.count }

    /// Takes the totals of one record.
    ///
    /// - Parameters:
    ///   - report: The running totals.
    ///   - scope: Which process they are of; see ``SamplerScope/identity``.
    ///   - context: The message they came in.
    /// - Returns: By how much each total grew since its last report.
    mutating func note(
        _ report: ReliabilityReport,
        scope: UInt64,
        _ context: MessageContext
    ) -> ReliabilityReport {
        let domain = ExporterState.domainKey(context)
        var growth = ReliabilityReport()
        // One look through all of them for the whole record.
        for index in entries.indices
        where entries[index].scope == scope && entries[index].domain == domain {
            let last = entries[index]
            guard let total = report[last.counter] else { continue }
            if total < last.total, context.exportTime < last.exportTime {
                growth[last.counter] = 0
                continue
            }
            growth[last.counter] = total >= last.total ? total - last.total : total
            entries[index].total = total
            entries[index].exportTime = context.exportTime
        }
        for counter in Counter.allCases where growth[counter] == nil {
            guard let total = report[counter] else { continue }
            growth[counter] = 0
            let entry = Entry(
                domain: domain,
                scope: scope,
                counter: counter,
                total: total,
                exportTime: context.exportTime
            )
            if entries.count < Self.most {
                entries.append(entry)
            } else {
                entries[oldest] = entry
                oldest = (oldest + 1) % Self.most
            }
        }
        return growth
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
