// SPDX-License-Identifier: Apache-2.0

/// How much an exporter may make the decoder remember.
///
/// Wire numbers may bound a loop, never an allocation. What exceeds a limit is counted as
/// `limitExceeded`, or displaces what the *same* exporter used least recently, so that a flooder
/// evicts only itself.
public struct DecodingLimits: Sendable {
    /// Exporters remembered at once; those of sFlow and NetFlow v5 past it are decoded all the
    /// same, without watch over their sequence.
    public var exporters = 4_096
    /// Observation domains of one exporter.
    public var domains = 64
    /// Templates and Options Templates of one exporter, in all its domains.
    public var templates = 1_024
    /// Source ports for which different Templates of one identifier are kept apart.
    public var portsPerTemplate = 8
    /// Fields of one template.
    public var fields = 256
    /// Length of the fixed fields of one record, in octets.
    public var recordOctets = 8_192
    /// Flows of one datagram, and of each Data Set that waited for its template: a data record is
    /// one, or two when it has a reverse direction.
    ///
    /// More fit only where a template describes records of a few octets, as no flows have.
    public var recordsPerDatagram = 8_192
    /// Options records of one datagram, and of all that waited for its templates.
    public var optionsPerDatagram = 1_024
    /// Template Records and Options Template Records of one datagram, withdrawals included.
    public var templatesPerDatagram = 256
    /// Samplers of one observation domain.
    public var samplers = 512
    /// Samplers of one exporter.
    public var samplersPerExporter = 4_096
    /// Runs of sequence numbers of one exporter: its domains, engines, sub-agents.
    public var sequences = 256
    /// Datagrams of one exporter among which one that comes twice is noticed.
    public var duplicates = 1_024
    /// The same of all exporters, shared between them: 18 octets each.
    public var sharedDuplicates = 1 << 20
    /// Interfaces of one exporter whose names are taken from options.
    public var interfaces = 4_096
    /// Flows of one exporter whose running totals are remembered: what fits a table of 32 MiB, and
    /// 8 MiB of traces.
    public var totals = 3 << 18
    /// Flows of all exporters whose running totals are remembered, shared between those that send
    /// some: 39 to 80 octets each, and 11 to 21 for traces of those that were forgotten.
    ///
    /// Tables that have more than their share shrink with the datagrams that come.
    public var sharedTotals = 3 << 19
    /// Data Sets held for a template to come, of one exporter, in octets.
    public var heldOctets = 256 * 1_024
    /// Templates and held Data Sets of all exporters, in octets, shared between them.
    public var sharedOctets = 32 * 1_024 * 1_024
    /// How long a Data Set is held, in nanoseconds of arrival time.
    public var holdTime: Int64 = 60_000_000_000
    /// Octets or packets of one record above which it is not believed: 10 hours at 1 Tbit/s.
    public var plausibleCount: UInt64 = 1 << 52

    public init() {}

    /// How many flows with running totals are remembered of each of `count` exporters.
    func totals(of count: Int) -> Int { min(max(sharedTotals / max(count, 1), 512), totals) }

    /// What each of `count` exporters may make the decoder remember, in octets.
    ///
    /// Enough for the templates of any device while exporters are few; never less than a common
    /// device needs, so that many exporters harm none of them.
    func share(of count: Int) -> Int { min(max(sharedOctets / max(count, 1), 32_768), 1 << 20) }

    /// Among how many datagrams of each of `count` exporters duplicates are noticed.
    func duplicates(of count: Int) -> Int {
        min(duplicates, max(sharedDuplicates / max(count, 1), 64))
    }
}
