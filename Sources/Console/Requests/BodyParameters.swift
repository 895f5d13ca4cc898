// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What the body of a POST adds to the parameters: a form, or a JSON object of plain values.
enum BodyParameters {
    /// The names and values in `body`.
    ///
    /// - Parameters:
    ///   - body: As received; empty for none.
    ///   - contentType: The header field, when there is one.
    /// - Returns: All of them; a JSON null is none.
    /// - Throws: When it is of another type, or not of the one it claims.
    static func parameters(
        _ body: [UInt8],
        contentType: String?
    ) throws(BadRequest) -> [String: String] {
        guard !body.isEmpty else { return [:] }
        let type = contentType?.split(separator: ";").first?
            .trimmingCharacters(in: .whitespaces).lowercased()
        switch type {
        case "application/json": return try json(body)
        case "application/x-www-form-urlencoded":
            guard let text = String(validating: body, as: UTF8.self) else {
                throw BadRequest("the body is not valid UTF-8")
            }
            return try FormText.parameters(text)
        case nil: throw BadRequest("the body needs a Content-Type")
        case let type?: throw BadRequest("a body of type \(type) is not understood")
        }
    }

    private static func json(_ body: [UInt8]) throws(BadRequest) -> [String: String] {
        do {
            let values = try JSONDecoder().decode([String: PlainValue?].self, from: Data(body))
            return values.compactMapValues { $0?.text }
        } catch {
            throw BadRequest("the body is not a JSON object of texts, numbers and truth values")
        }
    }

    /// A JSON value that is one word in a query as well.
    private struct PlainValue: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let value = try? container.decode(String.self) {
                text = value
            } else if let value = try? container.decode(Bool.self) {
                text = String(value)
            } else if let value = try? container.decode(Int64.self) {
                text = String(value)
            } else if let value = try? container.decode(UInt64.self) {
                text = String(value)
            } else {
                text = try container.decode(Double.self).description
            }
        }
    }
}
