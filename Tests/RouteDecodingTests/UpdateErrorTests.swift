// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import Testing

/// What becomes of UPDATE messages with errors: RFC 7606, and what it leaves to RFC 4271.
@Suite("UPDATE errors")
struct UpdateErrorTests {
    /// What must become of an announcement.
    enum Expected: Equatable, Sendable {
        case announced
        case withdrawn
        /// The session is reset with this error.
        case reset(BGPErrorCode)
    }

    struct Sample: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var attributes: String
        var announced: String
        var expected: Expected

        init(
            _ name: String,
            _ attributes: String,
            announced: String = "18 c63364",
            _ expected: Expected
        ) {
            testDescription = name
            self.attributes = attributes
            self.announced = announced
            self.expected = expected
        }
    }

    private static let path = Attribute.asPath
    private static let hop = Attribute.nextHop
    private static let all = Attribute.mandatory
    private static let origin = Attribute.origin

    static let samples: [Sample] = [
        // Section 3 (c): Optional and Transitive bits.
        Sample("ORIGIN marked optional", "c0 01 01 00 \(path) \(hop)", .withdrawn),
        Sample("COMMUNITIES marked non-transitive", "\(all) 80 08 04 fbf40001", .withdrawn),
        Sample("Partial bit of COMMUNITIES is no error", "\(all) e0 08 04 fbf40001", .announced),
        Sample("unused flag bits are no error", "4f 01 01 00 \(path) \(hop)", .announced),
        // Section 3 (d): mandatory attributes.
        Sample("no ORIGIN", "\(path) \(hop)", .withdrawn),
        Sample("no AS_PATH", "\(origin) \(hop)", .withdrawn),
        Sample("no NEXT_HOP", "\(origin) \(path)", .withdrawn),
        Sample("no attributes at all", "", .withdrawn),
        // Section 3 (g): attributes that come twice.
        Sample("ORIGIN twice: the first counts", "\(all) 40 01 01 07", .announced),
        Sample(
            "MP_REACH_NLRI twice",
            "\(Attribute.reachIPv6) \(Attribute.reachIPv6) \(all)",
            .reset(.malformedAttributeList)
        ),
        Sample(
            "MP_UNREACH_NLRI twice",
            "\(Attribute.unreachIPv6) \(Attribute.unreachIPv6) \(all)",
            .reset(.malformedAttributeList)
        ),
        // Section 4: lengths that do not fit the list.
        Sample(
            "the last attribute is longer than the list",
            "\(all) c0 08 08 fbf40001",
            .withdrawn
        ),
        Sample("two octets are left of the list", "\(all) c0 08", .withdrawn),
        Sample("an extended length lacks an octet", "\(all) d0 08 00", .withdrawn),
        // Section 7: values.
        Sample("ORIGIN 3", "40 01 01 03 \(path) \(hop)", .withdrawn),
        Sample("AS_PATH overrun", "\(origin) 40 02 06 02 02 0000fbf4 \(hop)", .withdrawn),
        Sample("NEXT_HOP of no octets", "\(origin) \(path) 40 03 00", .withdrawn),
        Sample("MULTI_EXIT_DISC of two octets", "\(all) 80 04 02 0001", .withdrawn),
        Sample("COMMUNITIES of three octets", "\(all) c0 08 03 fbf400", .withdrawn),
        Sample("ATOMIC_AGGREGATE of one octet", "\(all) 40 06 01 00", .announced),
        Sample("AGGREGATOR of six octets", "\(all) c0 07 06 fbf4c0000201", .announced),
        Sample("AS4_PATH, broken", "\(all) c0 11 03 020100", .announced),
        // Section 3 (h): the strongest handling wins.
        Sample(
            "AGGREGATOR and COMMUNITIES broken",
            "\(all) c0 07 01 00 c0 08 03 fbf400",
            .withdrawn
        ),
        // Section 5.2: without reachable NLRI, what was to be withdrawn is lost.
        Sample(
            "ORIGIN 3 without routes",
            "40 01 01 03 \(path) \(hop)",
            announced: "",
            .reset(.invalidOrigin)
        ),
        Sample(
            "attributes cut short without routes",
            "\(all) c0 08",
            announced: "",
            .reset(.malformedAttributeList)
        ),
        Sample(
            "COMMUNITIES broken, nothing but MP_UNREACH_NLRI beside",
            "\(Attribute.unreachIPv6) c0 08 03 fbf400",
            announced: "",
            .reset(.optionalAttributeError)
        ),
        // Section 5.3: routes that cannot be located.
        Sample("prefix length 33", all, announced: "21 c633640000", .reset(.invalidNetworkField)),
        Sample("prefix cut short", all, announced: "18 c633", .reset(.invalidNetworkField)),
        // Sections 7.11 and 7.12.
        Sample(
            "MP_REACH_NLRI with a next hop of five octets",
            "80 0e 0a 0002 01 05 0102030405 00 \(all)",
            .reset(.optionalAttributeError)
        ),
        Sample(
            "MP_REACH_NLRI of two octets",
            "80 0e 02 0002 \(all)",
            .reset(.optionalAttributeError)
        ),
        Sample(
            "MP_UNREACH_NLRI with prefix length 129",
            "80 0f 05 0002 01 81 20 \(all)",
            .reset(.optionalAttributeError)
        ),
        // RFC 4271, section 6.3.
        Sample(
            "a well-known attribute nobody knows",
            "\(all) 40 3f 00",
            .reset(.unrecognizedWellKnownAttribute)
        ),
    ]

    @Test("end as RFC 7606 says", arguments: samples)
    func handling(_ sample: Sample) throws {
        let body = update(attributes: sample.attributes, announced: sample.announced)
        let outcome = Outcome(ofUpdate: body)
        let route = routes("198.51.100.0/24")
        switch sample.expected {
        case .announced:
            #expect(outcome.reset == nil)
            #expect(outcome.updates.map(\.announced) == [route])
        case .withdrawn:
            #expect(outcome.reset == nil)
            #expect(outcome.updates.map(\.announced) == [[]])
            #expect(outcome.updates.map(\.withdrawn) == [route])
            #expect(outcome.updates.map(\.attributes) == [PathAttributes()])
            #expect(!outcome.errors.isEmpty)
        case .reset(let code):
            let notification = try #require(outcome.reset).notification
            #expect([notification.code, notification.subcode] == [code.code, code.subcode])
            #expect(outcome.updates == [])
        }
    }

    @Test(
        "lengths that reach beyond the message reset the session",
        arguments: [
            "0003 08 0a", "0000 0010 4001", "00", "0000 00",
        ]
    )
    func lengths(_ body: String) throws {
        let notification = try #require(Outcome(ofUpdate: hex(body)).reset).notification
        #expect(notification == BGPNotification(.malformedAttributeList))
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
    }
}
