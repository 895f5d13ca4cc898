// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@Suite("Addresses as text")
struct AddressTextTests {
    @Test(
        "an IPv6 address is written as RFC 5952 asks",
        arguments: [
            ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("2001:DB8::", "2001:db8::"),
            ("0:0:0:0:0:0:0:0", "::"),
            ("::1", "::1"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
            ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
            ("fe80::192.0.2.1", "fe80::c000:201"),
        ]
    )
    func ipv6(_ written: String, _ expected: String) {
        #expect(IPAddress(written)?.description == expected)
    }

    @Test(
        "what is no address is refused",
        arguments: [
            "", "192.0.2", "192.0.2.256", "192.0.2.01", "192.0.2.1.1", "1::2::3", ":::", "12345::",
            "2001:db8:1:2:3:4:5:6:7", "1:2:3:4:5:6:7::8:9", "+1::", "192.0.2.+1", "::g", ":1::",
        ]
    )
    func refused(_ written: String) {
        #expect(IPAddress(written) == nil)
    }

    @Test("a prefix with bits beyond its length is refused")
    func hostBits() {
        #expect(IPPrefix("192.0.2.0/24")?.description == "192.0.2.0/24")
        #expect(IPPrefix("192.0.2.1/24") == nil)
        #expect(IPPrefix("192.0.2.0/33") == nil)
        #expect(IPPrefix("2001:db8::/32")?.description == "2001:db8::/32")
        #expect(IPPrefix("0.0.0.0/0")?.contains(.v4(1)) == true)
    }

    @Test("any address survives being written and read")
    func roundTrip() {
        for _ in 0..<5_000 {
            // Zeroed groups are what the shortening is about.
            var bits = UInt128.random(in: 0 ... .max)
            for group in 0..<8 where Bool.random() { bits &= ~(0xffff << UInt128(16 * group)) }
            let address = IPAddress.v6(bits)
            #expect(IPAddress(address.description) == address)
        }
    }

    @Test("a MAC address is lower case with colons")
    func mac() {
        #expect(MACAddress("02:00:5E:10:00:0a")?.description == "02:00:5e:10:00:0a")
        #expect(MACAddress("02-00-5e-10-00-0a")?.description == "02:00:5e:10:00:0a")
        #expect(MACAddress("02:00:5e:10:00") == nil)
        #expect(MACAddress("02:00:5e:10:00:g0") == nil)
    }
}
