// SPDX-License-Identifier: Apache-2.0

import Foundation
import Metrics
import Model
import RouteReception
import Testing

@testable import Collector

@Suite("Metrics")
struct MetricsTests {
    private static let router = "er1.fra"

    /// One exporter with a transit interface and one interface that nobody has listed.
    private static let inventory: Inventory = {
        var inventory = Inventory()
        var exporter = Exporter(name: router)
        exporter.addresses = [.v4(0xc000_0201)]
        inventory.exporters = [exporter]
        inventory.interconnects = [transit(on: 17)]
        return inventory
    }()

    private static func transit(on interface: UInt32) -> Interconnect {
        var transit = Interconnect(id: "transit-1", kind: .transit)
        transit.interfaces = [.init(exporter: router, index: interface)]
        return transit
    }

    private static func metrics(_ registry: MetricsRegistry) -> CollectorMetrics {
        CollectorMetrics(
            registry: registry,
            inventory: inventory,
            version: "1.2",
            startTime: 1_795_268_220
        )
    }

    private static func fact(
        _ interface: UInt32,
        _ direction: Direction,
        _ octets: UInt64
    )
        -> NeighborFact
    {
        let key = InterfaceKey(
            exporter: router,
            interface: interface,
            direction: direction,
            family: .ipv4
        )
        return NeighborFact(
            slot: 1_795_268_100,
            key: NeighborKey(interface: key, evidence: Evidence()),
            measure: Measure(octets: octets, packets: 1, unscaledOctets: 1, unscaledPackets: 1)
        )
    }

    private static func batch() -> FlushBatch {
        var batch = FlushBatch(id: "1", collector: "c", time: 1_795_268_225)
        batch.neighbors = [fact(17, .ingress, 700), fact(17, .ingress, 42), fact(99, .egress, 5)]
        batch.exporters = [
            ExporterState(
                name: router,
                lastSeen: 1_795_268_224,
                flowProtocol: .ipfix,
                rate: .one,
                rateSource: .assumed
            )
        ]
        var ledger = Ledger()
        ledger.datagrams = 12
        ledger.decoded = 10
        ledger.undecoded = [.malformed: 2]
        ledger.errors = [.unknownTemplate: 3]
        ledger.records = 100
        ledger.receivedOctets = 747
        ledger.sequenceLost = 4
        (ledger.duplicates, ledger.refused) = (5, [.duplicate: 5])
        (ledger.lostRecords, ledger.samplesDropped) = (6, 7)
        (ledger.samplesLost, ledger.notSentFlows) = (8, 9)
        var strangers = Ledger()
        strangers.datagrams = 8
        strangers.refused = [.unknownExporter: 8]
        batch.ledgers = [
            LedgerFact(slot: 1_795_268_100, exporter: router, ledger: ledger),
            LedgerFact(slot: 1_795_268_100, exporter: "", ledger: strangers),
        ]
        return batch
    }

    @Test("a flush adds what was handed over to the counters")
    func counts() throws {
        let registry = MetricsRegistry()
        var metrics = Self.metrics(registry)
        metrics.count([Self.batch()])
        metrics.count([Self.batch()], events: [OperationalEvent(time: 0, kind: .clockStepped)])
        metrics.countKernelDrops(6, socket: "127.0.0.1:2055")
        metrics.flushed(rows: 6, seconds: 0.02)
        let page = try ExpositionPage(registry.text())
        let router = #"exporter="er1.fra""#
        #expect(page["peerage_datagrams_total", router + #",protocol="ipfix""#] == 24)
        #expect(page["peerage_undecoded_datagrams_total", router + #",reason="malformed""#] == 4)
        #expect(page["peerage_errors_total", router + #",reason="unknownTemplate""#] == 6)
        #expect(page["peerage_records_total", router] == 200)
        #expect(page["peerage_octets_total", router] == 1494)
        #expect(page["peerage_sequence_lost_total", router] == 8)
        #expect(page["peerage_duplicate_datagrams_total", router] == 10)
        #expect(page["peerage_refused_datagrams_total", #"reason="duplicate""#] == 10)
        #expect(page["peerage_lost_records_total", router] == 12)
        #expect(page["peerage_samples_dropped_total", router] == 14)
        #expect(page["peerage_samples_lost_total", router] == 16)
        #expect(page["peerage_flows_not_sent_total", router] == 18)
        #expect(page["peerage_refused_datagrams_total", #"reason="unknownExporter""#] == 16)
        #expect(page["peerage_kernel_drops_total", #"socket="127.0.0.1:2055""#] == 6)
        let ingress = #"direction="ingress",interconnect="transit-1""#
        #expect(page["peerage_interconnect_octets_total", ingress] == 1484)
        let egress = #"direction="egress",interconnect="transit-1""#
        #expect(page["peerage_interconnect_octets_total", egress] == 0)
        #expect(page["peerage_clock_steps_total", ""] == 1)
        #expect(page["peerage_reload_total", #"result="refused""#] == 0)
        #expect(page["peerage_flush_seconds_bucket", #"le="0.01""#] == 0)
        #expect(page["peerage_flush_seconds_bucket", #"le="0.025""#] == 1)
        #expect(page["peerage_flush_seconds_bucket", #"le="+Inf""#] == 1)
        #expect(page["peerage_flush_rows_sum", ""] == 6)
        #expect(page["peerage_build_info", #"version="1.2""#] == 1)
        #expect(page["peerage_start_time_seconds", ""] == 1_795_268_220)
    }

