// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import Testing
import Wire

@Suite("BGPUpdateDecoder")
struct BGPUpdateDecoderTests {
    @Test("an announcement of two prefixes shares its attributes")
    func announcement() throws {
        let body = update(attributes: Attribute.mandatory, announced: "18 c63364 20 cb007109")
        let outcome = Outcome(ofUpdate: body)
        let change = try #require(outcome.updates.first)
        #expect(outcome.updates.count == 1)
        #expect(change.time == 7)
        #expect(change.announced == routes("198.51.100.0/24", "203.0.113.9/32"))
        #expect(change.withdrawn == [])
        #expect(change.attributes.asPath == .of(64500))
        #expect(change.attributes.nextHop == IPAddress("192.0.2.1"))
        #expect(change.attributes.origin == .igp)
    }

    @Test("a withdrawal needs no attributes")
    func withdrawal() {
        let outcome = Outcome(ofUpdate: update(withdrawn: "18 c63364 00"))
        #expect(outcome.updates.map(\.withdrawn) == [routes("198.51.100.0/24", "0.0.0.0/0")])
        #expect(outcome.updates.map(\.endOfRIB) == [[]])
    }

    @Test("bits behind the prefix length are no part of the prefix")
    func hostBits() {
        let outcome = Outcome(ofUpdate: update(withdrawn: "0d 0b0d"))
        #expect(outcome.updates.first?.withdrawn == routes("11.8.0.0/13"))
    }

    @Test("IPv6 routes come in MP_REACH_NLRI, with their own next hop")
    func multiprotocol() throws {
        let attributes = "\(Attribute.reachIPv6) \(Attribute.origin) \(Attribute.asPath)"
        let change = try #require(Outcome(ofUpdate: update(attributes: attributes)).updates.first)
        #expect(change.announced == routes("2001:db8:1::/48"))
        #expect(change.attributes.nextHop == IPAddress("2001:db8::1"))
        let gone = Outcome(ofUpdate: update(attributes: Attribute.unreachIPv6))
        #expect(gone.updates.map(\.withdrawn) == [routes("2001:db8:1::/48")])
    }

    @Test("of a global and a link-local next hop the global one counts (RFC 2545, section 3)")
    func linkLocal() {
        let hops = "20010db8000000000000000000000001 fe800000000000000000000000000001"
        let reach = "80 0e 2c 0002 01 20 \(hops) 00 30 20010db80001"
        let attributes = "\(reach) \(Attribute.origin) \(Attribute.asPath)"
        let outcome = Outcome(ofUpdate: update(attributes: attributes))
        #expect(outcome.updates.first?.attributes.nextHop == IPAddress("2001:db8::1"))
    }

    @Test("both families in one message become two updates, each with its next hop")
    func bothFamilies() {
        let attributes = "\(Attribute.reachIPv6) \(Attribute.mandatory)"
        let body = update(withdrawn: "08 0a", attributes: attributes, announced: "18 c63364")
        let updates = Outcome(ofUpdate: body).updates
        #expect(updates.map(\.announced) == [routes("198.51.100.0/24"), routes("2001:db8:1::/48")])
        #expect(updates.map(\.withdrawn) == [routes("10.0.0.0/8"), []])
        let hops = updates.map { $0.attributes.nextHop?.description }
        #expect(hops == ["192.0.2.1", "2001:db8::1"])
    }

    @Test("End-of-RIB is an empty UPDATE, or an empty MP_UNREACH_NLRI (RFC 4724, section 2)")
    func endOfRIB() {
        #expect(Outcome(ofUpdate: update()).updates.map(\.endOfRIB) == [[.ipv4]])
        let ipv6 = update(attributes: "80 0f 03 0002 01")
        #expect(Outcome(ofUpdate: ipv6).updates.map(\.endOfRIB) == [[.ipv6]])
    }

    @Test(
        "families that are not read here are passed over, and the session stays",
        arguments: [
            "80 0e 0c 0001 80 04 c0000201 00 102030 ",  // VPNv4, with odd octets inside
            "80 0e 09 4004 47 04 c0000201 00",  // BGP-LS
            "80 0f 05 0019 46 0102",  // EVPN
        ]
    )
    func unknownFamily(_ attribute: String) {
        let body = update(attributes: "\(attribute) \(Attribute.origin) \(Attribute.asPath)")
        let outcome = Outcome(ofUpdate: body)
        #expect(outcome.reset == nil)
        #expect(outcome.updates == [])
    }

    @Test("unknown optional attributes are passed over")
    func unknownAttribute() {
        let attributes = "\(Attribute.mandatory) c0 1c 03 010203 c0 ff 00"
        let outcome = Outcome(ofUpdate: update(attributes: attributes, announced: "18 c63364"))
        #expect(outcome.updates.map(\.announced.count) == [1])
        #expect(outcome.errors == [])
    }

    @Test("with ADD-PATH, a path identifier stands before each prefix (RFC 7911, section 3)")
    func addPath() {
        var options = BGPSessionOptions()
        options.addPathFamilies = [.ipv4]
        let announced = "00000005 18 c63364 00000006 18 c63364"
        let body = update(attributes: Attribute.mandatory, announced: announced)
        let reachable = Outcome(ofUpdate: body, options).updates.first?.announced
        #expect(reachable?.map(\.pathIdentifier) == [5, 6])
    }

    @Test("an external neighbor has no say in LOCAL_PREF (RFC 7606, section 7.5)")
    func externalLocalPreference() {
        for (value, isExternal, expected) in [
            ("04 000000c8", true, nil), ("01 00", true, nil), ("04 000000c8", false, 200),
        ] as [(String, Bool, UInt32?)] {
            let attributes = "\(Attribute.mandatory) 40 05 \(value)"
            let outcome = Outcome(
                ofUpdate: update(attributes: attributes, announced: "18 c63364"),
                BGPSessionOptions(isExternal: isExternal)
            )
            #expect(outcome.updates.first?.announced == routes("198.51.100.0/24"))
            #expect(outcome.updates.first?.attributes.localPreference == expected)
        }
    }

    @Test("no octet changed and no cut makes the decoder do anything but decode or refuse")
    func mutations() {
        let body = update(
            withdrawn: "08 0a",
            attributes: "\(Attribute.reachIPv6) \(Attribute.mandatory) c0 08 04 fbf40001",
            announced: "18 c63364"
        )
        var decoded = 0
        var refused = 0
        func run(_ octets: [UInt8]) {
            for isTwoOctet in [true, false] {
                let options = BGPSessionOptions(hasFourOctetASNs: !isTwoOctet)
                if Outcome(ofUpdate: octets, options).reset == nil {
                    decoded += 1
                } else {
                    refused += 1
                }
            }
        }
        for length in 0..<body.count { run(Array(body[..<length])) }
        for index in body.indices {
            for value in [0, 1, 0x7f, 0x80, 0xff, body[index] &+ 1, body[index] ^ 0x10] {
                var octets = body
                octets[index] = value
                run(octets)
            }
        }
        #expect(decoded + refused == 2 * 8 * body.count)
        #expect(decoded > 0)
        #expect(refused > 0)
    }
}
