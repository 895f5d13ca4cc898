// SPDX-License-Identifier: Apache-2.0

import Attribution
import Metrics
package import Model
import RouteDecoding
import RouteReception

/// Keeps the collector's metrics: from what is handed over at each flush, never per datagram.
package struct CollectorMetrics {
    let registry: MetricsRegistry
    private var resolver: FactResolver
    private var interconnects: [String]
    private var protocols: [String: FlowProtocol] = [:]
    private var limits: [String: UInt64] = [:]
    private var octetsWithoutBase: UInt64 = 0
    private var nextHopMismatches: [String: UInt64] = [:]
    /// As last counted.
    var speaker = BGPSpeakerStatistics()
    /// What each station had told, by name.
    var stations: [String: BMPStatistics] = [:]
    private var gauges = GaugeBoard()

    /// - Parameters:
    ///   - registry: Where they are kept.
    ///   - inventory: Says which interconnect an interface belongs to.
    ///   - version: Of the program.
    ///   - startTime: When the process began, in seconds since 1970-01-01 00:00 UTC.
    package init(
        registry: MetricsRegistry,
        inventory: Inventory,
        version: String,
        startTime: Int64
    ) {
        self.registry = registry
        resolver = FactResolver(inventory: inventory)
        interconnects = inventory.interconnects.map(\.id)
        gauges.show([([("version", version)], 1)], as: "peerage_build_info", in: registry)
        gauges.show(startTime, as: "peerage_start_time_seconds", in: registry)
        // There before they first happen, so that a rate over them is right from the start.
        count(0, as: "peerage_clock_steps_total")
        count(0, as: "peerage_bgp_session_errors_total", [("error", "Hold Timer Expired")])
        count(0, as: "peerage_bgp_skipped_updates_total", [("family", "1/128")])
        for result in ["accepted", "refused"] {
            count(0, as: "peerage_reload_total", [("result", result)])
        }
        count(0, as: "peerage_limit_reached_total", [("limit", "learn.exporters")])
    }

    /// From now on interfaces mean what `inventory` says.
    package mutating func use(_ inventory: Inventory) {
        resolver = FactResolver(inventory: inventory)
        interconnects = inventory.interconnects.map(\.id)
    }

    /// Counts what workers handed over, and what happened meanwhile.
    ///
    /// - Parameters:
    ///   - parts: Each once.
    ///   - events: What happened that is not in the parts.
    package mutating func count(_ parts: [FlushBatch], events: [OperationalEvent] = []) {
        for part in parts {
            for exporter in part.exporters { protocols[exporter.name] = exporter.flowProtocol }
            countOctets(part.neighbors)
            for event in part.events { count(event) }
        }
        var ledgers: [String: Ledger] = [:]
        for fact in parts.lazy.flatMap(\.ledgers) {
            ledgers[fact.exporter, default: Ledger()] += fact.ledger
        }
        for (exporter, ledger) in ledgers { count(ledger, of: exporter) }
        for event in events { count(event) }
    }

    /// Counts datagrams that the kernel dropped at one socket since the last flush.
    package func countKernelDrops(_ drops: UInt64, socket: String) {
        count(drops, as: "peerage_kernel_drops_total", [("socket", socket)])
    }

    /// Counts segments that the kernel dropped for their MD5 signature since the last flush.
    package func countSignatureFailures(_ segments: UInt64, reason: String) {
        count(segments, as: "peerage_tcp_md5_drops_total", [("reason", reason)])
    }

    /// Counts a flush that the store has taken.
    package func flushed(rows: Int, seconds: Double) {
        Metrics.Timer(label: "peerage_flush_seconds", dimensions: [], factory: registry)
            .recordNanoseconds(Int64(seconds * 1e9))
        Recorder(label: "peerage_flush_rows", dimensions: [], aggregate: true, factory: registry)
            .record(Int64(rows))
    }

    /// Shows how things stand; what is not in `figures` any more is shown no longer.
    package mutating func show(_ figures: CollectorFigures, process: ProcessFigures? = nil) {
        gauges.show(
            figures.exporters.map { ([("exporter", $0.name)], Double($0.lastSeen)) },
            as: "peerage_exporter_last_seen_seconds",
            in: registry
        )
        gauges.show(
            figures.exporters.compactMap { exporter in
                exporter.skewMilliseconds.map { ([("exporter", exporter.name)], Double($0) / 1000) }
            },
            as: "peerage_exporter_skew_seconds",
            in: registry
        )
        gauges.show(
            figures.exporters.compactMap { exporter in
                exporter.templates.map { ([("exporter", exporter.name)], Double($0)) }
            },
            as: "peerage_templates",
            in: registry
        )
        gauges.show(
            figures.exporters.compactMap { exporter in
                exporter.series.map { ([("exporter", exporter.name)], Double($0)) }
            },
            as: "peerage_series",
            in: registry
        )
        for exporter in figures.exporters {
            let now = exporter.nextHopMismatches
            let known = nextHopMismatches.updateValue(now, forKey: exporter.name) ?? 0
            let labels = [("exporter", exporter.name)]
            count(now >= known ? now - known : now, as: "peerage_next_hop_mismatches_total", labels)
        }
        showRoutes(figures)
        countSessions(figures.speaker)
        countStations(figures.stations)
        gauges.show(Int64(figures.waitingRows), as: "peerage_store_waiting_rows", in: registry)
        if let octets = figures.storeOctets {
            gauges.show(Int64(octets), as: "peerage_store_octets", in: registry)
        }
        if let process {
            gauges.show(process.residentOctets, as: "peerage_resident_octets", in: registry)
            gauges.show(process.openDescriptors, as: "peerage_open_descriptors", in: registry)
        }
        for limit in figures.limits {
            let known = limits.updateValue(limit.timesReached, forKey: limit.name) ?? 0
            let more = limit.timesReached >= known ? limit.timesReached - known : limit.timesReached
            count(more, as: "peerage_limit_reached_total", [("limit", limit.name)])
        }
        let octets = figures.octetsWithoutBase
        let more = octets >= octetsWithoutBase ? octets - octetsWithoutBase : octets
        octetsWithoutBase = octets
        count(more, as: "peerage_octets_without_base_total")
    }

    private mutating func showRoutes(_ figures: CollectorFigures) {
        gauges.show(
            figures.neighbors.map { ([("neighbor", $0.name)], $0.isUp ? 1 : 0) },
            as: "peerage_neighbor_up",
            in: registry
        )
        gauges.show(
            figures.neighbors.map { ([("neighbor", $0.name)], $0.isStale ? 1 : 0) },
            as: "peerage_neighbor_stale",
            in: registry
        )
        gauges.show(
            figures.stations.map {
                ([("station", $0.name)], $0.state == "connected" ? 1 : 0)
            },
            as: "peerage_station_up",
            in: registry
        )
        gauges.show(
            figures.stations.map { ([("station", $0.name)], Double($0.peersUp)) },
            as: "peerage_station_peers",
            in: registry
        )
        gauges.show(
            figures.routes.map {
                let family = $0.family == .ipv4 ? "ipv4" : "ipv6"
                return ([("view", $0.view), ("family", family)], Double($0.prefixes))
            },
            as: "peerage_routes",
            in: registry
        )
        gauges.show(Int64(figures.routeQueueDepth), as: "peerage_route_queue_depth", in: registry)
    }
}

