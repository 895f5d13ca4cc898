// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What a command needs of an answer besides its body, as header fields.
enum AnswerHeader {
    static let exitStatus = "Peerage-Exit-Status"
    static let messages = "Peerage-Messages"

    /// Octets that all messages of an answer may take; what is beyond is left out, and said so.
    private static let mostOctets = 8 * 1024

    /// A JSON array in ASCII, which is what a header field can hold.
    static func text(_ messages: [String]) -> String {
        var parts: [String] = []
        var octets = 2
        for (index, message) in messages.enumerated() {
            let part = quoted(message)
            guard octets + part.utf8.count < mostOctets else {
                parts.append(quoted("\(messages.count - index) further messages are left out"))
                break
            }
            octets += part.utf8.count + 1
            parts.append(part)
        }
        return "[\(parts.joined(separator: ","))]"
    }

    /// The messages of such an array; empty when it is none.
    static func messages(_ text: String) -> [String] {
        (try? JSONDecoder().decode([String].self, from: Data(text.utf8))) ?? []
    }

    /// `text` as a JSON string of printable ASCII.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for unit in text.utf16 {
            switch unit {
            case 0x22: result += "\\\""
            case 0x5c: result += "\\\\"
            case 0x20...0x7e: result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            default:
                let digits = String(unit, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return result + "\""
    }
}

extension ConsoleResponse {
    /// What went wrong, as every error of the API is told.
    static func failure(_ reason: String, _ status: Int) -> ConsoleResponse {
        ConsoleResponse(
            status: status,
            body: "{\"error\":\(AnswerHeader.quoted(reason))}\n",
            exitStatus: status >= 500 ? 1 : 2,
            messages: ["peerage: \(reason)"]
        )
    }
}
