// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("Names of interfaces from options")
struct InterfaceNameTests {
    typealias Field = TemplateMessage.Field

    private static func text(_ text: String, octets: Int) -> [UInt8] {
        Array(text.utf8) + Array(repeating: 0, count: octets - text.utf8.count)
    }

    private static func expected(_ name: String, _ description: String) -> [String] {
        ["192.0.2.1 17 \(name) \(description)"]
    }

    private static func taken(_ decoding: inout Decoding) -> [String] {
        decoding.decoder.takeInterfaceNames().map {
            "\($0.exporter) \($0.index) \($0.name) \($0.description)"
        }
    }

    @Test("Cisco's interface table: the system as scope, the index beside the names")
    func cisco() {
        var message = TemplateMessage.netFlow9()
        message.addOptionsTemplate(
            300,
            scope: [.init(1, 4)],
            [.init(10, 4), .init(82, 33), .init(83, 65)]
        )
        message.addData(300) {
            $0.write32(0xc000_0201)
            $0.write32(17)
            $0.write(Self.text("Te0/0/0/1", octets: 33))
            $0.write(Self.text("transit: ACME", octets: 65))
        }
        var decoding = Decoding()
        #expect(decoding.decode(message.octets).outcome.optionsRecords == 1)
        #expect(Self.taken(&decoding) == Self.expected("Te0/0/0/1", "transit: ACME"))
        #expect(Self.taken(&decoding).isEmpty)
    }

    @Test("the interface as scope: NetFlow v9 scope 2, IPFIX ingress or egress")
    func scopes() {
        for (base, scope) in [
            (TemplateMessage.netFlow9(), Field(2, 2)), (.ipfix(), Field(10, 4)),
            (.ipfix(), Field(14, 4)), (.ipfix(), Field(252, 8)),
        ] {
            var message = base
            message.addOptionsTemplate(300, scope: [scope], [.init(82, 16)])
            message.addData(300) {
                $0.write(17, octets: scope.length)
                $0.write(Self.text("et-0/0/1", octets: 16))
            }
            var decoding = Decoding()
            _ = decoding.decode(message.octets)
            #expect(Self.taken(&decoding) == Self.expected("et-0/0/1", ""))
        }
    }

    @Test("names of variable length, cut at 255 octets")
    func variable() {
        var message = TemplateMessage.ipfix()
        message.addOptionsTemplate(
            300,
            scope: [.init(10, 4)],
            [.init(82, 65535), .init(83, 65535)]
        )
        message.addData(300) {
            $0.write32(17)
            $0.write8(3)
            $0.write(Array("xe0".utf8))
            $0.write8(255)
            $0.write16(600)
            $0.write(Array(repeating: 120, count: 600))
        }
        var decoding = Decoding()
        _ = decoding.decode(message.octets)
        let long = String(repeating: "x", count: 255)
        #expect(Self.taken(&decoding) == Self.expected("xe0", long))
    }

    private static func naming(_ index: UInt32, _ name: String, at sequence: UInt32 = 0) -> [UInt8]
    {
        var message = TemplateMessage.netFlow9()
        message.sequence = sequence
        message.addOptionsTemplate(300, scope: [.init(2, 4)], [.init(82, 16)])
        message.addData(300) {
            $0.write32(index)
            $0.write(text(name, octets: 16))
        }
        return message.octets
    }

    @Test("what is told again is no news, a new name is; control characters stay as sent")
    func news() {
        var decoding = Decoding()
        _ = decoding.decode(Self.naming(17, "a"))
        #expect(Self.taken(&decoding) == Self.expected("a", ""))
        _ = decoding.decode(Self.naming(17, "a"))
        _ = decoding.decode(Self.naming(17, ""))
        _ = decoding.decode(Self.naming(0, "b"))
        #expect(Self.taken(&decoding).isEmpty)
        _ = decoding.decode(Self.naming(17, "b\u{1b}[2J\n"))
        #expect(Self.taken(&decoding) == Self.expected("b\u{1b}[2J\n", ""))
    }

    @Test("name and description may come in records of their own")
    func apart() {
        var message = TemplateMessage.netFlow9()
        message.addOptionsTemplate(300, scope: [.init(2, 4)], [.init(82, 8)])
        message.addOptionsTemplate(301, scope: [.init(2, 4)], [.init(83, 8)])
        for (id, text) in [(300, "ge1"), (301, "core")] {
            message.addData(id) {
                $0.write32(17)
                $0.write(Self.text(text, octets: 8))
            }
        }
        var decoding = Decoding()
        _ = decoding.decode(message.octets)
        #expect(Self.taken(&decoding) == Self.expected("ge1", "core"))
        _ = decoding.decode(message.octets)
        #expect(Self.taken(&decoding).isEmpty)
    }

    @Test("names in data records are passed over")
    func dataRecords() {
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, [.init(10, 4), .init(82, 8), .init(1, 4)])
        message.addData(256) {
            $0.write32(17)
            $0.write(Self.text("ge1", octets: 8))
            $0.write32(100)
        }
        var decoding = Decoding()
        #expect(decoding.decode(message.octets).records.map(\.octets) == [100])
        #expect(Self.taken(&decoding).isEmpty)
    }

    @Test("a flood of interfaces is bounded, and in time the honest ones are told")
    func flood() {
        var decoding = Decoding()
        for index: UInt32 in 1...6_000 { _ = decoding.decode(Self.naming(index, "i\(index)")) }
        #expect(decoding.decoder.takeInterfaceNames().count == 512)
        var told = 512
        for _ in 0..<12 {
            for index: UInt32 in 1...6_000 { _ = decoding.decode(Self.naming(index, "i\(index)")) }
            told += decoding.decoder.takeInterfaceNames().count
        }
        #expect(told == 4_096)
        #expect(decoding.decoder.statistics.interfaceNames == 4_096)
        #expect(decoding.decoder.statistics.interfaceNamesRefused > 0)
        _ = decoding.decode(Self.naming(9, "other"), from: "192.0.2.2")
        #expect(Self.taken(&decoding) == ["192.0.2.2 9 other "])
    }
}
