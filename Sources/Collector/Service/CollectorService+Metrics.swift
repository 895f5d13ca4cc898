// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import Routing
import Settings
import Storage

/// The figures of `/metrics`, kept at each flush.
extension CollectorService {
    func measure(
        _ reports: [WorkerReport],
        _ events: [OperationalEvent]
    ) async {
        for report in reports { decoders[report.worker] = report.decoder }
        guard metrics != nil else { return }
        let parts = reports.map(\.totals)
        metrics?.count(parts, events: events)
        for report in reports {
            for (endpoint, drops) in report.kernelDrops.enumerated() {
                let socket = "\(settings.listen.flows[endpoint].address):\(flowPorts[endpoint])"
                metrics?.countKernelDrops(drops, socket: socket)
            }
        }
        metrics?.show(await figures(parts), process: ProcessFigures.now())
    }

    private func figures(_ parts: [FlushBatch]) async -> CollectorFigures {
        var figures = CollectorFigures()
        figures.exporters = parts.flatMap(\.exporters).map { .init($0) }
        figures.neighbors = feed.standings().map { standing in
            .init(
                name: standing.name,
                isUp: standing.state == "established",
                isStale: standing.isStale
            )
        }
        figures.routeQueueDepth = feed.queueStatistics.depth
        figures.routes = feed.summary().views.flatMap { view in
            [
                .init(view: view.name, family: .ipv4, prefixes: view.ipv4Prefixes),
                .init(view: view.name, family: .ipv6, prefixes: view.ipv6Prefixes),
            ]
        }
        figures.waitingRows = await writer?.status.rows ?? 0
        figures.storeOctets = (try? await reader?.statistics())?.octets
        figures.limits = limitsReached()
        return figures
    }

    /// How often each limit has been reached since the process began.
    private func limitsReached() -> [CollectorFigures.Limit] {
        let total = decoders.values.reduce(into: DecoderStatistics()) { $0 += $1 }
        return [
            .init(name: "exporters", timesReached: total.exportersRefused),
            .init(name: "domains", timesReached: total.domainsEvicted),
            .init(
                name: "templates",
                timesReached: total.templatesEvicted &+ total.templatesRefused
            ),
            .init(name: "samplers", timesReached: total.samplersEvicted),
            .init(name: "heldSets", timesReached: total.heldSetsEvicted),
            .init(name: "interfaceNames", timesReached: total.interfaceNamesRefused),
        ]
    }
}
