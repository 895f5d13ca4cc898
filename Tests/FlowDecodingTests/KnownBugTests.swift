// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

/// What brought other collectors down, or made them count wrong, encoded by us.
///
/// Titles end with the project and the issue, advisory or change that tells of it. Bugs that an
/// older test shows already are listed in `Tests/TidyTests/EvidenceTests.swift`, with its title.
@Suite("Bugs of other collectors: IPFIX and NetFlow v9")
struct KnownBugTests {
    typealias Field = TemplateMessage.Field

    private static let both = [TemplateMessage.ipfix(), .netFlow9()]

    private func octets(_ result: Decoding.Result) -> [UInt64] { result.records.map(\.octets) }

    @Test("a NetFlow v9 record of zeros is a flow of nothing (nfdump d5e8887)")
    func zeros() {
        var message = TemplateMessage.netFlow9()
        message.addTemplate(256, Field.plain)
        message.addData(256) { $0.writeZeros(24) }
        var decoding = Decoding()
        let result = decoding.decode(message.octets)
        #expect(octets(result) == [0])
        #expect(result.reasons.isEmpty)
    }

    @Test("a template of no fields, then its data (nfdump d5e8887, netflow_parser 28 and 56)")
    func noFields() {
        var message = TemplateMessage.netFlow9()
        message.addTemplate(256, [])
        message.addData(256) { $0.writeZeros(24) }
        message.addTemplate(257, Field.plain)
        message.addData(257) { $0.writePlain() }
        var decoding = Decoding()
        let result = decoding.decode(message.octets)
        #expect(octets(result) == [1500])
        #expect(result.reasons == [.malformed, .unknownTemplate])
    }

