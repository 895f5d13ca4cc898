// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Foundation
import Logging
import Model
import RouteReception
import Routing
import Settings
import Storage

/// The figures of `/metrics`, kept at each flush.
extension CollectorService {
    func measure(
        _ reports: [WorkerReport],
        _ events: [OperationalEvent]
    ) async {
        for report in reports { workerFigures[report.worker] = report.figures }
        let parts = reports.map(\.totals)
        remember(parts)
        watchSignatures()
        guard metrics != nil else { return }
        metrics?.count(parts, events: events)
        for report in reports {
            for (endpoint, drops) in report.kernelDrops.enumerated() {
                let socket = "\(settings.listen.flows[endpoint].address):\(flowPorts[endpoint])"
                metrics?.countKernelDrops(drops, socket: socket)
            }
        }
        metrics?.show(await figures(), process: ProcessFigures.now())
    }

    private func figures() async -> CollectorFigures {
        var figures = CollectorFigures()
        figures.exporters = exporterFigures()
        figures.neighbors = feed.standings().map { standing in
            .init(
                name: standing.name,
                isUp: standing.state == "established",
                isStale: standing.isStale
            )
        }
        if let statistics = speaker?.statistics { figures.speaker = statistics }
        figures.stations = feed.stations
        figures.routeQueueDepth = feed.queueStatistics.depth
        let summary = feed.summary()
        figures.routes = summary.views.flatMap { view in
            [
                .init(view: view.name, family: .ipv4, prefixes: view.ipv4Prefixes),
                .init(view: view.name, family: .ipv6, prefixes: view.ipv6Prefixes),
            ]
        }
        let status = await writer?.status
        figures.waitingRows = status?.rows ?? 0
        figures.storeOctets = storeOctets
        figures.limits = limitsReached(status, summary)
        figures.octetsWithoutBase = workerFigures.values.reduce(0) {
            $0 &+ $1.decoder.octetsWithoutBase
        }
        return figures
    }

    /// All that are known, also those that said nothing since the last flush.
    private func exporterFigures() -> [CollectorFigures.Exporter] {
        var held: [String: PipelineFigures.Exporter] = [:]
        for exporter in workerFigures.values.lazy.flatMap(\.exporters) {
            // Of several workers when it sends from several addresses; each has limits of its own.
            guard let other = held[exporter.name] else {
                held[exporter.name] = exporter
                continue
            }
            held[exporter.name]?.series = max(other.series, exporter.series)
            held[exporter.name]?.nextHopMismatches =
                other.nextHopMismatches &+ exporter.nextHopMismatches
            if let templates = exporter.templates {
                held[exporter.name]?.templates = templates + (other.templates ?? 0)
            }
        }
        return exporterStates.values.map { state in
            let held = held[state.name]
            return .init(
                state,
                templates: held?.templates,
                series: held?.series,
                nextHopMismatches: held?.nextHopMismatches ?? 0
            )
        }
    }

    /// What the store's files take; nil for a store that has none.
    private var storeOctets: Int? {
        guard hasStoreFile else { return nil }
        let path = settings.store.sqlite.path
        return [path, path + "-wal"].reduce(0) { sum, path in
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            return sum + (attributes?[.size] as? Int ?? 0)
        }
    }

    /// How often each limit has been reached since the process began.
    private func limitsReached(
        _ status: VolumeWriter.Status?,
        _ routes: RoutingSummary
    ) -> [CollectorFigures.Limit] {
        let figures = workerFigures.values
        let total = figures.reduce(into: DecoderStatistics()) { $0 += $1.decoder }
        return [
            .init(name: "series", timesReached: figures.reduce(0) { $0 &+ $1.seriesLimitReached }),
            .init(name: "waitingRows", timesReached: status?.limitReached ?? 0),
            .init(name: "routeUpdates", timesReached: feed.queueStatistics.timesFull),
            .init(name: "maxPrefixes", timesReached: feed.prefixLimitsReached),
            .init(name: "routePaths", timesReached: UInt64(routes.refusedPaths)),
            .init(name: "exporters", timesReached: total.exportersRefused),
            .init(name: "domains", timesReached: total.domainsEvicted),
            .init(
                name: "templates",
                timesReached: total.templatesEvicted &+ total.templatesRefused
            ),
            .init(name: "samplers", timesReached: total.samplersEvicted),
            .init(name: "heldSets", timesReached: total.heldSetsEvicted),
            .init(name: "interfaceNames", timesReached: total.interfaceNamesRefused),
            .init(name: "runningTotals", timesReached: total.totalsEvicted),
        ]
    }

    /// Signed segments that the kernel drops reach no socket: only its counters tell of them.
    private func watchSignatures() {
        guard speaker != nil else { return }
        for (reason, count) in signatureFailures.look() {
            metrics?.countSignatureFailures(count, reason: reason)
            guard count > 0 else { continue }
            logger.warning(
                "TCP segments dropped for their MD5 signature, of whatever connection of this host",
                metadata: ["reason": "\(reason)", "count": "\(count)"]
            )
        }
    }
}