    @Test("a line in the inventory that changes moves what is counted from then on")
    func reload() throws {
        let registry = MetricsRegistry()
        var metrics = Self.metrics(registry)
        var inventory = Self.inventory
        inventory.interconnects = [Self.transit(on: 99)]
        metrics.use(inventory)
        metrics.count([Self.batch()])
        let page = try ExpositionPage(registry.text())
        let egress = #"direction="egress",interconnect="transit-1""#
        #expect(page["peerage_interconnect_octets_total", egress] == 5)
    }

    @Test("what the BGP speaker counts is counted on, also when it begins anew")
    func speaker() throws {
        let registry = MetricsRegistry()
        var metrics = Self.metrics(registry)
        var figures = CollectorFigures()
        metrics.show(figures)
        let error = "UPDATE Message Error/Malformed AS_PATH"
        for (pauses, errors) in [(3, 1), (5, 1), (1, 0)] {
            figures.speaker.pauses = pauses
            figures.speaker.overLimit = 2 * pauses
            figures.speaker.sessionErrors = errors == 0 ? [:] : [error: errors]
            metrics.show(figures)
        }
        let page = try ExpositionPage(registry.text())
        #expect(page["peerage_bgp_pauses_total", ""] == 6)
        #expect(page["peerage_bgp_connections_over_limit_total", ""] == 12)
        #expect(page["peerage_bgp_session_errors_total", "error=\"\(error)\""] == 1)
    }

    @Test("a neighbor that is configured no more is shown no more")
    func goneGauges() throws {
        let registry = MetricsRegistry()
        var metrics = Self.metrics(registry)
        var figures = CollectorFigures()
        figures.neighbors = [
            .init(name: "er1", isUp: true, isStale: false),
            .init(name: "er2", isUp: false, isStale: true),
        ]
        figures.routes = [.init(view: "er1", family: .ipv6, prefixes: 160_000)]
        figures.exporters = [
            .init(
                name: "er1",
                lastSeen: 7,
                skewMilliseconds: -1500,
                templates: 3,
                nextHopMismatches: 4
            )
        ]
        figures.limits = [.init(name: "templates", timesReached: 5)]
        figures.octetsWithoutBase = 70
        metrics.show(figures, process: ProcessFigures(residentOctets: 9, openDescriptors: 4))
        var page = try ExpositionPage(registry.text())
        #expect(page["peerage_neighbor_up", #"neighbor="er1""#] == 1)
        #expect(page["peerage_neighbor_stale", #"neighbor="er2""#] == 1)
        #expect(page["peerage_routes", #"family="ipv6",view="er1""#] == 160_000)
        #expect(page["peerage_exporter_skew_seconds", #"exporter="er1""#] == -1.5)
        #expect(page["peerage_templates", #"exporter="er1""#] == 3)
        #expect(page["peerage_resident_octets", ""] == 9)
        #expect(page["peerage_limit_reached_total", #"limit="templates""#] == 5)
        #expect(page["peerage_octets_without_base_total", ""] == 70)
        #expect(page["peerage_next_hop_mismatches_total", #"exporter="er1""#] == 4)

        figures.neighbors.removeLast()
        figures.routes = []
        figures.limits = [.init(name: "templates", timesReached: 7)]
        figures.octetsWithoutBase = 90
        metrics.show(figures)
        page = try ExpositionPage(registry.text())
        #expect(page["peerage_neighbor_up", #"neighbor="er1""#] == 1)
        #expect(page["peerage_neighbor_up", #"neighbor="er2""#] == nil)
        #expect(!page.types.keys.contains("peerage_routes"))
        #expect(page["peerage_limit_reached_total", #"limit="templates""#] == 7)
        #expect(page["peerage_octets_without_base_total", ""] == 90)
    }

    @Test("labels from elsewhere can neither end a line nor pass for a sample")
    func hostileLabels() throws {
        let registry = MetricsRegistry()
        let hostile = ["a\"} 1\nx{y=\"", "back\\slash", "\u{1b}[31m", "\u{202e}abc", "é", "\\", ""]
        for name in hostile {
            Counter(label: "c", dimensions: [("exporter", name)], factory: registry).increment()
        }
        let text = registry.text()
        let page = try ExpositionPage(text)
        #expect(page.samples.count == hostile.count)
        #expect(page["c", #"exporter="back\\slash""#] == 1)
        #expect(page["c", #"exporter="\\u{1B}[31m""#] == 1)
        let lines = text.unicodeScalars.filter { $0 != "\n" }
        #expect(lines.allSatisfy(VisibleText.isVisible))
    }

