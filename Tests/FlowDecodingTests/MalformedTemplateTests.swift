// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("Malformed templates")
struct MalformedTemplateTests {
    @Test("a template whose records have no length is refused, and its data end")
    func zeroLength() {
        for var message in [TemplateMessage.ipfix(), .netFlow9()] {
            message.addTemplate(256, [.init(8, 0)])
            message.addData(256) { $0.writeZeros(8) }
            var decoding = Decoding()
            let result = decoding.decode(message.octets)
            #expect(result.outcome.undecoded == .malformed)
            #expect(result.reasons == [.malformed, .unknownTemplate])
        }
    }

    @Test("a field of no length beside others is legal")
    func zeroLengthField() {
        var message = TemplateMessage.netFlow9()
        message.addTemplate(256, [.init(210, 0)] + TemplateMessage.Field.plain)
        message.addData(256) { $0.writePlain() }
        var decoding = Decoding()
        #expect(decoding.decode(message.octets).records.map(\.octets) == [1500])
    }

    @Test("a broken redefinition leaves the template as it was")
    func brokenRedefinition() {
        var first = TemplateMessage.netFlow9()
        first.addTemplate(256, TemplateMessage.Field.plain)
        var broken = TemplateMessage.netFlow9()
        broken.addTemplate(256, [])
        var data = TemplateMessage.netFlow9()
        data.addData(256) { $0.writePlain() }
        var decoding = Decoding()
        _ = decoding.decode(first.octets)
        #expect(decoding.decode(broken.octets).outcome.undecoded == .malformed)
        #expect(decoding.decode(data.octets).records.map(\.octets) == [1500])
    }

    @Test("a template longer than its set is truncated, whatever its count says")
    func longerThanSet() {
        var body = OctetWriter()
        body.write16(256)
        body.write16(65535)
        body.write16(8)
        body.write16(4)
        var message = TemplateMessage.ipfix()
        message.addSet(2, body.octets)
        var decoding = Decoding()
        #expect(decoding.decode(message.octets).outcome.undecoded == .truncated)
    }

    @Test("a template of too many fields is refused, and the one it replaces is gone")
    func tooManyFields() {
        var plain = TemplateMessage.ipfix()
        plain.addTemplate(256, TemplateMessage.Field.plain)
        var bomb = TemplateMessage.ipfix()
        bomb.addTemplate(256, [TemplateMessage.Field](repeating: .init(4, 1), count: 257))
        var data = TemplateMessage.ipfix()
        data.addData(256) { $0.writePlain() }
        var decoding = Decoding()
        _ = decoding.decode(plain.octets)
        #expect(decoding.decode(bomb.octets).outcome.undecoded == .limitExceeded)
        #expect(decoding.decode(data.octets).outcome.undecoded == .unknownTemplate)
    }

    @Test("a template of records that fit no datagram is refused")
    func recordTooLong() {
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, [.init(210, 65534), .source])
        var decoding = Decoding()
        #expect(decoding.decode(message.octets).outcome.undecoded == .limitExceeded)
    }

    @Test("NetFlow v9 has no variable lengths")
    func variableLengthInNetFlow9() {
        var message = TemplateMessage.netFlow9()
        message.addTemplate(256, [.source, .init(82, 65535)])
        var decoding = Decoding()
        #expect(decoding.decode(message.octets).outcome.undecoded == .malformed)
    }

    @Test("a template id below 256 is malformed")
    func reservedID() {
        var message = TemplateMessage.ipfix()
        message.addTemplate(255, TemplateMessage.Field.plain)
        var decoding = Decoding()
        #expect(decoding.decode(message.octets).outcome.undecoded == .malformed)
    }

    @Test("an options template may not have more scope than fields")
    func scopeTooLarge() {
        var body = OctetWriter()
        for value in [256, 1, 2, 302, 4] { body.write16(value) }
        var message = TemplateMessage.ipfix()
        message.addSet(3, body.octets)
        var decoding = Decoding()
        #expect(decoding.decode(message.octets).outcome.undecoded == .malformed)
    }

    @Test("a set of a reserved id is skipped and counted, the next is read")
    func reservedSet() {
        var message = TemplateMessage.ipfix()
        message.addSet(17, [1, 2, 3, 4])
        message.addTemplate(256, TemplateMessage.Field.plain)
        var decoding = Decoding()
        let result = decoding.decode(message.octets)
        #expect(result.outcome.undecoded == nil)
        #expect(result.outcome.templates == 1)
        #expect(result.batch.errors.map(\.reason) == [.unsupported])
        #expect(result.batch.errors.map(\.offset) == [16])
    }

    @Test("a set shorter than its own header ends the message")
    func shortSet() {
        var message = TemplateMessage.ipfix()
        message.addSet(256, [], claimedLength: 3)
        message.addTemplate(256, TemplateMessage.Field.plain)
        var decoding = Decoding()
        #expect(decoding.decode(message.octets).outcome.undecoded == .malformed)
    }

    @Test("of a set that is cut off the whole records count")
    func cutSet() {
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, TemplateMessage.Field.plain)
        message.addData(256) {
            $0.writePlain(octets: 1)
            $0.writePlain(octets: 2)
        }
        var decoding = Decoding()
        let result = decoding.decode(Array(message.octets.dropLast(5)))
        #expect(result.records.map(\.octets) == [1])
        #expect(Set(result.reasons) == [.truncated])
    }

    @Test("a message that says it is shorter than its header is malformed")
    func shortMessage() {
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, TemplateMessage.Field.plain)
        message.claimedLength = 15
        var decoding = Decoding()
        #expect(decoding.decode(message.octets).outcome.undecoded == .malformed)
    }

    @Test("octets after the message are counted, not read")
    func octetsAfterMessage() {
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, TemplateMessage.Field.plain)
        var decoding = Decoding()
        let result = decoding.decode(message.octets + [0, 10, 0, 16])
        #expect(result.outcome.templates == 1)
        #expect(result.batch.errors.map(\.reason) == [.malformed])
        #expect(result.batch.errors.map(\.offset) == [message.octets.count])
    }

    @Test("a count that no link can carry is not accounted")
    func implausible() {
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, TemplateMessage.Field.plain)
        message.addData(256) {
            $0.writePlain(octets: .max)
            $0.writePlain(octets: 7)
        }
        var decoding = Decoding()
        let result = decoding.decode(message.octets)
        #expect(result.records.map(\.octets) == [7])
        #expect(result.records.map(\.number) == [2])
        #expect(result.outcome.records == 2)
        #expect(result.batch.errors.map(\.reason) == [.implausible])
    }
}
