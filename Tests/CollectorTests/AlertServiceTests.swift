// SPDX-License-Identifier: Apache-2.0

import Alerting
import Collector
import Foundation
import Logging
import Model
import Settings
import Storage
import Synchronization
import Testing

@Suite("AlertService")
struct AlertServiceTests {
    /// A transit port of 1 Gbit/s, watched by one rule.
    private func settings(_ webhooks: [String]) throws -> Settings {
        var settings = try Settings.load(
            text: """
                network: { asns: [64500], prefixes: [203.0.113.0/24], timezone: UTC, currency: EUR }
                exporters:
                  - { name: er1, addresses: [192.0.2.1], interfaces: [{ index: 17, speed: 1G }] }
                interconnects:
                  - id: transit-1
                    kind: transit
                    peers: [64510]
                    interfaces: [{ exporter: er1, index: 17 }]
                """,
            file: "test.yaml"
        )
        settings.alerts.rules = [AlertRuleSettings(id: "busy")]
        settings.alerts.notify = webhooks.map { .webhook(.init(url: $0)) }
        return settings
    }

    /// The port is full in the slots from the first on.
    private func service(
        slots: Int64,
        from begin: Int64 = 0,
        webhooks: [String] = [],
        clock: (any AccountingClock)? = nil,
        post: AlertService.Post? = nil
    ) async throws -> (AlertService, InMemoryVolumeStore) {
        let store = InMemoryVolumeStore()
        var batch = FlushBatch(id: "1", collector: "test", time: 0)
        let key = InterfaceKey(
            exporter: "er1",
            interface: 17,
            direction: .ingress,
            family: .ipv4
        )
        for slot in stride(from: begin, to: begin + slots * 300, by: 300) {
            let octets: UInt64 = 300 * 1_000_000_000 / 8
            let measure = Measure(
                octets: octets,
                packets: 1,
                unscaledOctets: octets,
                unscaledPackets: 1
            )
            let neighbor = NeighborKey(interface: key, evidence: Evidence())
            batch.neighbors.append(NeighborFact(slot: slot, key: neighbor, measure: measure))
            batch.sealed.append(slot)
        }
        #expect(try await store.add(batch))
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let service = try AlertService(
            settings: try settings(webhooks),
            store: store,
            logger: logger,
            clock: clock,
            post: post
        )
        return (service, store)
    }

    @Test("an alert is raised once, however often its slots are looked at")
    func once() async throws {
        let (service, store) = try await service(slots: 3)
        let first = try await service.run(through: 600, deliver: true)
        #expect(first.events.map(\.object) == ["transit-1 ingress"])
        let second = try await service.run(through: 600, deliver: true)
        #expect(second.events.isEmpty)
        #expect(try await store.alerts().filter(\.isFiring).count == 1)
    }

    @Test("a slot that was sealed again, long after newer ones, changes nothing")
    func older() async throws {
        let (service, store) = try await service(slots: 3)
        _ = try await service.run(through: 600, deliver: true)
        let before = try await store.alerts()
        let late = try await service.run(through: 0, deliver: true)
        #expect(late.events.isEmpty)
        #expect(try await store.alerts() == before)
    }

    /// Shows what it is told to.
    private final class SetClock: AccountingClock {
        private let seconds: Atomic<Int64>

        init(_ seconds: Int64) { self.seconds = Atomic(seconds) }

        func set(to time: Int64) { seconds.store(time, ordering: .relaxed) }
        func now() -> Int64 { seconds.load(ordering: .relaxed) * 1_000_000_000 }
        func time(ofArrival arrival: Int64) -> Int64 { arrival }
    }

