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

    @Test(
        "broken headers are refused with the right code (RFC 4271, section 6.1)",
        arguments: [
            (
                "7\(String(repeating: "f", count: 31)) 0013 04",
                BGPErrorCode.connectionNotSynchronized, ""
            ),
            ("\(marker) 0012 04", .badMessageLength, "0012"),
            ("\(marker) 1001 02", .badMessageLength, "1001"),
            ("\(marker) 0014 04", .badMessageLength, "0014"),
            ("\(marker) 001c 01", .badMessageLength, "001c"),
            ("\(marker) 0016 02", .badMessageLength, "0016"),
            ("\(marker) 0014 03", .badMessageLength, "0014"),
            ("\(marker) 0013 00", .badMessageType, "00"),
            ("\(marker) 0013 07", .badMessageType, "07"),
        ]
    )
    func refused(_ octets: String, _ code: BGPErrorCode, _ data: String) {
        do throws(BGPError) {
            let header = try header(octets)
            Issue.record("read \(String(describing: header))")
        } catch {
            #expect(error.notification == BGPNotification(code, data: hex(data)))
        }
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
