// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// From a ``ConsoleResponse`` to what HTTP takes.
///
/// What a command needs besides the body travels in headers of ours, in ASCII.
enum ResponseWriting {
    static let exitStatus = HTTPField.Name("Peerage-Exit-Status")
    static let messages = HTTPField.Name("Peerage-Messages")

    static func response(_ answer: ConsoleResponse, isHead: Bool) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = answer.contentType
        headers[.xContentTypeOptions] = "nosniff"
        headers[.contentSecurityPolicy] = "default-src 'self'"
        headers[.cacheControl] = "no-store"
        if let name = exitStatus { headers[name] = String(answer.exitStatus) }
        if let name = messages, !answer.messages.isEmpty { headers[name] = text(answer.messages) }
        let status = HTTPResponse.Status(code: answer.status)
        guard isHead else {
            let body = ByteBuffer(string: answer.body)
            return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
        }
        headers[.contentLength] = String(answer.body.utf8.count)
        return Response(status: status, headers: headers)
    }

    /// A JSON array in which everything that is not printable ASCII is escaped: a header takes
    /// nothing else.
    private static func text(_ messages: [String]) -> String {
        let strings = messages.map { message in
            let units = message.utf16.map { unit in
                let isPlain = (0x20..<0x7f).contains(unit) && unit != 0x22 && unit != 0x5c
                return isPlain
                    ? String(UnicodeScalar(UInt8(unit)))
                    : String(format: "\\u%04x", Int(unit))
            }
            return "\"" + units.joined() + "\""
        }
        return "[" + strings.joined(separator: ",") + "]"
    }
}
