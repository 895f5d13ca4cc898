// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import Testing
import Wire

@Suite("BGPMessage")
struct BGPMessageTests {
    private static let marker = String(repeating: "f", count: 32)

    private func header(_ text: String) throws(BGPError) -> BGPMessageHeader? {
        let octets = hex(text)
        var reader = WireReader(octets.span, as: "message")
        return try BGPMessageHeader(&reader)
    }

    @Test("a KEEPALIVE is nineteen octets")
    func keepalive() throws {
        #expect(BGPMessageHeader.keepalive == hex("\(Self.marker) 0013 04"))
        let header = try header("\(Self.marker) 0013 04")
        #expect(header?.type == .keepalive)
        #expect(header?.length == 19)
    }

    @Test("less than a header is no message yet")
    func partial() throws {
        let header = try header("\(Self.marker) 0013")
        #expect(header == nil)
    }

    @Test("an UPDATE may be 65,535 octets long where that was said, and no longer than 4,096 else")
    func longest() throws {
        let long = "\(Self.marker) ffff 02"
        let octets = hex(long)
        var reader = WireReader(octets.span, as: "message")
        let header = try BGPMessageHeader(
            &reader,
            longest: BGPMessageHeader.longestExtendedMessage
        )
        #expect(header?.length == 65_535)
        #expect(throws: BGPError.self) { try self.header(long) }
        #expect(throws: BGPError.self) { try self.header("\(Self.marker) 1001 02") }
    }
}

@Suite("BGPNotification")
struct BGPNotificationTests {
    private func notification(_ body: String) throws -> BGPNotification {
        let octets = hex(body)
        var reader = WireReader(octets.span, as: "NOTIFICATION")
        return try BGPNotification(&reader)
    }

    @Test(
        "says what the registry calls it",
        arguments: [
            ("04 00", "Hold Timer Expired"),
            ("06 02", "Cease/Administrative Shutdown"),
            ("02 02", "OPEN Message Error/Bad Peer AS"),
            ("03 0b", "UPDATE Message Error/Malformed AS_PATH"),
            ("06 63", "Cease/subcode 99"),
            ("09 01", "error 9/subcode 1"),
        ]
    )
    func description(_ body: String, _ text: String) throws {
        #expect(try notification(body).description == text)
    }

    @Test("shows what the other operator wrote (RFC 9003, section 2)")
    func communication() throws {
        let text = "06 02 05 68656c6c6f"
        #expect(try notification(text).shutdownCommunication == "hello")
        #expect(try notification(text).description == "Cease/Administrative Shutdown (\"hello\")")
    }

    @Test("control characters in it do not reach a terminal")
    func escaped() throws {
        let text = try #require(try notification("06 02 07 611b5b e280ae 62").shutdownCommunication)
        #expect(text == #"a\u{1B}[\u{202E}b"#)
    }

    @Test("a text that is longer than the message, or for another error, is none")
    func noCommunication() throws {
        #expect(try notification("06 02 06 68656c6c6f").shutdownCommunication == nil)
        #expect(try notification("06 02 00").shutdownCommunication == nil)
        #expect(try notification("06 05 05 68656c6c6f").shutdownCommunication == nil)
    }

    @Test("a Hard Reset tells what is inside (RFC 8538, section 3.1)")
    func hardReset() throws {
        let reset = try notification("06 09 06 02 05 68656c6c6f")
        #expect(reset.isHardReset)
        #expect(reset.description == "Cease/Hard Reset (\"hello\")")
        #expect(try !notification("06 02 00").isHardReset)
        #expect(try notification("06 09 06 09 06 09").shutdownCommunication == nil)
    }

    @Test("our own farewell is one that others can read, cut between two letters where it is long")
    func farewell() {
        #expect(BGPNotification.shutdown("bye").shutdownCommunication == "bye")
        let long = BGPNotification.shutdown(String(repeating: "ä", count: 200))
        #expect(long.shutdownCommunication == String(repeating: "ä", count: 127))
    }

    @Test("one octet is no NOTIFICATION")
    func truncated() {
        #expect(throws: WireError.self) { try notification("06") }
    }

    @Test("data that do not fit the longest message are cut off")
    func longData() {
        let data = [UInt8](repeating: 1, count: 5000)
        #expect(BGPNotification(.invalidOrigin, data: data).message.count == 4096)
    }

    @Test("each error has its own name in its code")
    func names() {
        let texts = BGPErrorCode.allCases.map { BGPNotification($0).description }
        #expect(Set(texts).count == texts.count)
    }
}
