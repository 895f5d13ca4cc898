// SPDX-License-Identifier: Apache-2.0

import Collector
import FlowReception
import Foundation
import Logging
import Model
import Settings
import Storage
import Synchronization
import TestSupport

/// A collector that runs on ports of its own, over a folder of its own.
final class ServedCollector: Sendable {
    let folder: TemporaryFolder
    let store: any VolumeStore
    let registry = MetricsRegistry()
    let service: CollectorService
    private let running: Task<Void, any Error>

    /// - Parameters:
    ///   - folder: Where it keeps its state; also that of an earlier run.
    ///   - text: Its configuration, but for `listen` and `network`.
    ///   - store: Where volumes are kept.
    ///   - source: The text that a reload finds.
    /// - Throws: What is wrong with the text, or why it does not start.
    init(
        in folder: TemporaryFolder,
        _ text: String,
        store: any VolumeStore = InMemoryVolumeStore(),
        source: @escaping @Sendable () -> String = { "" }
    ) async throws {
        self.folder = folder
        self.store = store
        let service = CollectorService(
            settings: try folder.settings(Self.head + text),
            store: store,
            source: { () throws(SettingsError) in try folder.settings(Self.head + source()) },
            version: "test",
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        self.service = service
        await service.use(registry)
        try await service.start()
        running = Task { try await service.run() }
    }

    static let head = """
        network: { asns: [64500], prefixes: [203.0.113.0/24], timezone: UTC, currency: EUR }
        flushSeconds: 60
        listen: { flows: ["127.0.0.1:0"], bgp: "127.0.0.1:0", bmp: "127.0.0.1:0", workers: 2 }

        """

    /// Sends datagrams as the exporter of that address, of 127.0.0.0/8.
    func send(_ datagrams: [[UInt8]], from address: String = "127.0.0.1") async throws {
        let port = await service.flowPorts[0]
        let sender = try DatagramSender.connected(
            to: .v4(0x7f00_0001),
            port: port,
            from: TestSupport.address(address)
        )
        for datagram in datagrams { try sender.send(datagram) }
    }

    /// Ends it, as SIGTERM does; all that has been sent is accounted then.
    func end() async throws {
        running.cancel()
        try await running.value
    }

    /// The exporters of which state is kept.
    var kept: [String] {
        let path = "\(folder.path)/state/exporters"
        return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }
}

/// What an exporter with templates sends, now.
enum Announced {
    private static let fields: [TemplateMessage.Field] = [
        .init(8, 4), .init(1, 8), .init(2, 8), .init(10, 4), .init(14, 4),
    ]

    private static func message(_ sequence: UInt32) -> TemplateMessage {
        var message = TemplateMessage.ipfix()
        message.exportTime = UInt32(Date().timeIntervalSince1970)
        message.sequence = sequence
        return message
    }

    static func templates(_ count: Int, sequence: UInt32 = 0) -> [UInt8] {
        var message = message(sequence)
        for id in 256..<256 + count { message.addTemplate(id, fields) }
        return message.octets
    }

    /// One record of 1,500 octets from `interface` to interface 1.
    static func data(sequence: UInt32 = 0, interface: UInt32 = 17) -> [UInt8] {
        var message = message(sequence)
        message.addData(256) {
            $0.write(address("192.0.2.1"))
            $0.write64(1_500)
            $0.write64(1)
            $0.write32(interface)
            $0.write32(1)
        }
        return message.octets
    }
}
