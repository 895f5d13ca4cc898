// SPDX-License-Identifier: Apache-2.0

public import Model
public import Routing

/// Gives each record its double entry: where it came in and where it went out, with the evidence.
///
/// # How it works
///
/// Octets always go from somewhere to somewhere, so each record has two sides, and each side has
/// exactly one outcome (DESIGN 3.4):
///
///     customer ---+                     +--- transit       posted in, posted out
///     transit  ---+--- our network  ----+--- our network   posted in, inside
///     backbone ---+                     +--- exchange      carried, posted out
///
/// A posted side gets the raw evidence of who was beyond it. What the interface *was* and who the
/// peer *was* is worked out later, from the evidence and the inventory of the day (DESIGN 3.1).
///
/// Work goes by batch: sides first, then all route lookups at once, then evidence.
public struct Attributor: ~Copyable, Sendable {
    private(set) var directory: InterfaceDirectory
    private(set) var ownPrefixes: PrefixSet
    private(set) var staticPrefixList: [IPPrefix]
    private(set) var staticPrefixes: PrefixSet
    private(set) var exchanges: [String: ExchangeMembers]
    private(set) var viewLists: [ViewList]
    let reader: RoutingTableReader
    private var learner: ObservationLearner
    var exportedPaths = ExportedPaths()

    private var pending: [PendingSide] = []
    private var addresses: [IPAddress] = []
    private var views: [ViewList] = []
    private var matches: [RouteMatch] = []

    /// A posted side that waits for its route.
    struct PendingSide {
        var record: Int
        var posting: Int
        var direction: Direction
        /// Where the record was observed; nil when it stands for the interface as a whole.
        var observed: Direction?
    }

    /// - Parameters:
    ///   - inventory: What the network is.
    ///   - viewLists: For each exporter of the inventory, the views to route its flows by.
    ///   - reader: This worker's own reader of the routing table.
    public init(
        inventory: Inventory,
        viewLists: [ViewList],
        reader: consuming RoutingTableReader
    ) {
        precondition(viewLists.count == inventory.exporters.count, "one list of views an exporter")
        directory = InterfaceDirectory(inventory)
        ownPrefixes = PrefixSet(inventory.network.prefixes)
        staticPrefixList = inventory.staticPrefixes
        staticPrefixes = PrefixSet(staticPrefixList)
        exchanges = ExchangeMembers.all(of: inventory)
        self.viewLists = viewLists
        self.reader = reader
        learner = ObservationLearner()
    }

    /// Appends one posting for each record of `batch` that has octets; those that no link can have
    /// carried are left out and become errors of the batch's exporter.
    ///
    /// - Parameters:
    ///   - batch: Decoded records.
    ///   - exporters: For each record, the index of its exporter in the inventory.
    ///   - postings: Receives the double entries.
    ///   - implausible: Receives the exporter of each record left out.
    public mutating func attribute(
        _ batch: FlowBatch,
        exporters: [UInt16],
        into postings: inout [Posting],
        implausible: inout [UInt16]
    ) {
        pending.removeAll(keepingCapacity: true)
        addresses.removeAll(keepingCapacity: true)
        views.removeAll(keepingCapacity: true)
        reader.goOnline()
        for (record, exporter) in zip(batch.records, exporters) {
            learner.note(record, of: exporter)
        }
        for index in batch.records.indices {
            guard batch.records[index].has(.octets) else { continue }
            let exporter = exporters[index]
            let record = batch.records[index]
            let orientation = Orientation(
                record,
                observed: observedDirection(of: record, exporter: exporter),
                ownPrefixes: ownPrefixes
            )
            guard let posting = entry(for: record, of: exporter, orientation) else {
                implausible.append(exporter)
                continue
            }
            postings.append(posting)
            queueForRoutes(index, record, posting, at: postings.count - 1, orientation.observed)
        }
        matches.removeAll(keepingCapacity: true)
        reader.routes(to: addresses, views: views, into: &matches)
        for (index, side) in pending.enumerated() {
            addEvidence(side, match: matches[index], of: batch, to: &postings[side.posting])
        }
        reader.quiesce()
    }

    /// Goes on with another inventory, when all totals have been handed over.
    ///
    /// - Parameters:
    ///   - inventory: What the network is from now on.
    ///   - viewLists: For each exporter of it, the views to route its flows by.
    ///   - number: The new index of an exporter by its old one; nil for one that is gone.
    public mutating func replace(
        inventory: Inventory,
        viewLists: [ViewList],
        number: (UInt16) -> UInt16?
    ) {
        precondition(viewLists.count == inventory.exporters.count, "one list of views an exporter")
        directory = InterfaceDirectory(inventory)
        ownPrefixes = PrefixSet(inventory.network.prefixes)
        staticPrefixList = inventory.staticPrefixes
        staticPrefixes = PrefixSet(staticPrefixList)
        exchanges = ExchangeMembers.all(of: inventory)
        self.viewLists = viewLists
        learner.renumber(number)
    }

