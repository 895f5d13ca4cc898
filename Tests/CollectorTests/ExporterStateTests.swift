// SPDX-License-Identifier: Apache-2.0

import Collector
import FlowDecoding
import Foundation
import Model
import TestSupport
import Testing
import Wire

@Suite("Exporter state over restarts")
final class ExporterStateTests {
    private let state = FileManager.default.temporaryDirectory.appending(path: "\(UUID())").path
    private var files: ExporterStateFiles { ExporterStateFiles(state: state) }

    deinit { try? FileManager.default.removeItem(atPath: state) }

    private static func decode(
        _ octets: [UInt8],
        from exporter: String,
        by decoder: inout FlowDecoder
    ) -> (records: [FlowRecord], outcome: DatagramOutcome) {
        var batch = FlowBatch()
        let datagram = Datagram(
            exporter: address(exporter),
            port: 50_000,
            arrival: 1_700_000_001_000_000_000,
            octets: WireReader(octets.span, as: "UDP payload").octets
        )
        let outcome = decoder.decode(datagram, into: &batch)
        return (batch.records, outcome)
    }

    private static let fields: [TemplateMessage.Field] = [.init(8, 4), .init(1, 8), .init(302, 4)]

    private static var announcements: [UInt8] {
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, fields)
        message.addOptionsTemplate(300, scope: [.init(302, 4)], [.init(309, 4), .init(310, 4)])
        message.addData(300) {
            $0.write32(7)
            $0.write32(1)
            $0.write32(4_000)
        }
        return message.octets
    }

    private static var data: [UInt8] {
        var message = TemplateMessage.ipfix()
        message.sequence = 2
        message.addData(256) {
            $0.write(address("192.0.2.1"))
            $0.write64(1_500)
            $0.write32(7)
        }
        return message.octets
    }

    /// What a process that learned from these exporters leaves behind.
    private func learn(from exporters: [String]) {
        var decoder = FlowDecoder(holdsData: false)
        for exporter in exporters {
            _ = Self.decode(Self.announcements, from: exporter, by: &decoder)
        }
        let changed = decoder.changedExporters()
        #expect(changed.count == exporters.count)
        #expect(files.save(changed.compactMap { decoder.snapshot(of: $0) }).isEmpty)
        #expect(decoder.changedExporters().isEmpty)
    }

    @Test("a template learned before a restart decodes the first datagram after it")
    func restart() throws {
        let exporters = ["192.0.2.1", "2001:db8::1", "::1"]
        learn(from: exporters)
        // From here on nothing of the first process is left but its files.
        let loaded = files.load(limits: DecodingLimits())
        #expect(loaded.messages.isEmpty)
        #expect(loaded.snapshots.count == 3)
        var decoder = FlowDecoder(holdsData: false)
        for snapshot in loaded.snapshots { try decoder.restore(snapshot) }
        for exporter in exporters {
            let (records, outcome) = Self.decode(Self.data, from: exporter, by: &decoder)
            #expect(records.map(\.octets) == [1_500])
            #expect(records.map(\.samplingRate.numerator) == [4_000])
            #expect(outcome.cachedTemplateSets == 1)
            #expect(outcome.undecoded == nil)
        }
        #expect(decoder.changedExporters().isEmpty)
    }

    @Test("without its file the same datagram is not decoded")
    func withoutFile() throws {
        learn(from: ["192.0.2.1", "192.0.2.2"])
        try files.remove(address("192.0.2.1"))
        try files.remove(address("192.0.2.1"))
        var decoder = FlowDecoder(holdsData: false)
        for snapshot in files.load(limits: DecodingLimits()).snapshots {
            try decoder.restore(snapshot)
        }
        let lost = Self.decode(Self.data, from: "192.0.2.1", by: &decoder)
        #expect(lost.outcome.undecoded == .unknownTemplate)
        #expect(Self.decode(Self.data, from: "192.0.2.2", by: &decoder).records.count == 1)
    }

    @Test("only the owner may read what was saved, and no draft is left")
    func permissions() throws {
        learn(from: ["2001:db8::1"])
        let manager = FileManager.default
        let names = try manager.contentsOfDirectory(atPath: files.directory)
        #expect(names == ["2001-db8--1.json"])
        for (path, mode) in [(files.directory, 0o700), (files.directory + "/" + names[0], 0o600)] {
            let attributes = try manager.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == mode)
        }
    }

    @Test("a file cut at any place is set aside, and the other exporter's is read")
    func cut() throws {
        learn(from: ["192.0.2.1", "192.0.2.2"])
        let path = files.path(of: address("192.0.2.1"))
        let whole = try Data(contentsOf: URL(filePath: path))
        for length in stride(from: 0, to: whole.count, by: 7) {
            try whole.prefix(length).write(to: URL(filePath: path))
            let loaded = files.load(limits: DecodingLimits())
            #expect(loaded.snapshots.map(\.exporter) == ["192.0.2.2"])
            #expect(loaded.messages.count == 1)
            #expect(FileManager.default.fileExists(atPath: path + ".damaged"))
            #expect(!FileManager.default.fileExists(atPath: path))
        }
        #expect(files.load(limits: DecodingLimits()).messages.isEmpty)
    }

    @Test("a file with any octet changed is restored or set aside, never more")
    func changed() throws {
        learn(from: ["192.0.2.1"])
        let path = files.path(of: address("192.0.2.1"))
        let whole = try Data(contentsOf: URL(filePath: path))
        var setAside = 0
        for index in stride(from: 0, to: whole.count, by: 3) {
            var content = whole
            content[index] = UInt8(ascii: "9")
            try content.write(to: URL(filePath: path))
            let loaded = files.load(limits: DecodingLimits())
            setAside += loaded.messages.count
            var decoder = FlowDecoder(holdsData: false)
            for snapshot in loaded.snapshots {
                try decoder.restore(snapshot)
                _ = Self.decode(Self.data, from: snapshot.exporter, by: &decoder)
            }
            #expect(loaded.snapshots.count + loaded.messages.count == 1)
        }
        #expect(setAside > 0)
    }

    @Test("a file under the name of another exporter, a directory and a draft are no state")
    func strangers() throws {
        learn(from: ["192.0.2.1"])
        let manager = FileManager.default
        let own = files.path(of: address("192.0.2.1"))
        try manager.copyItem(atPath: own, toPath: files.path(of: address("192.0.2.9")))
        try manager.createDirectory(
            atPath: files.directory + "/192.0.2.8.json",
            withIntermediateDirectories: false
        )
        try Data("{".utf8).write(to: URL(filePath: own + ".draft"))
        let loaded = files.load(limits: DecodingLimits())
        #expect(loaded.snapshots.map(\.exporter) == ["192.0.2.1"])
        #expect(loaded.messages.count == 2)
        #expect(!manager.fileExists(atPath: own + ".draft"))
    }

    @Test("what cannot be written is named, and the file before it stays")
    func unwritable() throws {
        learn(from: ["192.0.2.1"])
        let path = files.path(of: address("192.0.2.1"))
        let before = try Data(contentsOf: URL(filePath: path))
        try FileManager.default.createDirectory(
            atPath: path + ".draft",
            withIntermediateDirectories: false
        )
        var snapshot = try #require(files.load(limits: DecodingLimits()).snapshots.first)
        try FileManager.default.createDirectory(
            atPath: path + ".draft",
            withIntermediateDirectories: true
        )
        snapshot.templates = []
        let failures = files.save([snapshot])
        #expect(failures.map(\.exporter) == [address("192.0.2.1")])
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
    }

    @Test("no state directory is no state")
    func none() {
        let loaded = files.load(limits: DecodingLimits())
        #expect(loaded.snapshots.isEmpty && loaded.messages.isEmpty)
    }
}
