// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("Snapshots of exporters")
struct SnapshotTests {
    static let second: Int64 = 1_000_000_000
    static let start: Int64 = 1_700_000_000 * second

    private static func template(
        _ fields: [TemplateMessage.Field] = TemplateMessage.Field.plain,
        sequence: UInt32 = 500_000,
        of message: TemplateMessage = .ipfix()
    ) -> [UInt8] {
        var message = message
        message.sequence = sequence
        message.addTemplate(256, fields)
        return message.octets
    }

    private static func data(
        sequence: UInt32 = 500_000,
        of message: TemplateMessage = .ipfix()
    ) -> [UInt8] {
        var message = message
        message.sequence = sequence
        message.addData(256) { $0.writePlain() }
        return message.octets
    }

    private static let exchanged: [TemplateMessage.Field] = [
        .source, .destination, .packets, .octets,
    ]

    /// A new decoder that takes up what `decoding` knows.
    private func restarted(_ decoding: Decoding) throws -> Decoding {
        var next = Decoding()
        for exporter in decoding.decoder.knownExporters {
            try next.decoder.restore(try #require(decoding.decoder.snapshot(of: exporter)))
        }
        return next
    }

    @Test("a restored snapshot is what was taken")
    func roundTrip() throws {
        for message in [TemplateMessage.ipfix(domain: 3), .netFlow9(domain: 3)] {
            var decoding = Decoding()
            var options = message
            options.addTemplate(256, TemplateMessage.Field.plain + [.init(302, 4)])
            options.addOptionsTemplate(300, scope: [.init(302, 4)], [.init(309, 4), .init(310, 4)])
            options.addOptionsTemplate(301, scope: [.init(10, 4)], [.init(34, 4), .init(160, 8)])
            options.addData(300) {
                for value: UInt32 in [7, 2, 4_001] { $0.write32(value) }
            }
            options.addData(301) {
                for value: UInt32 in [9, 64] { $0.write32(value) }
                $0.write64(1_600_000_000_000)
            }
            _ = decoding.decode(options.octets, port: 1_000)
            _ = decoding.decode(Self.template(Self.exchanged, of: message), port: 2_000)
            let next = try restarted(decoding)
            let before = try #require(decoding.decoder.snapshot(of: address("192.0.2.1")))
            let after = try #require(next.decoder.snapshot(of: address("192.0.2.1")))
            #expect(before == after)
            #expect(before.templates.count == 4)
            #expect(before.domains.flatMap(\.samplers).count == 2)
            #expect(next.decoder.statistics.cachedTemplates == 4)
        }
    }

    @Test("each line card keeps its own template over a restart")
    func ports() throws {
        var decoding = Decoding()
        _ = decoding.decode(Self.template(), port: 1_000)
        _ = decoding.decode(Self.template(Self.exchanged), port: 2_000)
        var next = try restarted(decoding)
        #expect(next.decode(Self.data(), port: 1_000).records.map(\.octets) == [1_500])
        #expect(next.decode(Self.data(), port: 2_000).records.map(\.octets) == [3])
        #expect(next.decode(Self.data(), port: 3_000).records.map(\.octets) == [3])
    }

    @Test("a cached template is marked until the exporter sends it again, or another")
    func refreshed() throws {
        var decoding = Decoding()
        _ = decoding.decode(Self.template())
        for (fields, octets) in [(TemplateMessage.Field.plain, 1_500), (Self.exchanged, 3)] {
            var next = try restarted(decoding)
            #expect(next.decode(Self.data()).outcome.cachedTemplateSets == 1)
            _ = next.decode(Self.template(fields), port: 9)
            let live = next.decode(Self.data(), port: 9)
            #expect(live.outcome.cachedTemplateSets == 0)
            #expect(live.records.map(\.octets) == [UInt64(octets)])
        }
        #expect(decoding.decode(Self.data()).outcome.cachedTemplateSets == 0)
    }

    @Test("a cached template can be withdrawn, one alone or all")
    func withdrawn() throws {
        var decoding = Decoding()
        _ = decoding.decode(Self.template())
        for id in [256, 2] {
            var next = try restarted(decoding)
            var message = TemplateMessage.ipfix()
            message.sequence = 500_000
            message.addWithdrawal(id)
            _ = next.decode(message.octets)
            #expect(next.decode(Self.data()).outcome.undecoded == .unknownTemplate)
            #expect(next.decoder.statistics.templates == 0)
            #expect(next.decoder.changedExporters() == [address("192.0.2.1")])
        }
    }

    @Test("what the exporter has sent already is not replaced by a snapshot")
    func liveFirst() throws {
        var old = Decoding()
        _ = old.decode(Self.template())
        var next = Decoding()
        _ = next.decode(Self.template(Self.exchanged))
        try next.decoder.restore(try #require(old.decoder.snapshot(of: address("192.0.2.1"))))
        let result = next.decode(Self.data())
        #expect(result.records.map(\.octets) == [3])
        #expect(result.outcome.cachedTemplateSets == 0)
    }

    @Test("after the exporter's restart a cached template holds for half an hour, unless confirmed")
    func expiry() throws {
        var old = Decoding()
        _ = old.decode(Self.template(), at: Self.start)
        _ = old.decode(Self.data(), at: Self.start)
        for isConfirmed in [false, true] {
            var next = try restarted(old)
            let restart = Self.start + 600 * Self.second
            let first = next.decode(Self.data(sequence: 0), at: restart)
            #expect(first.outcome.exporterRestarted)
            #expect(first.records.count == 1)
            if isConfirmed {
                _ = next.decode(Self.template(sequence: 1), at: restart + Self.second)
            }
            let edge = restart + 1_800 * Self.second
            #expect(next.decode(Self.data(sequence: 1), at: edge).records.count == 1)
            let after = next.decode(Self.data(sequence: 2), at: edge + 1)
            #expect(after.records.count == (isConfirmed ? 1 : 0))
            #expect(next.decoder.statistics.templatesExpired == (isConfirmed ? 0 : 1))
        }
    }

    @Test("a cached template of an exporter that did not restart holds")
    func noExpiry() throws {
        var old = Decoding()
        _ = old.decode(Self.template(), at: Self.start)
        var next = try restarted(old)
        for hours: Int64 in [1, 5, 48] {
            let arrival = Self.start + hours * 3_600 * Self.second
            let result = next.decode(Self.data(sequence: 500_000 + UInt32(hours)), at: arrival)
            #expect(result.records.count == 1)
            #expect(!result.outcome.exporterRestarted)
        }
    }

    @Test("a restart while we were away is known by the uptime")
    func restartWhileAway() throws {
        var message = TemplateMessage.netFlow9()
        message.uptime = 864_000_000
        var old = Decoding()
        _ = old.decode(Self.template(of: message), at: Self.start)
        // Nothing but an hour has passed.
        var same = try restarted(old)
        message.uptime += 3_600_000
        message.exportTime += 3_600
        let arrival = Self.start + 3_600 * Self.second
        let unchanged = same.decode(Self.data(sequence: 900_000, of: message), at: arrival)
        #expect(!unchanged.outcome.exporterRestarted)
        #expect(unchanged.outcome.sequenceLost == 0)
        // It booted ten minutes ago, and its numbers are further than before.
        var other = try restarted(old)
        message.uptime = 600_000
        let booted = other.decode(Self.data(sequence: 900_000, of: message), at: arrival)
        #expect(booted.outcome.exporterRestarted)
        #expect(booted.outcome.sequenceLost == 0)
    }

    @Test("a boot time that changes in the options is a restart")
    func bootTime() {
        var decoding = Decoding()
        var restarts: [Bool] = []
        for (number, booted) in [1_600_000_000_000, 1_600_000_000_900, 1_700_000_000_000]
            .enumerated() as EnumeratedSequence<[UInt64]>
        {
            var message = TemplateMessage.ipfix()
            message.sequence = UInt32(number)
            message.addOptionsTemplate(300, scope: [.init(149, 4)], [.init(160, 8)])
            message.addData(300) {
                $0.write32(0)
                $0.write64(booted)
            }
            restarts.append(decoding.decode(message.octets).outcome.exporterRestarted)
        }
        #expect(restarts == [false, false, true])
    }

    @Test("only what is worth saving is a change")
    func changes() {
        let exporter = address("192.0.2.1")
        var decoding = Decoding()
        _ = decoding.decode(Self.template())
        #expect(decoding.decoder.changedExporters() == [exporter])
        _ = decoding.decode(Self.template())
        _ = decoding.decode(Self.template(), port: 1)
        _ = decoding.decode(Self.data())
        #expect(decoding.decoder.changedExporters().isEmpty)
        _ = decoding.decode(Self.template(Self.exchanged))
        #expect(decoding.decoder.changedExporters() == [exporter])
        #expect(decoding.decoder.changedExporters().isEmpty)
    }
}
