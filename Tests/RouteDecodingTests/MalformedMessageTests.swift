// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import Testing
import Wire

/// What becomes of messages that no router should send, by the paragraph that says so.
@Suite("Malformed messages")
struct MalformedMessageTests {
    @Test("end as their paragraph says", arguments: MalformedMessage.table)
    func outcome(_ message: MalformedMessage) {
        do throws(BGPError) {
            let outcome = try read(message)
            #expect(outcome == message.outcome)
        } catch {
            guard case .ends(let code, let data) = message.outcome else {
                Issue.record("ended by \(error)")
                return
            }
            let notification = error.notification
            #expect([notification.code, notification.subcode] == [code.code, code.subcode])
            if let data { #expect(notification.data == hex(data)) }
        }
    }

    private func read(_ message: MalformedMessage) throws(BGPError) -> MalformedMessage.Outcome {
        var reader = WireReader(message.octets.span, as: "message")
        let longest = BGPMessageHeader.longestExtendedMessage
        guard let header = try BGPMessageHeader(&reader, longest: longest) else { return .ignored }
        switch header.type {
        case .open:
            let open = try BGPOpen(&reader)
            // What is ignored leaves no trace.
            let isPlain =
                open.addPath.isEmpty && open.roles.isEmpty && open.longLivedStaleSeconds.isEmpty
                && !open.hasGracefulRestart
            return isPlain && !open.hasIPv6NextHops ? .ignored : .announced
        case .update: return try readUpdate(&reader, message.options)
        case .routeRefresh: return try BGPRouteRefresh(&reader) == nil ? .ignored : .announced
        case .notification:
            let notification = try? BGPNotification(&reader)
            // It ends the session whatever it says; what it says must not do more.
            return notification?.description.isEmpty == false ? .ignored : .announced
        case .keepalive: return .ignored
        }
    }

    private func readUpdate(
        _ body: inout WireReader,
        _ options: BGPSessionOptions
    ) throws(BGPError) -> MalformedMessage.Outcome {
        var updates: [RouteUpdate] = []
        _ = try BGPUpdateDecoder(options).decode(&body, at: 7) { updates.append($0) }
        return outcome(of: updates)
    }

    private func outcome(of updates: [RouteUpdate]) -> MalformedMessage.Outcome {
        let route = routes("198.51.100.0/24")
        switch (updates.flatMap(\.announced), updates.flatMap(\.withdrawn)) {
        case (route, []): return .announced
        case ([], route): return .withdrawn
        default: return .ignored
        }
    }

    @Test("they are sixty at least, each with a paragraph, each once")
    func count() {
        let table = MalformedMessage.table
        #expect(table.count >= 60)
        for message in table {
            let isParagraph = message.paragraph.wholeMatch(of: /RFC [0-9]{4}, [0-9]+(\.[0-9]+)*/)
            #expect(isParagraph != nil, "\(message.paragraph)")
        }
        let keys = Set(table.map { "\($0.octets) \($0.options)" })
        #expect(keys.count == table.count)
    }

    @Test("the NOTIFICATION carries the attribute in error (RFC 4271, section 6.3)")
    func data() throws {
        let attributes = "40 01 01 03 \(Attribute.asPath) \(Attribute.nextHop)"
        let outcome = Outcome(ofUpdate: update(attributes: attributes))
        #expect(outcome.reset?.notification.data == hex("40 01 01 03"))
    }

    @Test("a broken route in an MP_REACH_NLRI message is withdrawn in both families")
    func bothFamilies() {
        let attributes = "\(Attribute.reachIPv6) \(Attribute.mandatory) c0 08 03 fbf400"
        let outcome = Outcome(ofUpdate: update(attributes: attributes, announced: "18 c63364"))
        #expect(outcome.updates.map(\.withdrawn) == [routes("198.51.100.0/24", "2001:db8:1::/48")])
        #expect(outcome.updates.map(\.attributes) == [PathAttributes()])
        #expect(!outcome.errors.isEmpty)
    }
}