    @Test("a clock that was a day ahead and is set back leaves no alert blind")
    func setBack() async throws {
        let day: Int64 = 86_400
        let clock = SetClock(day + 900)
        let (service, store) = try await service(slots: 1, from: day, clock: clock)
        let ahead = try await service.run(through: day, deliver: true)
        #expect(Set(ahead.records.map(\.slot)) == [day])
        #expect(ahead.events.isEmpty)
        clock.set(to: 900)
        // The slots of the future are sealed, but nobody may take them for the last.
        #expect(try await service.lastSealedSlot() == nil)
        var batch = FlushBatch(id: "2", collector: "test", time: 900)
        let octets: UInt64 = 300 * 1_000_000_000 / 8
        let key = InterfaceKey(exporter: "er1", interface: 17, direction: .ingress, family: .ipv4)
        for slot in [300, 600] as [Int64] {
            batch.neighbors.append(
                NeighborFact(
                    slot: slot,
                    key: NeighborKey(interface: key, evidence: Evidence()),
                    measure: Measure(
                        octets: octets,
                        packets: 1,
                        unscaledOctets: octets,
                        unscaledPackets: 1
                    )
                )
            )
            batch.sealed.append(slot)
        }
        #expect(try await store.add(batch))
        #expect(try await service.lastSealedSlot() == 600)
        let after = try await service.run(through: 600, deliver: true)
        #expect(after.events.map(\.slot) == [600])
        #expect(Set(try await store.alerts().map(\.slot)) == [600])
        // Also when it is asked for slots that are still to come.
        #expect(try await service.run(through: day, deliver: true).events.isEmpty)
        #expect(Set(try await store.alerts().map(\.slot)) == [600])
    }

    @Test("after a reload, what is still evaluated by the old rules is over before the new begin")
    func reloaded() async throws {
        let (posting, continuation) = AsyncStream.makeStream(of: Void.self)
        let count = Mutex(0)
        let (before, store) = try await service(slots: 3, webhooks: ["http://one"]) { _, _ in
            count.withLock { $0 += 1 }
            continuation.yield()
            try? await Task.sleep(for: .milliseconds(500))
            return nil
        }
        async let first = before.run(through: 600, deliver: true)
        _ = await posting.first { _ in true }
        let after = try AlertService(
            settings: try settings(["http://one"]),
            store: store,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            after: before,
            post: { _, _ in
                count.withLock { $0 += 1 }
                return nil
            }
        )
        let second = try await after.run(through: 600, deliver: true)
        #expect(try await first.events.count == 1)
        #expect(second.events.isEmpty)
        #expect(count.withLock { $0 } == 1, "the alert is told once")
    }

    @Test("looking without delivering keeps nothing")
    func looks() async throws {
        let (service, store) = try await service(slots: 3)
        #expect(try await service.run(through: 600, deliver: false).events.count == 1)
        #expect(try await store.alerts().isEmpty)
    }

    @Test("an event that no webhook took is offered again by the next evaluation")
    func undelivered() async throws {
        // Port 9 of loopback: nobody listens there.
        let (service, store) = try await service(slots: 3, webhooks: ["http://127.0.0.1:9/"])
        #expect(try await service.run(through: 600, deliver: true).undelivered == 1)
        #expect(try await store.alerts().contains { !$0.isDelivered })
        #expect(try await service.run(through: 600, deliver: true).undelivered == 1)
    }

    /// Whom events were posted to, one of whom refuses.
    private actor Receivers {
        private(set) var taken: [String] = []
        private(set) var refused = 0
        var isRefusing = true

        func take(_ url: String, _ event: AlertEvent) -> String? {
            if url.hasSuffix("/deaf"), isRefusing {
                refused += 1
                return "answered 500"
            }
            taken.append("\(url) \(event.transition.rawValue)")
            return nil
        }

        func recover() { isRefusing = false }
    }

    @Test("one who refuses an event is told again, and the others are not")
    func eachForItself() async throws {
        let receivers = Receivers()
        let (service, store) = try await service(
            slots: 3,
            webhooks: ["http://a/good", "http://b/deaf"],
            post: { await receivers.take($0, $1) }
        )
        for _ in 0..<3 { _ = try await service.run(through: 600, deliver: true) }
        #expect(await receivers.taken == ["http://a/good raised"])
        #expect(await receivers.refused == 3)
        #expect(try await store.alerts().flatMap(\.waiting) == ["http://b/deaf"])
        await receivers.recover()
        for _ in 0..<2 { _ = try await service.run(through: 600, deliver: true) }
        #expect(await receivers.taken == ["http://a/good raised", "http://b/deaf raised"])
        #expect(try await store.alerts().allSatisfy(\.isDelivered))
    }

    @Test("two evaluations at once tell of an alert once")
    func atOnce() async throws {
        let receivers = Receivers()
        let (service, _) = try await service(
            slots: 3,
            webhooks: ["http://a/good"],
            post: { url, event in
                try? await Task.sleep(for: .milliseconds(50))
                return await receivers.take(url, event)
            }
        )
        async let first = service.run(through: 600, deliver: true)
        async let second = service.run(through: 600, deliver: true)
        let events = try await first.events.count + second.events.count
        #expect(events == 1)
        #expect(await receivers.taken == ["http://a/good raised"])
    }
}
