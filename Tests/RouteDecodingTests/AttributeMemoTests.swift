// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import Testing
import Wire

@Suite("AttributeMemo")
struct AttributeMemoTests {
    private func read(
        _ body: [UInt8],
        by options: BGPSessionOptions = BGPSessionOptions(),
        _ memo: inout AttributeMemo
    ) throws -> [RouteUpdate] {
        var reader = WireReader(body.span, as: "UPDATE")
        var updates: [RouteUpdate] = []
        _ = try BGPUpdateDecoder(options).read(&reader, at: 7, memo: &memo) { updates.append($0) }
        return updates
    }

    @Test("the same attributes are the same object, whatever routes and whichever family come by")
    func sameObject() throws {
        var memo = AttributeMemo(most: 4_096)
        let first = update(attributes: Attribute.mandatory, announced: "18 c63364")
        let second = update(
            withdrawn: "08 0a",
            attributes: Attribute.mandatory,
            announced: "10 c633"
        )
        let one = try #require(try read(first, &memo).first)
        let two = try #require(try read(second, &memo).first)
        #expect(one.shared === two.shared)
        #expect(two.announced == routes("198.51.0.0/16"))
        #expect(two.withdrawn == routes("10.0.0.0/8"))
        #expect(two.nextHop == IPAddress("192.0.2.1"))
        #expect(memo.entryCount == 1)

        // MP_REACH_NLRI in front, between and behind.
        let (origin, path) = (Attribute.origin, Attribute.asPath)
        let orders = [
            "\(Attribute.reachIPv6) \(origin) \(path)", "\(origin) \(Attribute.reachIPv6) \(path)",
            "\(origin) \(path) \(Attribute.reachIPv6)",
            "\(Attribute.unreachIPv6) \(origin) \(Attribute.reachIPv6) \(path)",
        ]
        let updates = try orders.map { try read(update(attributes: $0), &memo).first }
        #expect(updates[2]?.shared === updates[0]?.shared)
        for change in updates {
            #expect(change?.shared == updates[0]?.shared)
            #expect(change?.announced == routes("2001:db8:1::/48"))
            #expect(change?.nextHop == IPAddress("2001:db8::1"))
        }
        #expect(updates[3]?.withdrawn == routes("2001:db8:1::/48"))
    }

    @Test("one octet of difference, in the list or in how it is read, is another list")
    func keys() throws {
        var memo = AttributeMemo(most: 4_096)
        let list = hex("\(Attribute.mandatory) 40 05 04 000000c8 c0 08 08 fbf40001fbf40002")
        func announcement(_ list: [UInt8]) -> [UInt8] {
            [0, 0, 0, UInt8(list.count)] + list + hex("18 c63364")
        }
        let known = try #require(try read(announcement(list), &memo).first)
        for index in list.indices {
            for bit in 0..<8 {
                var other = list
                other[index] ^= 1 << bit
                let alone = Outcome(ofUpdate: announcement(other))
                let found = try? read(announcement(other), &memo)
                #expect(found == (alone.reset == nil ? alone.updates : nil))
                #expect(found?.first.map { $0.shared !== known.shared } ?? true)
            }
        }
        let external = BGPSessionOptions(isExternal: true)
        let outside = try #require(try read(announcement(list), by: external, &memo).first)
        #expect(outside.attributes.localPreference == nil)
        #expect(known.attributes.localPreference == 200)
        #expect(try read(announcement(list), &memo).first?.shared === known.shared)
    }

    @Test("what is wrong is not remembered: each message with an error has it anew")
    func errors() throws {
        var memo = AttributeMemo(most: 4_096)
        let body = update(
            attributes: "\(Attribute.mandatory) c0 08 03 fbf400",
            announced: "18 c63364"
        )
        for _ in 0..<3 {
            var reader = WireReader(body.span, as: "UPDATE")
            let notes = try BGPUpdateDecoder(BGPSessionOptions())
                .read(&reader, at: 7, memo: &memo) { #expect($0.announced == []) }
            #expect(notes.errors.map(\.typeCode) == [8])
        }
        #expect(memo.entryCount == 0)
        // What is missing shows with the routes, not with the list.
        let bare = "\(Attribute.origin) \(Attribute.asPath)"
        for _ in 0..<2 {
            let updates = try read(update(attributes: bare, announced: "18 c63364"), &memo)
            #expect(updates.map(\.withdrawn) == [routes("198.51.100.0/24")])
        }
        let six = try read(update(attributes: "\(Attribute.reachIPv6) \(bare)"), &memo)
        #expect(six.map(\.announced) == [routes("2001:db8:1::/48")])
    }

    @Test("it stays as small as it may be, and still tells the truth")
    func bounded() throws {
        var memo = AttributeMemo(most: 256)
        for number in 0..<20_000 as Range<UInt32> {
            let which = number % 7 == 0 ? number % 70 : number
            let med = String(which, radix: 16)
            let digits = String(repeating: "0", count: 8 - med.count) + med
            let body = update(
                attributes: "\(Attribute.mandatory) 80 04 04 \(digits)",
                announced: "18 c63364"
            )
            let change = try read(body, &memo).first
            #expect(change?.attributes.multiExitDiscriminator == which)
        }
        #expect((128...256).contains(memo.entryCount))
        var none = AttributeMemo(most: 0)
        _ = try read(update(attributes: Attribute.mandatory, announced: "18 c63364"), &none)
        #expect(none.entryCount == 0)
    }

    @Test("an End-of-RIB stays one, and a withdrawal of IPv6 routes too")
    func marks() throws {
        var memo = AttributeMemo(most: 4_096)
        for _ in 0..<2 {
            #expect(try read(update(), &memo).map(\.endOfRIB) == [[.ipv4]])
            let ipv6 = update(attributes: "80 0f 03 0002 01")
            #expect(try read(ipv6, &memo).map(\.endOfRIB) == [[.ipv6]])
            let gone = update(attributes: Attribute.unreachIPv6)
            #expect(try read(gone, &memo).map(\.withdrawn) == [routes("2001:db8:1::/48")])
            // With attributes beside it, it is no mark.
            let odd = update(attributes: "80 0f 03 0002 01 \(Attribute.origin)")
            #expect(try read(odd, &memo) == [])
        }
    }
}
