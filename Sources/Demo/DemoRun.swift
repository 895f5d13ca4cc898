// SPDX-License-Identifier: Apache-2.0

import Collector
import FlowReception
public import Foundation
public import Logging
import Model
import Settings
import Storage

/// `peerage demo`: a collector on loopback, fed the bundled captures and routes over real sockets.
///
/// # How it works
///
/// The collector is the real one, with a store in a temporary folder. Its accounting clock starts
/// at the first datagram of the captures and runs faster than the wall; the sender keeps the same
/// pace. So half an hour of traffic passes in seconds, and every slot is sealed on the way.
public struct DemoRun: Sendable {
    private let settings: Settings
    private let fixtures: DemoFixtures
    private let output: @Sendable (String) -> Void
    private let logger: Logger

    /// Seconds of accounting time in a second on the wall.
    private static let pace: Int64 = 120

    /// - Parameters:
    ///   - port: UDP port for flows on loopback; 0 for a free one.
    ///   - folder: An empty folder for the store.
    ///   - logger: Receives what the collector logs.
    ///   - output: Takes what the demo says.
    /// - Throws: When what comes with the program is not there.
    public init(
        port: UInt16,
        folder: URL,
        logger: Logger,
        output: @escaping @Sendable (String) -> Void
    ) throws {
        fixtures = try DemoFixtures()
        var settings = try fixtures.settings()
        let loopback = IPAddress.v4(0x7f00_0001)
        settings.store.sqlite.path = folder.appending(path: "peerage.db").path
        settings.state = nil
        settings.control = nil
        settings.listen.flows = [.init(address: loopback, port: port)]
        settings.listen.bgp = .init(address: loopback, port: 0)
        settings.flushSeconds = 1
        self.settings = settings
        self.logger = logger
        self.output = output
    }

    /// Runs the collector and the senders, then prints the answers.
    ///
    /// `stay` is called once the answers are out, while the collector still runs, with the port
    /// that takes flows; when it returns the demo ends.
    public func run(stay: @Sendable (UInt16) async -> Void) async throws {
        let player = try FlowPlayer(captures: fixtures.captures)
        let clock = ScaledClock(origin: player.firstArrival, factor: Self.pace)
        let store = try await CollectorService.openStore(settings)
        let service = CollectorService(
            settings: settings,
            store: store,
            clock: clock,
            logger: logger
        )
        try await service.start()
        guard let flowPort = await service.flowPorts.first, let bgpPort = await service.bgpPort
        else { throw CollectorError("the collector opened no sockets") }
        output(introduction(player, flowPort: flowPort, bgpPort: bgpPort))

        let collecting = Task { try await service.run() }
        let routes = Task { try await sendRoutes(to: bgpPort) }
        defer {
            routes.cancel()
            collecting.cancel()
        }
        try await waitForRoutes(of: service, sentBy: routes)
        try await player.play(to: flowPort, clock: clock)
        try await waitUntilSealed(through: player.lastArrival, clock: clock, store: store)
        output(try await DemoAnswers(settings: settings, store: store).text())
        await stay(flowPort)
        collecting.cancel()
        try await collecting.value
    }

    private func introduction(_ player: FlowPlayer, flowPort: UInt16, bgpPort: UInt16) -> String {
        """
        A collector runs on loopback: flows to UDP port \(flowPort), BGP on TCP port \(bgpPort).
        Sending it \(player.count) datagrams of real exporters (\(fixtures.captureNames)),
        and a router's routes by BGP; half an hour of traffic in about \
        \(seconds(player)) seconds.

        """
    }

    /// How long it takes until the last slot is sealed.
    private func seconds(_ player: FlowPlayer) -> Int64 {
        let traffic = (player.lastArrival - player.firstArrival) / 1_000_000_000
        return (traffic + settings.slotSeconds + settings.latenessSeconds) / Self.pace + 1
    }

    private func sendRoutes(to port: UInt16) async throws {
        guard let neighbor = settings.neighbors.first else { return }
        let sender = RouteSender(
            asn: neighbor.asn,
            routerID: UInt32(truncatingIfNeeded: neighbor.address.bits >> 96),
            source: neighbor.address
        )
        let updates = try RouteSender.updates(ofTable: fixtures.routes)
        try await sender.play(updates, to: .v4(0x7f00_0001), port: port)
    }

    /// Flows that come before the routes would have no path.
    private func waitForRoutes(
        of service: CollectorService,
        sentBy sender: Task<Void, any Error>
    ) async throws {
        for _ in 0..<600 {
            if await service.hasAllInitialRoutes { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        sender.cancel()
        try await sender.value
        throw CollectorError("no routes came by BGP within 30 seconds")
    }

    private func waitUntilSealed(
        through last: Int64,
        clock: ScaledClock,
        store: any VolumeStore
    ) async throws {
        let slot = last / 1_000_000_000 / settings.slotSeconds * settings.slotSeconds
        for _ in 0..<600 {
            let isSealed = try await store.slots(in: slot..<slot + 1).contains(where: \.isSealed)
            let isEvaluated = try await store.alerts().contains { $0.slot >= slot }
            if isSealed, isEvaluated { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw CollectorError("the last slot was not sealed within a minute")
    }
}
