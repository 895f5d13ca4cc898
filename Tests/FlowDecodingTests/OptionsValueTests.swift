// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("Values of options")
struct OptionsValueTests {
    typealias Field = TemplateMessage.Field

    /// How the value of one field after an observation domain is shown: "name value".
    private static func shown(_ field: Field, _ octets: [UInt8]) -> String? {
        var message = TemplateMessage.ipfix()
        message.addOptionsTemplate(300, scope: [.init(149, 4)], [field])
        message.addData(300) {
            $0.write32(1)
            $0.write(octets)
        }
        var decoding = Decoding()
        guard let value = decoding.decode(message.octets).details.options.first?.values.first else {
            return nil
        }
        return "\(value.name) \(value.value)"
    }

    @Test(
        "a value is shown as its abstract data type (RFC 7012, section 3.1)",
        arguments: [
            (Field(1, 3), [0, 1, 0], "octetDeltaCount unsigned(256)"),
            (Field(434, 2), [0xff, 0xfe], "mibObjectValueInteger signed(-2)"),
            (Field(434, 8), [0, 0, 0, 0, 0, 0, 0, 7], "mibObjectValueInteger signed(7)"),
            (Field(311, 4), [0x3f, 0, 0, 0], "samplingProbability float(0.5)"),
            (Field(311, 8), [0x3f, 0xe0, 0, 0, 0, 0, 0, 0], "samplingProbability float(0.5)"),
            (Field(276, 1), [1], "dataRecordsReliability bool(true)"),
            (Field(276, 1), [2], "dataRecordsReliability bool(false)"),
            (Field(150, 4), [0, 0, 0, 9], "flowStartSeconds time(9000000000)"),
            (Field(82, 4), [101, 116, 48, 0], "interfaceName string(\"et0\")"),
            // As plain octets where the length is not one of the type's.
            (Field(8, 3), [1, 2, 3], "sourceIPv4Address octets([1, 2, 3])"),
            (Field(7, 2, enterprise: 9), [4, 5], "9.7 octets([4, 5])"),
        ] as [(Field, [UInt8], String)]
    )
    func value(field: Field, octets: [UInt8], text: String) {
        #expect(Self.shown(field, octets) == text)
    }

    @Test("addresses of hosts and of interfaces")
    func addresses() {
        let mac = Self.shown(Field(56, 6), [2, 0, 0, 0, 0, 1])
        #expect(mac?.contains("macAddress") == true)
        let host = Self.shown(Field(130, 4), [192, 0, 2, 7])
        #expect(host?.contains("address") == true)
    }

    @Test("a reverse element (RFC 5103) is called by the name of its twin")
    func reverseName() {
        let shown = Self.shown(Field(1, 4, enterprise: 29305), [0, 0, 0, 1])
        #expect(shown?.hasPrefix("reverseOctetDeltaCount ") == true)
    }
}
