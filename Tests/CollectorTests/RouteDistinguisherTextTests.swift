// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Collector

@Suite("Route distinguishers")
struct RouteDistinguisherTextTests {
    // RFC 4364, section 4.2: types 0, 1 and 2; another is shown as it is.
    @Test(
        "the type says what is before the colon, and the text reads back",
        arguments: [
            (0x0000_fbf4_0000_0001, "64500:1"), (0x0000_0001_ffff_ffff, "1:4294967295"),
            (0x0001_c000_0201_0007, "192.0.2.1:7"), (0x0002_0001_0000_0009, "65536:9"),
            (0x0002_0000_fbf4_0009, "64500L:9"), (0x0003_0000_0000_0001, "0x3000000000001"),
            (0, "0:0"),
        ] as [(UInt64, String)]
    )
    func text(value: UInt64, text: String) {
        #expect(RouteDistinguisherText.text(value) == text)
        #expect(RouteDistinguisherText.value(text) == value)
    }

    @Test(
        "what is no route distinguisher is none",
        arguments: ["", ":", "64500", "64500:", "1:2:3", "65536:65536", "192.0.2.1:65536", "0xg"]
    )
    func none(text: String) {
        #expect(RouteDistinguisherText.value(text) == nil)
    }
}
