// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import Testing
import Wire

@Suite("AttributeMemo")
struct AttributeMemoTests {
    /// What an entry of a table dump with the attributes in `list` is, and what was read for it.
    private func read(
        _ list: [UInt8],
        hasFourOctetASNs: Bool = true,
        _ memo: inout AttributeMemo
    ) -> (update: RouteUpdate, decoded: DecodedAttributes?) {
        var update = RouteUpdate(time: 7)
        var reader = WireReader(list.span, as: "attributes")
        let decoded = memo.read(&reader, hasFourOctetASNs: hasFourOctetASNs, into: &update)
        return (update, decoded)
    }

    @Test("the same octets are the same object, and are read once")
    func sameObject() throws {
        var memo = AttributeMemo()
        let (four, six) = (hex(Attribute.mandatory), hex("\(Attribute.mandatory) \(nextHopIPv6)"))
        for turn in 0..<3 {
            let first = read(four, &memo)
            let second = read(six, &memo)
            #expect((first.decoded == nil) == (turn > 0))
            #expect((second.decoded == nil) == (turn > 0))
            #expect(first.update.nextHop == IPAddress("192.0.2.1"))
            #expect(second.update.nextHop == IPAddress("2001:db8::1"))
            #expect(first.update.shared === read(four, &memo).update.shared)
            #expect(second.update.shared === read(six, &memo).update.shared)
            #expect(first.update.shared.value == second.update.shared.value)
        }
        #expect(memo.count == 2)
    }

    private let nextHopIPv6 = "80 0e 11 10 20010db8000000000000000000000001"

    @Test("one octet of difference, in the list or in how it is read, is another list")
    func keys() throws {
        var memo = AttributeMemo()
        let list = hex("\(Attribute.mandatory) 40 05 04 000000c8 c0 08 08 fbf40001fbf40002")
        let known = read(list, &memo).update
        for index in list.indices {
            for bit in 0..<8 {
                var other = list
                other[index] ^= 1 << bit
                var alone = AttributeMemo(most: 0)
                let expected = read(other, &alone)
                let found = read(other, &memo)
                #expect(found.update == expected.update)
                #expect(found.decoded?.errors == expected.decoded?.errors)
                #expect(found.update.shared !== known.shared)
            }
        }
        // The AS numbers of TABLE_DUMP have two octets.
        let old = hex("\(Attribute.origin) 40 02 06 02 02 fbf4fbf5 \(Attribute.nextHop)")
        let wide = read(old, &memo)
        let narrow = read(old, hasFourOctetASNs: false, &memo)
        #expect(wide.decoded?.errors.map(\.typeCode) == [2])
        #expect(narrow.update.attributes.asPath.description == "64500 64501")
        #expect(read(list, &memo).update.shared === known.shared)
    }

    @Test("what is wrong is not remembered: each entry with an error has it anew")
    func errors() throws {
        var memo = AttributeMemo()
        let list = hex("\(Attribute.mandatory) c0 08 03 fbf400")
        for _ in 0..<3 {
            #expect(read(list, &memo).decoded?.errors.map(\.typeCode) == [8])
        }
        #expect(memo.count == 0)
    }

    @Test("it stays as small as it may be, and still tells the truth")
    func bounded() throws {
        var memo = AttributeMemo(most: 256)
        for number in 0..<20_000 as Range<UInt32> {
            let which = number % 7 == 0 ? number % 70 : number
            let med = String(which, radix: 16)
            let digits = String(repeating: "0", count: 8 - med.count) + med
            let entry = read(hex("\(Attribute.mandatory) 80 04 04 \(digits)"), &memo)
            #expect(entry.update.attributes.multiExitDiscriminator == which)
            #expect(memo.count <= 256)
        }
        #expect(memo.count > 0)
        var none = AttributeMemo(most: 0)
        _ = read(hex(Attribute.mandatory), &none)
        #expect(none.count == 0)
    }

    @Test("lists of all lengths are told apart, as long as they may be")
    func lengths() {
        var memo = AttributeMemo()
        let lengths = Array(0...40) + [255, 256, 4_096, 65_000]
        for turn in 0..<2 {
            for length in lengths {
                // An attribute nobody knows: optional, with a long length.
                var list = hex("\(Attribute.mandatory) d0 63")
                list += [UInt8(length >> 8), UInt8(length & 255)]
                list += [UInt8](repeating: 0, count: length)
                let entry = read(list, &memo)
                #expect((entry.decoded == nil) == (turn == 1))
                #expect(entry.update.nextHop == IPAddress("192.0.2.1"))
            }
        }
        #expect(memo.count == lengths.count)
    }
}
