// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("Snapshots that nobody took")
struct SnapshotProblemTests {
    private static func snapshot(
        _ change: (inout ExporterSnapshot) -> Void
    ) throws -> ExporterSnapshot {
        var decoding = Decoding()
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, TemplateMessage.Field.plain)
        message.addOptionsTemplate(300, scope: [.init(302, 4)], [.init(309, 4), .init(310, 4)])
        message.addData(300) { for value: UInt32 in [7, 1, 4_000] { $0.write32(value) } }
        _ = decoding.decode(message.octets)
        var snapshot = try #require(decoding.decoder.snapshot(of: address("192.0.2.1")))
        change(&snapshot)
        return snapshot
    }

    struct Forgery: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var change: @Sendable (inout ExporterSnapshot) -> Void
    }

    static let forgeries: [Forgery] = [
        Forgery(testDescription: "another version") { $0.version = 2 },
        Forgery(testDescription: "no address") { $0.exporter = "../../etc/passwd" },
        Forgery(testDescription: "another protocol") { $0.templates[0].flowProtocol = "sflow5" },
        Forgery(testDescription: "a set's identifier") { $0.templates[0].id = 255 },
        Forgery(testDescription: "no field") { $0.templates[0].fields = [] },
        Forgery(testDescription: "too many fields") {
            $0.templates[0].fields = Array(
                repeating: $0.templates[0].fields[0],
                count: 257
            )
        },
        Forgery(testDescription: "no length") {
            for index in 0..<4 { $0.templates[0].fields[index].length = 0 }
        },
        Forgery(testDescription: "too long") {
            $0.templates[0].fields[3].length = 60_000
        },
        Forgery(testDescription: "an enterprise bit") {
            $0.templates[0].fields[0].id = 0x8001
        },
        Forgery(testDescription: "negative scope") { $0.templates[1].scopeCount = -1 },
        Forgery(testDescription: "more scope than fields") { $0.templates[1].scopeCount = 4 },
        Forgery(testDescription: "a scope without options") { $0.templates[0].scopeCount = 1 },
        Forgery(testDescription: "variable length in NetFlow v9") {
            $0.templates[0].flowProtocol = "netflow9"
            $0.templates[0].fields[0].length = 65_535
        },
        Forgery(testDescription: "an enterprise in NetFlow v9") {
            $0.templates[0].flowProtocol = "netflow9"
            $0.templates[0].fields[0].enterprise = 9
        },
        Forgery(testDescription: "rate 0") { $0.domains[0].samplers[0].numerator = 0 },
        Forgery(testDescription: "rate by 0") { $0.domains[0].samplers[0].denominator = 0 },
        Forgery(testDescription: "a rate below 1") {
            $0.domains[0].samplers[0].denominator = 5_000
        },
        Forgery(testDescription: "sampler and interface") {
            $0.domains[0].samplers[0].interface = 1
        },
        Forgery(testDescription: "a domain of NetFlow v5") {
            $0.domains[0].flowProtocol = "netflow5"
        },
        Forgery(testDescription: "before 1970") { $0.sequences[0].arrival = -1 },
    ]

    @Test("what could not have come from an exporter is refused whole", arguments: forgeries)
    func refused(_ forgery: Forgery) throws {
        let snapshot = try Self.snapshot(forgery.change)
        var decoding = Decoding()
        #expect(throws: SnapshotProblem.self) { try decoding.decoder.restore(snapshot) }
        #expect(throws: SnapshotProblem.self) { try snapshot.check(DecodingLimits()) }
        #expect(decoding.decoder.knownExporters.isEmpty)
        #expect(decoding.decoder.statistics == DecoderStatistics())
    }

    @Test("the snapshot they were made from is restored")
    func genuine() throws {
        let snapshot = try Self.snapshot { _ in }
        var decoding = Decoding()
        try decoding.decoder.restore(snapshot)
        #expect(decoding.decoder.statistics.templates == 2)
        #expect(decoding.decoder.statistics.samplers == 1)
    }

    @Test("extreme numbers are used without harm")
    func extremes() throws {
        for value in [UInt64.min, 1, .max] {
            let snapshot = try Self.snapshot { snapshot in
                snapshot.domains[0].systemInitTime = value
                snapshot.sequences[0].sequence = UInt32(truncatingIfNeeded: value)
                snapshot.sequences[0].uptime = UInt32(truncatingIfNeeded: value)
                snapshot.sequences[0].arrival = Int64(value >> 1)
                snapshot.sequences[0].exportTime = Int64(value >> 1)
                snapshot.sequences[0].key = value
                snapshot.sequences += [snapshot.sequences[0]]
                for id in UInt16(257)..<280 {
                    snapshot.templates.append(snapshot.templates[0])
                    snapshot.templates[snapshot.templates.count - 1].id = id
                }
            }
            var limits = DecodingLimits()
            (limits.templates, limits.domains, limits.sequences) = (8, 1, 1)
            var decoding = Decoding(limits: limits)
            try decoding.decoder.restore(snapshot)
            #expect((7...8).contains(decoding.decoder.statistics.templates))
            for arrival in [Int64.min, 0, .max] {
                for seed in MutationTests.seeds { _ = decoding.decode(seed.octets, at: arrival) }
            }
        }
    }

    @Test("past the limit of exporters none is restored")
    func full() throws {
        var limits = DecodingLimits()
        limits.exporters = 1
        var decoding = Decoding(limits: limits)
        try decoding.decoder.restore(try Self.snapshot { _ in })
        let other = try Self.snapshot { $0.exporter = "192.0.2.2" }
        #expect(throws: SnapshotProblem.self) { try decoding.decoder.restore(other) }
        #expect(decoding.decoder.knownExporters == [address("192.0.2.1")])
    }
}
