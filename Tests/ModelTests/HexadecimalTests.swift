// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@Suite("Hexadecimal text")
struct HexadecimalTests {
    @Test("each octet has two digits, in lower case")
    func octets() {
        #expect(hexadecimal([]) == "")
        #expect(hexadecimal([0x00, 0x0f, 0xa9, 0xff, 0x10]) == "000fa9ff10")
    }

    @Test("read back, it is the octet")
    func everyOctet() {
        for octet in UInt8.min...UInt8.max {
            let text = hexadecimal(CollectionOfOne(octet))
            #expect(text.utf8.count == 2)
            #expect(UInt8(text, radix: 16) == octet)
            #expect(text == text.lowercased())
        }
    }
}
