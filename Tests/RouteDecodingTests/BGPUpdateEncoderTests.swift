// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import Testing
import Wire

@Suite("BGPUpdateEncoder")
struct BGPUpdateEncoderTests {
    /// What a neighbor reads of the messages, as one update.
    private func read(_ messages: [[UInt8]]) -> RouteUpdate {
        var all = RouteUpdate(time: 7)
        for message in messages {
            #expect(message.count <= 4096)
            for change in Outcome(ofUpdate: Array(message[19...])).updates {
                all.withdrawn += change.withdrawn
                all.announced += change.announced
                all.endOfRIB += change.endOfRIB
                if !change.announced.isEmpty { all.attributes = change.attributes }
            }
        }
        return all
    }

    @Test("every attribute that is kept is sent")
    func attributes() {
        var sent = RouteUpdate(time: 7)
        sent.announced = routes("198.51.100.0/24", "203.0.113.128/25")
        sent.withdrawn = routes("192.0.2.0/24")
        sent.attributes.origin = .egp
        sent.attributes.asPath = .of(64500, 4_200_000_000)
        sent.attributes.asPath.append(.set, [ASN(rawValue: 3), ASN(rawValue: 4)])
        sent.attributes.nextHop = IPAddress("192.0.2.1")
        sent.attributes.multiExitDiscriminator = 5
        sent.attributes.localPreference = 6
        sent.attributes.communities = [7, 8]
        sent.attributes.largeCommunities = [LargeCommunity(9, 10, 11)]
        sent.attributes.originatorID = 12
        sent.attributes.extendedCommunities = [0x0002_fbf4_0000_0001, 0x4004_0000_0000_0064]
        #expect(read(BGPUpdateEncoder.messages(for: sent)) == sent)
    }

    @Test("IPv6 routes and both marks of End-of-RIB")
    func ipv6() {
        var sent = RouteUpdate(time: 7)
        sent.announced = routes("2001:db8:1::/48", "::/0")
        sent.withdrawn = routes("2001:db8:2::/48")
        sent.attributes.asPath = .of(64500)
        sent.attributes.nextHop = IPAddress("2001:db8::1")
        sent.endOfRIB = [.ipv4, .ipv6]
        #expect(read(BGPUpdateEncoder.messages(for: sent)) == sent)
    }

    @Test("what does not fit one message takes several")
    func split() {
        var sent = RouteUpdate(time: 7)
        for index in 0..<3000 as Range<UInt32> {
            let prefix = IPPrefix(.v4(0x0a00_0000 | index << 8), length: 24)
            sent.announced.append(.init(prefix))
            sent.withdrawn.append(.init(IPPrefix(.v4(0x0b00_0000 | index << 8), length: 24)))
        }
        sent.attributes.asPath = ASPath(
            sequence: (1...300 as ClosedRange<UInt32>).map(ASN.init(rawValue:))
        )
        sent.attributes.nextHop = IPAddress("192.0.2.1")
        let messages = BGPUpdateEncoder.messages(for: sent)
        #expect(messages.count > 6)
        let received = read(messages)
        #expect(received.announced == sent.announced)
        #expect(received.withdrawn == sent.withdrawn)
        // 300 ASes take two segments on the wire, of 255 and 45.
        #expect(received.attributes.asPath.segments.flatMap(\.members).count == 300)
    }
}
