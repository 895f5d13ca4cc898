// SPDX-License-Identifier: Apache-2.0

/// Names and values as they stand in a query or a form: `month=2026-10&peer=AS64500`.
enum FormText {
    /// The names and values of `text`.
    ///
    /// - Throws: When an escape or a character is not valid, or a name comes twice.
    static func parameters(_ text: some StringProtocol) throws(BadRequest) -> [String: String] {
        var parameters: [String: String] = [:]
        for part in text.split(separator: "&") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try decoded(sides[0], plusIsSpace: true)
            let value = try sides.count > 1 ? decoded(sides[1], plusIsSpace: true) : ""
            guard parameters.updateValue(value, forKey: name) == nil else {
                throw BadRequest("\(name) is given twice")
            }
        }
        return parameters
    }

    /// `text` with its escapes (%2F) as the characters they stand for.
    static func decoded(
        _ text: some StringProtocol,
        plusIsSpace: Bool = false
    ) throws(BadRequest) -> String {
        var octets: [UInt8] = []
        octets.reserveCapacity(text.utf8.count)
        var rest = text.utf8.makeIterator()
        while let octet = rest.next() {
            switch octet {
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit)
                else { throw BadRequest("a % that no two hexadecimal digits follow") }
                octets.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: octets.append(UInt8(ascii: " "))
            default: octets.append(octet)
            }
        }
        guard let decoded = String(validating: octets, as: UTF8.self), !octets.contains(0) else {
            throw BadRequest("a character that is not valid UTF-8")
        }
        return decoded
    }

    /// `text` as it may stand in a path, a query or a form.
    static func encoded(_ text: String) -> String {
        var result = ""
        for octet in text.utf8 {
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(octet))
            default:
                let digits = String(octet, radix: 16, uppercase: true)
                result += octet < 16 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }

    /// `parameters` as a query, in the order of their names.
    static func text(_ parameters: [String: String]) -> String {
        parameters.sorted { $0.key < $1.key }
            .map { "\(encoded($0.key))=\(encoded($0.value))" }
            .joined(separator: "&")
    }

    private static func digit(_ octet: UInt8) -> UInt8? {
        switch octet {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): octet - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): octet - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): octet - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

/// What is wrong with a request, in a few words for who sent it.
struct BadRequest: Error, Equatable {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