    @Test(
        "structured data whose lengths lie are passed over (nfdump d5e8887 and 4b23d6e)",
        arguments: [
            // A list of templates, the first one's records of length 0.
            (293, [0xff, 0x01, 0x2c, 0x00, 0x00, 0xff, 0xff]),
            // A list of records of a template that nobody sent.
            (292, [0xff, 0x7f, 0xff, 0x00, 0x01, 0x02, 0x03]),
            // A list of elements longer than all there is.
            (291, [0xff, 0x00, 0x01, 0xff, 0xff, 0x00, 0x00]),
        ] as [(Int, [UInt8])]
    )
    func structuredData(element: Int, list: [UInt8]) {
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, [Field(element, 65535)] + Field.plain)
        message.addData(256) {
            for _ in 0..<2 {
                $0.write8(UInt8(list.count))
                $0.write(list)
                $0.writePlain()
            }
        }
        var decoding = Decoding()
        let result = decoding.decode(message.octets)
        #expect(octets(result) == [1500, 1500])
        #expect(result.reasons.isEmpty)
    }

    @Test(
        "an options template whose lengths wrap 16 bits (nfdump 66af649 and 051340e)",
        arguments: [(0xfffc, 8), (8, 0xfffc), (0xfffe, 0xfffe), (0, 0xffff), (3, 5)]
    )
    func optionsLengths(scope: Int, options: Int) {
        var body = OctetWriter()
        for value in [300, scope, options, 1, 4, 34, 4] { body.write16(value) }
        var message = TemplateMessage.netFlow9()
        message.addSet(1, body.octets)
        message.addTemplate(256, Field.plain)
        message.addData(256) { $0.writePlain() }
        var decoding = Decoding()
        let result = decoding.decode(message.octets)
        #expect(octets(result) == [1500])
        #expect(result.reasons.count == 1)
    }

    @Test("an options template replaced between its data (nfdump 1cf5666)")
    func replacedOptions() {
        var message = TemplateMessage.ipfix()
        for rate: UInt32 in [100, 200] {
            // The second layout is longer than the first.
            let padding = rate == 200 ? [Field(210, 40)] : []
            message.addOptionsTemplate(300, scope: [.init(302, 4)], padding + [.init(34, 4)])
            message.addData(300) {
                $0.write32(rate)
                $0.writeZeros(rate == 200 ? 40 : 0)
                $0.write32(rate)
            }
        }
        message.addTemplate(256, [Field(302, 4)] + Field.plain)
        message.addData(256) {
            for sampler: UInt32 in [100, 200] {
                $0.write32(sampler)
                $0.writePlain()
            }
        }
        var decoding = Decoding()
        let records = decoding.decode(message.octets).records
        #expect(records.map(\.samplingRate) == [SamplingRate(100), SamplingRate(200)])
    }

    @Test("lengths of fields that sum to little in 16 bits (nfdump 2022a24)", arguments: both)
    func lengthSum(base: TemplateMessage) {
        var message = base
        // 65,544 octets a record; 8 in 16 bits.
        message.addTemplate(256, [.init(210, 32_768), .init(211, 32_768), .init(1, 8)])
        message.addData(256) { $0.writeZeros(64) }
        var decoding = Decoding()
        let result = decoding.decode(message.octets)
        #expect(result.records.isEmpty)
        #expect(!result.reasons.isEmpty)
    }

    @Test(
        "application, VRF and user names of any length (nfdump d744496)",
        arguments: [0, 1, 3, 12, 33, 300, 1_400]
    )
    func names(length: Int) {
        for element in [94, 95, 96, 236, 371] {
            var message = TemplateMessage.netFlow9()
            message.addOptionsTemplate(300, scope: [.init(1, 4)], [.init(element, length)])
            message.addData(300) { $0.writeZeros(4 + length) }
            message.addTemplate(256, [Field(element, length)] + Field.plain)
            message.addData(256) {
                $0.writeZeros(length)
                $0.writePlain()
            }
            var decoding = Decoding()
            let result = decoding.decode(message.octets)
            #expect(result.outcome.optionsRecords == 1)
            #expect(octets(result) == [1500])
        }
    }

    @Test("an IPv4 address of 50 octets (pmacct 934)", arguments: both)
    func longAddress(base: TemplateMessage) {
        var message = base
        message.addTemplate(256, [.init(8, 50), .init(12, 4), .init(1, 8)])
        message.addData(256) {
            $0.write([UInt8](repeating: 0xff, count: 50))
            $0.write(address("198.51.100.1"))
            $0.write64(1500)
        }
        var decoding = Decoding()
        let record = decoding.decode(message.octets).records.first
        #expect(record?.has(.source) == false)
        #expect(record?.destination == address("198.51.100.1"))
        #expect(record?.octets == 1500)
    }

    @Test("an identifier of options that comes back for flows, and back again (pmacct 83fa10d)")
    func reusedIdentifier() {
        var message = TemplateMessage.ipfix()
        message.addOptionsTemplate(300, scope: [.init(149, 4)], [.init(34, 4)])
        message.addData(300) { for value: UInt32 in [0, 1000] { $0.write32(value) } }
        message.addTemplate(300, Field.plain)
        message.addData(300) { $0.writePlain() }
        message.addOptionsTemplate(300, scope: [.init(149, 4)], [.init(34, 4)])
        message.addData(300) { for value: UInt32 in [0, 2000] { $0.write32(value) } }
        var decoding = Decoding()
        let result = decoding.decode(message.octets)
        #expect(octets(result) == [1500])
        #expect(result.outcome.optionsRecords == 2)
        #expect(result.reasons.isEmpty)
    }

    @Test("options from another source port hold for the flows (nfdump 231 and 237)")
    func optionsFromAnotherPort() {
        var options = TemplateMessage.netFlow9()
        options.addOptionsTemplate(300, scope: [.init(1, 4)], [.init(34, 4)])
        options.addData(300) { for value: UInt32 in [0, 1000] { $0.write32(value) } }
        var flows = TemplateMessage.netFlow9()
        flows.addTemplate(256, Field.plain)
        flows.addData(256) { $0.writePlain() }
        var decoding = Decoding()
        _ = decoding.decode(options.octets, port: 50_001)
        let record = decoding.decode(flows.octets, port: 50_002).records.first
        #expect(record?.samplingRate == SamplingRate(1000))
        #expect(record?.samplingSource == .options)
    }

    @Test(
        "an interface name of any length in the options (FastNetMon 1088)",
        arguments: [1, 15, 16, 64, 255, 256, 1_300]
    )
    func interfaceName(length: Int) {
        var message = TemplateMessage.netFlow9()
        message.addOptionsTemplate(300, scope: [.init(2, 4)], [.init(82, length)])
        message.addData(300) {
            $0.write32(17)
            $0.write([UInt8](repeating: UInt8(ascii: "x"), count: length))
        }
        var decoding = Decoding()
        #expect(decoding.decode(message.octets).outcome.optionsRecords == 1)
        let names = decoding.decoder.takeInterfaceNames().map(\.name)
        #expect(names == [String(repeating: "x", count: min(length, 255))])
    }

    @Test("an EtherType of one octet or of four (goflow2 3f017c4)", arguments: [1, 2, 4])
    func etherType(length: Int) {
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, [Field(256, length)] + Field.plain)
        message.addData(256) {
            $0.write(0x42, octets: length)
            $0.writePlain()
        }
        var decoding = Decoding()
        let record = decoding.decode(message.octets).records.first
        #expect(record?.etherType == 0x42)
        #expect(record?.octets == 1500)
    }

    @Test("a set that is not padded to four octets does not take the next along (Wireshark)")
    func unpaddedSet() {
        var body = OctetWriter()
        for value in [300, 4, 8, 2, 4, 34, 4, 35, 1] { body.write16(value) }
        var message = TemplateMessage.netFlow9()
        message.addTemplate(256, Field.plain)
        message.addSet(1, body.octets)
        message.addData(300) {
            $0.write32(0)
            $0.write32(100)
            $0.write32(0x0100_0000)  // the algorithm and three octets of padding
        }
        message.addData(256) { $0.writePlain() }
        var decoding = Decoding()
        let result = decoding.decode(message.octets)
        #expect(result.outcome.optionsRecords == 1)
        #expect(octets(result) == [1500])
    }

    @Test("elements nobody knows do not end the records (Wireshark, H3C)")
    func unknownElements() {
        var message = TemplateMessage.netFlow9()
        let unknown: [Field] = [
            .init(43, 2), .init(35, 1), .init(0, 1), .init(93, 4), .init(92, 4),
        ]
        message.addTemplate(3281, Field.plain + unknown)
        message.addData(3281) {
            for octets: UInt64 in 1...16 {
                $0.writePlain(octets: octets)
                $0.writeZeros(12)
            }
        }
        var decoding = Decoding()
        let result = decoding.decode(message.octets)
        #expect(octets(result) == Array(1...16))
        #expect(result.reasons.isEmpty)
    }

    @Test("of an element that a record repeats the first counts (RFC 7011, section 8)")
    func repeatedElement() {
        var message = TemplateMessage.ipfix()
        // Cisco's records of SRv6: the fields of the packet, then those of the packet inside.
        message.addTemplate(
            256,
            [
                .init(27, 16), .init(4, 1), .init(7, 2), .init(8, 4), .init(4, 1), .init(7, 2),
                .octets,
            ]
        )
        message.addData(256) {
            $0.write(address("2001:db8::1"))
            $0.write8(4)
            $0.write16(0)
            $0.write(address("192.0.2.1"))
            $0.write8(17)
            $0.write16(1024)
            $0.write64(2240)
        }
        var decoding = Decoding()
        let record = decoding.decode(message.octets).records.first
        #expect(record?.source == address("2001:db8::1"))
        #expect(record?.ipProtocol == 4)
        #expect(record?.sourcePort == 0)
        #expect(record?.octets == 2240)
    }
}
