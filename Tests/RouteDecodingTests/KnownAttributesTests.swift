// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import Testing
import Wire

@Suite("KnownAttributes")
struct KnownAttributesTests {
    private func read(
        _ body: [UInt8],
        _ known: inout KnownAttributes
    ) throws -> [RouteUpdate] {
        var reader = WireReader(body.span, as: "UPDATE")
        var updates: [RouteUpdate] = []
        _ = try BGPUpdateDecoder(BGPSessionOptions()).read(&reader, at: 7, known: &known) {
            updates.append($0)
        }
        return updates
    }

    /// What a message comes to, in words.
    private func text(
        _ body: [UInt8],
        _ read: (inout WireReader, (RouteUpdate) -> Void) throws(BGPError) -> [PathAttributeError]
    ) -> String {
        var reader = WireReader(body.span, as: "UPDATE")
        var updates: [RouteUpdate] = []
        do throws(BGPError) {
            let errors = try read(&reader) { updates.append($0) }
            return updates.map { "\($0) \($0.attributes)" }.joined() + "\(errors)"
        } catch {
            return "\(error.notification)"
        }
    }

    @Test("whatever came before, a message says what it says by itself")
    func everyMessage() {
        for options in MalformedMessage.table.map(\.options) {
            var known = KnownAttributes(most: 64)
            let decoder = BGPUpdateDecoder(options)
            for message in MalformedMessage.table + MalformedMessage.table {
                let body = Array(message.octets.dropFirst(BGPMessageHeader.octets))
                let alone = text(body) { reader, deliver throws(BGPError) in
                    try decoder.decode(&reader, at: 7, deliver: deliver)
                }
                let among = text(body) { reader, deliver throws(BGPError) in
                    try decoder.read(&reader, at: 7, known: &known, deliver: deliver).errors
                }
                // An object has no address that counts.
                #expect(among == alone, "\(message.paragraph)")
            }
        }
    }

    @Test("the same attributes are the same object, with the routes and next hop of each message")
    func sameObject() throws {
        var known = KnownAttributes(most: 64)
        let first = update(attributes: Attribute.mandatory, announced: "18 c63364")
        let second = update(attributes: Attribute.mandatory, announced: "10 c633 08 0a")
        let one = try #require(try read(first, &known).first)
        let two = try #require(try read(second, &known).first)
        #expect(one.shared === two.shared)
        #expect(two.announced == routes("198.51.0.0/16", "10.0.0.0/8"))
        #expect(two.nextHop == IPAddress("192.0.2.1"))
        #expect(known.count == 1)

        // Behind MP_REACH_NLRI, whose next hop counts; NEXT_HOP does not.
        let hops = ["20010db8000000000000000000000001", "20010db8000000000000000000000002"]
        let updates = try hops.map { hop in
            let reach = "80 0e 1c 0002 01 10 \(hop) 00 30 20010db80001"
            return try read(update(attributes: "\(reach) \(Attribute.mandatory)"), &known).first
        }
        #expect(known.count == 2)
        #expect(updates[0]?.shared === updates[1]?.shared)
        #expect(
            updates.map { $0?.nextHop } == [IPAddress("2001:db8::1"), IPAddress("2001:db8::2")]
        )
        #expect(
            updates.map { $0?.announced } == [routes("2001:db8:1::/48"), routes("2001:db8:1::/48")]
        )
        let again = try #require(try read(first, &known).first)
        #expect(again.nextHop == IPAddress("192.0.2.1"))
        #expect(again.shared === one.shared)
    }

    @Test("one octet of difference is another list, and withdrawals are none")
    func keys() throws {
        var known = KnownAttributes(most: 64)
        let one = try read(
            update(attributes: "\(Attribute.mandatory) c0 08 04 fbf40001", announced: "08 0a"),
            &known
        )
        let two = try read(
            update(attributes: "\(Attribute.mandatory) c0 08 04 fbf40002", announced: "08 0a"),
            &known
        )
        #expect(one[0].shared.value.communities == [0xfbf4_0001])
        #expect(two[0].shared.value.communities == [0xfbf4_0002])
        #expect(known.count == 2)
        let both = try read(
            update(withdrawn: "08 0b", attributes: Attribute.mandatory, announced: "08 0a"),
            &known
        )
        #expect(both[0].withdrawn == routes("11.0.0.0/8"))
        #expect(known.count == 2)
    }

    @Test("when there are too many, all are forgotten and learned anew")
    func bound() throws {
        var known = KnownAttributes(most: 300)
        for number in 0..<1_000 {
            let digits = String(number, radix: 16)
            let community = String(repeating: "0", count: 8 - digits.count) + digits
            let body = update(
                attributes: "\(Attribute.mandatory) c0 08 04 \(community)",
                announced: "08 0a"
            )
            for _ in 0..<2 {
                let updates = try read(body, &known)
                #expect(updates[0].shared.value.communities == [UInt32(number)])
            }
            #expect(known.count <= 300)
        }
        #expect(known.count == 100)
    }

    @Test("a neighbor whose attributes are as long as can be makes no more than 16 MiB known")
    func long() throws {
        var known = KnownAttributes(most: KnownAttributes.ofTable)
        var most = 0
        // An attribute that nobody knows, of 60,000 octets (optional, transitive, extended).
        let value = String(repeating: "00", count: 60_000)
        let attributes = "\(Attribute.mandatory) d0 63 ea60 \(value)"
        var body = update(attributes: attributes, announced: "08 0a")
        for number in 0..<600 {
            body[body.count - 4] = UInt8(number >> 8)
            body[body.count - 3] = UInt8(number & 255)
            #expect(try read(body, &known).count == 1)
            most = max(most, known.octets)
        }
        #expect(most > 16 << 20 && most < 17 << 20)
        #expect(known.count < 300)
    }
}
