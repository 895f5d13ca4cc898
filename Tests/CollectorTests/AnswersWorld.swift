// SPDX-License-Identifier: Apache-2.0

import Collector
import Console
import Foundation
import Logging
import Model
import Settings
import Storage
import TestSupport

/// A store with an hour of volumes, asked as a running collector and as a command without one.
final class AnswersWorld {
    let settings: Settings
    let store: any VolumeStore
    private let folder: URL
    /// What hooks were called with.
    let calls = Calls()

    actor Calls {
        private(set) var adopted: [Adoption] = []
        func adopt(_ adoption: Adoption) { adopted.append(adoption) }
    }

    /// 2026-01-01 00:00 UTC.
    static let start: Int64 = 1_767_225_600
    static let now = Date(timeIntervalSince1970: Double(start) + 3600 + 137)

    init() async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "answers-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var settings = try Settings.load(
            text: """
                network: { asns: [64500], prefixes: [203.0.113.0/24], timezone: UTC, currency: EUR }
                exporters:
                  - name: er1
                    addresses: [192.0.2.1]
                    interfaces:
                      - { index: 1, role: internal }
                      - { index: 17, name: et-0/0/1, speed: 1G }
                listen: { bgp: "127.0.0.1:0" }
                neighbors: [{ name: er1, address: 192.0.2.1, asn: 64500 }]
                interconnects:
                  - id: transit-1
                    kind: transit
                    peers: [64510]
                    interfaces: [{ exporter: er1, index: 17 }]
                """,
            file: folder.appending(path: "peerage.yaml").path
        )
        settings.alerts.rules = [AlertRuleSettings(id: "busy")]
        settings.control = nil
        settings.learn.from = [IPPrefix(.v4(0xc000_0200), length: 24)]
        self.settings = settings
        store = try await CollectorService.openStore(settings)
        _ = try await store.add(try await Self.batch(settings))
        try await store.save([
            AlertRecord(
                rule: "busy",
                object: "transit-1 ingress",
                state: "firing",
                since: Self.start,
                count: 2,
                slot: Self.start + 3300,
                value: 83.25,
                isDelivered: true
            )
        ])
    }

    var socketPath: String { folder.appending(path: "s").path }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// An hour from a listed exporter, with an interface nobody listed, and from a pending one.
    private static func batch(_ settings: Settings) async throws -> FlushBatch {
        var batch = FlushBatch(id: "1", collector: "test", time: start + 3600)
        for slot in stride(from: start, to: start + 3600, by: 300) {
            for (exporter, interface) in [
                ("er1", 17), ("er1", 42), ("192.0.2.7", 5),
            ] as [(String, UInt32)] {
                batch.add(1_000_000, of: exporter, interface, peer: 64510, in: slot)
            }
            batch.sealed.append(slot)
        }
        for name in ["er1", "192.0.2.7"] {
            var state = ExporterState(
                name: name,
                lastSeen: start + 3590,
                flowProtocol: .ipfix,
                rate: SamplingRate(1000),
                rateSource: .options
            )
            state.isPending = name != "er1"
            state.address = IPAddress(name) ?? address("192.0.2.1")
            state.firstSeen = start
            batch.exporters.append(state)
        }
        batch.sessions = [session]
        batch.events = [
            OperationalEvent(time: start + 60, kind: .sessionEstablished, object: "er1")
        ]
        batch.interfaceNotes = [
            InterfaceNote(exporter: "er1", index: 42, name: "et-0/0/2", description: "Transit: B"),
            InterfaceNote(exporter: "192.0.2.7", index: 5, name: "xe-1", description: ""),
        ]
        return batch
    }

    static let session = SessionState(
        neighbor: "er1",
        state: "established",
        since: start,
        ipv4Prefixes: 900_000,
        ipv6Prefixes: 200_000,
        lastError: ""
    )

    /// As a command without a collector.
    var command: Answers {
        var sources = AnswerSources.inProcess(settings)
        sources.now = { Self.now }
        return Answers(sources)
    }

    /// As the collector that has the store.
    func collector(_ change: (inout CollectorStanding) -> Void = { _ in }) -> Answers {
        Answers(sources(change))
    }

    func sources(_ change: (inout CollectorStanding) -> Void = { _ in }) -> AnswerSources {
        var standing = CollectorStanding(startedAt: Self.start, version: "0.1.0")
        change(&standing)
        let (settings, store, calls) = (settings, store, calls)
        let hooks = CollectorHooks(
            standing: { [standing] in standing },
            sessions: { [Self.session] },
            feed: CollectorComponents.routeFeed(settings),
            reload: { CollectorHooks.Reload(lines: ["er2 is new"], isAccepted: true) },
            adopted: { await calls.adopt($0) },
            checkAlerts: { _ in AlertService.Outcome() },
            metrics: { "peerage_up 1\n" }
        )
        var sources = AnswerSources(
            settings: { settings },
            reading: { store },
            writing: { store },
            collector: hooks
        )
        sources.now = { Self.now }
        return sources
    }
}

extension FlushBatch {
    /// Adds octets that came in from `peer` and stayed, with their ledger.
    mutating func add(
        _ octets: UInt64,
        of exporter: String,
        _ interface: UInt32,
        peer: UInt32,
        origin: UInt32? = nil,
        mac: MACAddress = .zero,
        in slot: Int64
    ) {
        let key = InterfaceKey(
            exporter: exporter,
            interface: interface,
            direction: .ingress,
            family: .ipv4
        )
        var evidence = Evidence()
        evidence.exportedPeerAS = ASN(rawValue: peer)
        evidence.remoteMAC = mac
        let neighbor = NeighborKey(interface: key, evidence: evidence)
        let origin = ASN(rawValue: origin ?? peer)
        let path = PathKey(neighbor: neighbor, asPath: ASPath(), originAS: origin)
        let measure = Measure(
            octets: octets,
            packets: 1,
            unscaledOctets: octets,
            unscaledPackets: 1
        )
        interfaces.append(InterfaceFact(slot: slot, key: key, measure: measure))
        neighbors.append(NeighborFact(slot: slot, key: neighbor, measure: measure))
        paths.append(PathFact(slot: slot, key: path, measure: measure))
        var ledger = Ledger()
        (ledger.datagrams, ledger.decoded, ledger.records) = (1, 1, 1)
        (ledger.receivedOctets, ledger.ingressOctets, ledger.terminatedOctets) =
            (octets, octets, octets)
        ledgers.append(LedgerFact(slot: slot, exporter: exporter, ledger: ledger))
    }
}
