// SPDX-License-Identifier: Apache-2.0

/// What one transaction adds to the store: increments of open slots, with their ledger rows.
///
/// The batch id makes it exactly once: a store that already holds ``id`` changes nothing.
public struct FlushBatch: Sendable {
    /// Unique for the content: of the collector's start and a counter when live, of the capture's
    /// content in a replay.
    public var id: String
    /// Name of the collector that counted.
    public var collector: String
    /// When it was handed over, accounting time, in seconds since 1970-01-01 00:00 UTC.
    public var time: Int64
    /// Length of the slots of its rows, in seconds; the same for all batches of a store.
    public var slotSeconds: Int64 = 300

    public var interfaces: [InterfaceFact] = []
    public var neighbors: [NeighborFact] = []
    public var paths: [PathFact] = []
    public var prefixes: [PrefixFact] = []
    public var ledgers: [LedgerFact] = []
    /// Slots whose time is over with this batch; what comes for them later is a new generation.
    public var sealed: [Int64] = []
    /// Times for which nothing is known, each with its reason.
    public var gaps: [Gap] = []
    /// The state of each exporter as of this batch.
    public var exporters: [ExporterState] = []
    /// The state of each BGP session as of this batch.
    public var sessions: [SessionState] = []
    /// What happened to the collector since the last batch.
    public var events: [OperationalEvent] = []
    /// What exporters told of their interfaces since the last batch.
    public var interfaceNotes: [InterfaceNote] = []

    public init(id: String, collector: String, time: Int64) {
        self.id = id
        self.collector = collector
        self.time = time
    }

    /// Begins the ids of replayed batches, which a store never forgets: they may come again.
    public static let replayPrefix = "replay-"

    /// Adds what `part` holds to the rows of this batch; id, collector and times stay.
    public mutating func append(_ part: FlushBatch) {
        interfaces += part.interfaces
        neighbors += part.neighbors
        paths += part.paths
        prefixes += part.prefixes
        ledgers += part.ledgers
        gaps += part.gaps
        exporters += part.exporters
        events += part.events
        interfaceNotes += part.interfaceNotes
    }
}

/// What became of one exporter's traffic in one slot.
public struct LedgerFact: Equatable, Sendable {
    /// Start of the slot, in seconds since 1970-01-01 00:00 UTC.
    public var slot: Int64
    /// Name of the exporter; empty for what belongs to none (refused datagrams, kernel drops).
    public var exporter: String
    public var ledger: Ledger

    public init(slot: Int64, exporter: String, ledger: Ledger) {
        self.slot = slot
        self.exporter = exporter
        self.ledger = ledger
    }
}

/// A stretch of time for which a collector knows that it knows nothing.
public struct Gap: Hashable, Sendable {
    /// First second, since 1970-01-01 00:00 UTC.
    public var from: Int64
    /// Second after the last.
    public var to: Int64
    public var reason: String

    public init(from: Int64, to: Int64, reason: String) {
        self.from = from
        self.to = to
        self.reason = reason
    }
}

/// A slot of the store, and how far along it is.
public struct SlotState: Hashable, Sendable {
    /// Start, in seconds since 1970-01-01 00:00 UTC.
    public var start: Int64
    /// 0 until sealed for the first time; each batch that arrives after a seal begins another.
    public var generation: Int
    public var isSealed: Bool

    public init(start: Int64, generation: Int, isSealed: Bool) {
        self.start = start
        self.generation = generation
        self.isSealed = isSealed
    }
}

/// What is known of an exporter now.
public struct ExporterState: Equatable, Sendable {
    public var name: String
    /// Arrival of its last datagram, in seconds since 1970-01-01 00:00 UTC.
    public var lastSeen: Int64
    public var flowProtocol: FlowProtocol
    public var rate: SamplingRate
    public var rateSource: SamplingSource
    /// Where its datagrams come from; nil when not known.
    public var address: IPAddress?
    /// Arrival of its first datagram, in seconds since 1970-01-01 00:00 UTC; 0 when not known.
    public var firstSeen: Int64 = 0
    /// Not in the configuration: its volumes are held apart until it is adopted.
    public var isPending = false
    /// By how much its clock is ahead of ours, in milliseconds; nil when it does not tell its time.
    public var skewMilliseconds: Int64?
    /// How often it was seen to have restarted.
    public var restarts: Int = 0

    public init(
        name: String,
        lastSeen: Int64,
        flowProtocol: FlowProtocol,
        rate: SamplingRate,
        rateSource: SamplingSource
    ) {
        self.name = name
        self.lastSeen = lastSeen
        self.flowProtocol = flowProtocol
        self.rate = rate
        self.rateSource = rateSource
    }
}

/// What is known of a BGP session now.
public struct SessionState: Equatable, Sendable {
    /// Name of the neighbor in the configuration.
    public var neighbor: String
    /// RFC 4271, section 8.2.2, lower case: "established".
    public var state: String
    /// When it entered that state, in seconds since 1970-01-01 00:00 UTC.
    public var since: Int64
    public var ipv4Prefixes: Int
    public var ipv6Prefixes: Int
    /// Why it last ended; empty when it never did.
    public var lastError: String

    public init(
        neighbor: String,
        state: String,
        since: Int64,
        ipv4Prefixes: Int,
        ipv6Prefixes: Int,
        lastError: String
    ) {
        self.neighbor = neighbor
        self.state = state
        self.since = since
        self.ipv4Prefixes = ipv4Prefixes
        self.ipv6Prefixes = ipv6Prefixes
        self.lastError = lastError
    }
}
