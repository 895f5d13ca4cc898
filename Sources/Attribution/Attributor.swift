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
/// Work goes by batch, in passes, so that the waits for memory of many records fall together:
///
///     enter       records -> postings, and a PostedSide for each side that crossed the edge
///     findRoutes  sides   -> matches: the longest prefix around each far address
///                 matches -> paths, by the time and the next hop of each flow
///     finish      sides   -> postings, complete
///
/// In steady state none of them allocates, and what they look up has no references.
public struct Attributor: ~Copyable, Sendable {
    private(set) var directory: InterfaceDirectory
    private(set) var tables: LadderTables
    private(set) var ownPrefixes: PrefixSet
    private(set) var staticPrefixList: [IPPrefix]
    private(set) var staticPrefixes: PrefixSet
    private(set) var passedOver: PassedOverASes
    private(set) var viewLists: [ViewList]
    let reader: RoutingTableReader
    var exportedPaths = ExportedPaths()

    /// The sides of the batch in hand; of each, what it is looked up by and what was found.
    var sides: [PostedSide] = []
    var addresses: [IPAddress] = []
    var views: [ViewList] = []
    var nextHops: [IPAddress?] = []
    var times: [Int64] = []
    var matches: [RouteMatch] = []
    var paths: [RoutePath] = []
    /// By exporter; see ``nextHopMismatches(of:)``.
    var mismatches: [UInt64]

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
        tables = LadderTables(inventory)
        ownPrefixes = PrefixSet(inventory.network.prefixes)
        staticPrefixList = inventory.staticPrefixes
        staticPrefixes = PrefixSet(staticPrefixList)
        passedOver = PassedOverASes(inventory)
        self.viewLists = viewLists
        mismatches = Array(repeating: 0, count: viewLists.count)
        self.reader = reader
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
        sides.removeAll(keepingCapacity: true)
        addresses.removeAll(keepingCapacity: true)
        views.removeAll(keepingCapacity: true)
        nextHops.removeAll(keepingCapacity: true)
        times.removeAll(keepingCapacity: true)
        reader.goOnline()
        let records = batch.records.span
        for index in records.indices { directory.note(records[index], of: exporters[index]) }
        for index in records.indices where records[index].has(.octets) {
            let exporter = exporters[index]
            if !enter(records[index], of: exporter, words: batch.words, into: &postings) {
                implausible.append(exporter)
            }
        }
        findRoutes()
        for index in sides.indices { finish(index, in: &postings) }
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
        var directory = InterfaceDirectory(inventory)
        directory.learn(from: self.directory, number)
        self.directory = directory
        tables = LadderTables(inventory)
        ownPrefixes = PrefixSet(inventory.network.prefixes)
        staticPrefixList = inventory.staticPrefixes
        staticPrefixes = PrefixSet(staticPrefixList)
        passedOver = PassedOverASes(inventory)
        self.viewLists = viewLists
        let before = mismatches
        mismatches = Array(repeating: 0, count: viewLists.count)
        for (old, count) in before.enumerated() {
            if let new = number(UInt16(old)) { mismatches[Int(new)] = count }
        }
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
            mismatches[Int(index)] = 0
        } else {
            viewLists.append(views)
            mismatches.append(0)
        }
    }

    /// The rate that counts for `record`, and where it came from.
    public func rate(
        of record: FlowRecord,
        exporter: UInt16
    ) -> (rate: SamplingRate, source: SamplingSource) {
        Scaling.rate(of: record, from: directory.exporters[Int(exporter)])
    }

    /// Announces that this worker is about to wait, so that the routing table need not wait for it.
    public mutating func goOffline() { reader.goOffline() }

    /// How often a flow of `exporter` named a next hop that no path of its prefix has, so that the
    /// best path stands for it (DESIGN 3.7): its views are not of that router, or are behind.
    public func nextHopMismatches(of exporter: UInt16) -> UInt64 { mismatches[Int(exporter)] }

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

/// A side that crossed the edge, until its posting is complete.
struct PostedSide {
    /// Index of the posting it belongs to.
    var posting: Int
    /// Of its interface.
    var interface: InterfaceTraits
    var key: PostingKey
}
