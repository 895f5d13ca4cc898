// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowReception
import Foundation
import Logging
import Model
import RouteReception
import Settings

/// Opening what the collector listens on.
extension CollectorService {
    /// Octets that the kernel may queue for each socket.
    private static let receiveBuffer = 32 << 20

    /// Makes sure that the state is kept, and by this collector alone.
    func openState() throws {
        let folders = [keeper?.files.directory, snapshots?.directory].compactMap { $0 }
        guard let problem = try stateFolder?.open(folders) else { return }
        note(.stateUnusable, object: settings.state ?? "", detail: problem)
        logger.error("state is not kept", metadata: ["reason": "\(problem)"])
    }

    func loadTables() throws {
        for loaded in try TableLoader.load(settings, feed: feed) {
            logger.info(
                "table loaded",
                metadata: ["path": "\(loaded.path)", "updates": "\(loaded.updates)"]
            )
            if let problem = loaded.problem { logger.warning("\(problem)") }
        }
    }

    func startSpeaker() async throws {
        guard let endpoint = settings.listen.bgp else { return }
        let speaker = BGPSpeaker(
            localASN: settings.inventory.network.asns.first ?? .zero,
            routerID: settings.routerID,
            confederation: settings.inventory.network.confederation,
            neighbors: try CollectorComponents.neighbors(settings),
            events: feed
        )
        do {
            bgpPort = try await speaker.start(on: endpoint.address, port: endpoint.port)
        } catch {
            throw CollectorError("listen.bgp \(endpoint): \(Failure.reason(of: error))")
        }
        self.speaker = speaker
        logger.info("BGP sessions accepted", metadata: ["port": "\(bgpPort ?? 0)"])
    }

    func startStations() async throws {
        guard let endpoint = settings.listen.bmp else { return }
        let stations = BMPListener(
            stations: CollectorComponents.stations(settings),
            events: feed
        )
        do {
            bmpPort = try await stations.start(on: endpoint.address, port: endpoint.port)
        } catch {
            throw CollectorError("listen.bmp \(endpoint): \(Failure.reason(of: error))")
        }
        self.stations = stations
        logger.info("BMP connections accepted", metadata: ["port": "\(bmpPort ?? 0)"])
    }

    /// One thread a worker, each with a socket for every endpoint.
    func startWorkers() throws {
        let endpoints = settings.listen.flows
        guard !endpoints.isEmpty else { return }
        let groups: [SocketGroup]
        do throws(SocketGroup.BindingError) {
            groups = try SocketGroup.bound(
                to: endpoints.map { .init(address: $0.address, port: $0.port) },
                workers: settings.workerCount,
                receiveBuffer: Self.receiveBuffer
            )
        } catch {
            throw CollectorError("listen.flows \(endpoints[error.endpoint]): \(error.reason)")
        }
        for endpoint in endpoints.indices { flowPorts.append(try groups[0].port(of: endpoint)) }
        let granted = try groups[0].grantedReceiveBuffer(of: 0)
        if granted < Self.receiveBuffer {
            logger.warning(
                "the kernel grants a smaller receive buffer: raise net.core.rmem_max",
                metadata: ["octets": "\(granted)", "wanted": "\(Self.receiveBuffer)"]
            )
        }
        let state = loadExporterState()
        for (number, group) in groups.enumerated() {
            let worker = FlowWorker(
                number: number,
                sockets: group,
                pipeline: CollectorComponents.pipeline(
                    settings,
                    feed,
                    inventory: inventory,
                    budget: learnBudget,
                    state: state.filter { snapshot in
                        guard let address = IPAddress(snapshot.exporter) else { return false }
                        let owner = WorkerShare.worker(of: address, count: groups.count)
                        return owner == number
                    },
                    workers: groups.count
                ),
                clock: clock,
                flushSeconds: settings.flushSeconds,
                handOver: { [box] in box.put($0) },
                whenDone: { [finished] in finished.signal() }
            )
            worker.start()
            workers.append(worker)
        }
        let ports = flowPorts.map { "\($0)" }.joined(separator: " ")
        logger.info(
            "flows received",
            metadata: ["ports": "\(ports)", "workers": "\(groups.count)"]
        )
    }

    /// What an earlier run knew of the exporters, so that their first datagram is understood.
    private func loadExporterState() -> [ExporterSnapshot] {
        guard let keeper else { return [] }
        let loaded = keeper.files.load(limits: CollectorComponents.decodingLimits(settings))
        for message in loaded.messages { logger.warning("\(message)") }
        let scope = stateScope
        // Others have files only where these could not be removed.
        let useful = loaded.snapshots.filter { IPAddress($0.exporter).map(scope.keeps) ?? false }
        if !useful.isEmpty {
            logger.info(
                "templates of an earlier run loaded",
                metadata: ["exporters": "\(useful.count)"]
            )
        }
        return useful
    }
}