// MARK: - Counting

extension CollectorMetrics {
    private func countOctets(_ facts: [NeighborFact]) {
        var octets: [Int: [UInt64]] = [:]
        for fact in facts {
            guard let volume = resolver.resolve(fact), let index = volume.interconnect else {
                continue
            }
            octets[index, default: [0, 0]][Int(volume.direction.rawValue)]
                .addSaturating(fact.measure.octets)
        }
        for (index, octets) in octets {
            for direction in Direction.allCases {
                count(
                    octets[Int(direction.rawValue)],
                    as: "peerage_interconnect_octets_total",
                    [("interconnect", interconnects[index]), ("direction", direction.word)]
                )
            }
        }
    }

    private func count(_ ledger: Ledger, of exporter: String) {
        for (reason, count) in ledger.refused {
            self.count(count, as: "peerage_refused_datagrams_total", [("reason", reason.word)])
            guard reason == .learnLimit else { continue }
            self.count(count, as: "peerage_limit_reached_total", [("limit", "learn.exporters")])
        }
        let label = ("exporter", exporter)
        // What waited for its template in vain stands under no exporter.
        for (reason, count) in ledger.errors {
            self.count(count, as: "peerage_errors_total", [label, ("reason", reason.word)])
        }
        // Neither do refused datagrams and the kernel's drops.
        guard !exporter.isEmpty else { return }
        let word = protocols[exporter]?.word ?? "unknown"
        count(ledger.datagrams, as: "peerage_datagrams_total", [label, ("protocol", word)])
        count(ledger.records, as: "peerage_records_total", [label])
        count(ledger.receivedOctets, as: "peerage_octets_total", [label])
        countMissing(ledger, label)
        for (reason, count) in ledger.undecoded {
            let labels = [label, ("reason", reason.word)]
            self.count(count, as: "peerage_undecoded_datagrams_total", labels)
        }
    }

    private func countMissing(_ ledger: Ledger, _ label: (String, String)) {
        count(ledger.sequenceLost, as: "peerage_sequence_lost_total", [label])
        count(ledger.duplicates, as: "peerage_duplicate_datagrams_total", [label])
        count(ledger.lostRecords, as: "peerage_lost_records_total", [label])
        count(ledger.samplesDropped, as: "peerage_samples_dropped_total", [label])
        count(ledger.samplesLost, as: "peerage_samples_lost_total", [label])
        count(ledger.notSentFlows, as: "peerage_flows_not_sent_total", [label])
    }

    private func count(_ event: OperationalEvent) {
        switch event.kind {
        case .clockStepped: count(1, as: "peerage_clock_steps_total")
        case .configurationReloaded: count(1, as: "peerage_reload_total", [("result", "accepted")])
        case .configurationRefused: count(1, as: "peerage_reload_total", [("result", "refused")])
        default: break
        }
    }

    func count(_ amount: UInt64, as name: String, _ labels: [(String, String)] = []) {
        Counter(label: name, dimensions: labels, factory: registry)
            .increment(by: Int64(clamping: amount))
    }
}
