// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Console

@Suite("Requests as text")
struct RequestTextTests {
    @Test(
        "what is encoded is decoded to the same",
        arguments: ["", "a b", "a+b", "50%", "é", "a/b?c#d&e=f", "\u{202e}", "~-._"]
    )
    func encoding(_ text: String) throws {
        #expect(try FormText.decoded(FormText.encoded(text)) == text)
        #expect(try FormText.parameters(FormText.text([text: text])) == [text: text])
    }

    @Test("a name without a value is there, and empty parts are not")
    func names() throws {
        #expect(try FormText.parameters("a&&b=&c=1=2") == ["a": "", "b": "", "c": "1=2"])
    }

    @Test(
        "escapes that are cut short are errors",
        arguments: ["%", "%4", "a%4g", "%c3", "%ff", "%00", "%ed%a0%80"]
    )
    func badEscapes(_ text: String) {
        #expect(throws: BadRequest.self) { try FormText.decoded(text) }
    }

    @Test("messages fit a header field, whatever they hold")
    func messages() {
        let messages = ["a\r\nSet-Cookie: x", "🛰 é", ""]
        let text = AnswerHeader.text(messages)
        #expect(text.utf8.allSatisfy { (0x20...0x7e).contains($0) })
        #expect(AnswerHeader.messages(text) == messages)
        let many = [String](repeating: String(repeating: "é", count: 100), count: 1000)
        let bounded = AnswerHeader.text(many)
        #expect(bounded.utf8.count < 9_000)
        #expect(
            AnswerHeader.messages(bounded).last?.hasSuffix("further messages are left out") == true
        )
        #expect(AnswerHeader.messages("no array").isEmpty)
    }
}