    /// Takes in an exporter of which nothing is declared, at an index of its own.
    ///
    /// - Parameters:
    ///   - exporter: Its name and its defaults.
    ///   - index: The next one, or that of an exporter that is gone.
    ///   - views: The views to route its flows by.
    public mutating func put(_ exporter: Exporter, at index: UInt16, views: ViewList) {
        directory.put(exporter, at: index)
        if Int(index) < viewLists.count {
            viewLists[Int(index)] = views
            learner.renumber { $0 == index ? nil : $0 }
        } else {
            viewLists.append(views)
        }
    }

    /// The rate that counts for `record`, and where it came from.
    public func rate(
        of record: FlowRecord,
        exporter: UInt16
    ) -> (rate: SamplingRate, source: SamplingSource) {
        Scaling.rate(of: record, from: directory.inventory.exporters[Int(exporter)])
    }

    /// Announces that this worker is about to wait, so that the routing table need not wait for it.
    public mutating func goOffline() { reader.goOffline() }

    /// The path behind ``PostingKey/asPath``, for as long as the totals that hold it are open.
    public func asPath(_ id: UInt32) -> ASPath {
        if id == PostingKey.noPath { return ASPath() }
        if let path = exportedPaths.path(id) { return path }
        return reader.asPath(ASPathID(rawValue: id))
    }

    /// The name of the neighbor behind ``PostingKey/routeSource``.
    public func routeSourceName(_ id: UInt32) -> String {
        reader.source(RouteSourceID(rawValue: id))?.name ?? ""
    }

    /// Forgets the paths that exporters named; call when totals have been handed over.
    public mutating func totalsHandedOver() { exportedPaths.removeAll() }
}

// MARK: - Sides

extension Attributor {
    /// The double entry of `record` without routes; nil for an implausible volume.
    private func entry(
        for record: FlowRecord,
        of exporter: UInt16,
        _ orientation: Orientation
    ) -> Posting? {
        let settings = directory.inventory.exporters[Int(exporter)]
        let (rate, source) = Scaling.rate(of: record, from: settings)
        guard let measure = Scaling.measure(record, at: rate) else { return nil }
        let times = RecordTimes(record)
        var key = PostingKey(
            exporter: exporter,
            interface: 0,
            direction: .ingress,
            family: record.family
        )
        key.rate = rate
        key.rateSource = source
        var posting = Posting(
            exporter: exporter,
            start: times.start,
            end: times.end,
            isClamped: times.isClamped,
            measure: measure,
            ingress: outcome(orientation.ingress, .ingress, orientation.observed, key),
            egress: outcome(orientation.egress, .egress, orientation.observed, key)
        )
        posting.isConverted = Scaling.octets(of: record).isConverted
        return posting
    }

    /// Where a record was observed: by its own word, else by the configuration.
    func observedDirection(of record: FlowRecord, exporter: UInt16) -> Direction {
        switch record.direction {
        case .ingress: return .ingress
        case .egress: return .egress
        case .unknown: break
        }
        if observes(.ingress, at: record.ingressInterface, of: exporter) { return .ingress }
        return observes(.egress, at: record.egressInterface, of: exporter) ? .egress : .ingress
    }

    func observes(
        _ direction: Direction,
        at interface: UInt32,
        of exporter: UInt16
    ) -> Bool {
        learner.observes(
            direction,
            at: interface,
            as: directory.observation(of: interface, at: exporter),
            exporter: exporter
        )
    }

    /// What becomes of one side; `key` lacks the interface and the direction.
    private func outcome(
        _ side: Orientation.Side,
        _ direction: Direction,
        _ observed: Direction?,
        _ key: PostingKey
    ) -> SideOutcome {
        let interface: UInt32
        switch side {
        case .inside: return .inside
        case .discarded: return .discarded
        case .unattributed(let reason): return .unattributed(reason)
        case .interface(let index): interface = index
        }
        if let observed {
            let countsOwn = observes(direction, at: interface, of: key.exporter)
            if countsOwn != (observed == direction) { return .countedElsewhere }
        }
        var posted = key
        posted.interface = interface
        posted.direction = direction
        if directory.isUsed(interface, at: key.exporter) { return .posted(posted) }
        return switch directory.role(of: interface, at: key.exporter) {
        case .internal: .inside
        case .backbone: .carried
        case .unknown: .posted(posted)
        }
    }

    /// Puts the posted sides of a record in line for their routes.
    private mutating func queueForRoutes(
        _ number: Int,
        _ record: FlowRecord,
        _ posting: Posting,
        at index: Int,
        _ observed: Direction?
    ) {
        func queue(_ direction: Direction, _ address: IPAddress) {
            pending.append(
                PendingSide(
                    record: number,
                    posting: index,
                    direction: direction,
                    observed: observed
                )
            )
            addresses.append(address)
            views.append(viewLists[Int(posting.exporter)])
        }
        if case .posted = posting.ingress { queue(.ingress, record.source) }
        if case .posted = posting.egress { queue(.egress, record.destination) }
    }
}