    @Test("a label that strangers fill in has so many series and no more, and it is counted")
    func bounded() throws {
        let registry = MetricsRegistry(mostSeries: 100)
        for number in 0..<1000 {
            Counter(label: "c", dimensions: [("remote", "\(number)")], factory: registry)
                .increment()
        }
        Counter(label: "d", factory: registry).increment()
        let page = try ExpositionPage(registry.text())
        #expect(page.samples.count { $0.key.hasPrefix("c{") } == 100)
        #expect(page["d", ""] == 1)
        #expect(page["peerage_metrics_dropped_series_total", #"metric="c""#] == 900)
    }

    @Test("one name has one kind")
    func kinds() throws {
        let registry = MetricsRegistry()
        Counter(label: "c", factory: registry).increment(by: 3)
        Gauge(label: "c", dimensions: [("a", "b")], factory: registry).record(1)
        Recorder(label: "hb.requests", dimensions: [("le", "1")], factory: registry).record(2.5)
        let page = try ExpositionPage(registry.text())
        #expect(page.types["c"] == "counter")
        #expect(page["c", ""] == 3)
        #expect(page["c", #"a="b""#] == nil)
        #expect(page["hb_requests_sum", #"exported_le="1""#] == 2.5)
    }

    @Test("the page stays the same while nothing happens")
    func stable() {
        let registry = MetricsRegistry()
        var metrics = Self.metrics(registry)
        metrics.count([Self.batch()])
        #expect(registry.text() == registry.text())
        let types = registry.text().split(separator: "\n").filter { $0.hasPrefix("# TYPE") }
        #expect(types == types.sorted())
    }

    @Test("counters stay at the most there is")
    func saturation() throws {
        let registry = MetricsRegistry()
        let counter = Counter(label: "c", factory: registry)
        for _ in 0..<3 { counter.increment(by: Int64.max) }
        #expect(registry.text().contains("c 18446744073709551615\n"))
    }

    @Test("the kernel says what the process takes")
    func process() throws {
        let figures = try #require(ProcessFigures.now())
        #expect(figures.residentOctets > 1_000_000 && figures.openDescriptors >= 3)
    }

    @Test("promtool finds nothing wrong with the page", .enabled(if: Promtool.path != nil))
    func promtool() throws {
        let registry = MetricsRegistry()
        var metrics = Self.metrics(registry)
        metrics.count([Self.batch()])
        metrics.flushed(rows: 6, seconds: 0.02)
        var figures = CollectorFigures()
        figures.exporters = [.init(name: "\u{1b}\"\\", lastSeen: 7, skewMilliseconds: 1)]
        metrics.show(figures, process: ProcessFigures.now())
        #expect(try Promtool.check(registry.text()) == "")
    }
}

/// The page read by the rules of the format: comments before samples, each series once.
private struct ExpositionPage {
    var types: [String: String] = [:]
    var samples: [String: Double] = [:]

    struct Malformed: Error { var line: String }

    init(_ text: String) throws {
        #expect(text.hasSuffix("\n"))
        let sample =
            #/
            ([a-zA-Z_:][a-zA-Z0-9_:]*)
            (\{ (?: [a-zA-Z_][a-zA-Z0-9_]* =" (?: [^"\\\n] | \\[\\n"] )* ",? )+ \})?
            \s(\S+)
            /#
        var helped: Set<Substring> = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 3)
            if line.hasPrefix("# HELP ") {
                #expect(helped.insert(words[2]).inserted && words.count == 4)
            } else if line.hasPrefix("# TYPE ") {
                #expect(helped.contains(words[2]))
                #expect(types.updateValue(String(words[3]), forKey: String(words[2])) == nil)
            } else {
                guard let match = line.wholeMatch(of: sample), let value = Double(match.3) else {
                    throw Malformed(line: String(line))
                }
                let family = String(match.1).replacing(/_(bucket|sum|count)$/, with: "")
                #expect(types[String(match.1)] != nil || types[family] != nil, "\(line)")
                let series = match.2.map { "\(match.1)\($0)" } ?? "\(match.1){}"
                #expect(samples.updateValue(value, forKey: series) == nil, "\(line)")
            }
        }
    }

    subscript(name: String, labels: String) -> Double? { samples["\(name){\(labels)}"] }
}

/// The checker that comes with Prometheus, where it is installed.
private enum Promtool {
    static let path: String? = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":")
        .map { "\($0)/promtool" }
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// What it has to say of `page`; nothing when all is well.
    static func check(_ page: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: path ?? "")
        process.arguments = ["check", "metrics"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(page.utf8))
        try input.fileHandleForWriting.close()
        let words = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: words, as: UTF8.self)
    }
}
