// SPDX-License-Identifier: Apache-2.0

/// A value that is written as JSON or as YAML; keys keep their order.
enum OutputValue: Equatable, Sendable {
    case boolean(Bool)
    /// The digits of a number.
    case number(String)
    case text(String)
    case list([OutputValue])
    case mapping([Member])

    struct Member: Equatable, Sendable {
        var key: String
        var value: OutputValue
    }

    static func integer(_ value: some BinaryInteger) -> OutputValue { .number(String(value)) }

    static func texts(_ values: [String]) -> OutputValue { .list(values.map(OutputValue.text)) }

    /// The members of a mapping; none for anything else.
    var members: [Member] {
        if case .mapping(let members) = self { return members }
        return []
    }

    /// The value of `key` in a mapping.
    subscript(key: String) -> OutputValue? { members.first { $0.key == key }?.value }

    /// A mapping with `more` behind its own members.
    func adding(_ more: [Member]) -> OutputValue { .mapping(members + more) }
}

extension OutputValue: ExpressibleByDictionaryLiteral {
    /// A mapping in the order written.
    init(dictionaryLiteral elements: (String, OutputValue)...) {
        self = .mapping(elements.map { Member(key: $0.0, value: $0.1) })
    }
}

extension OutputValue: ExpressibleByStringLiteral {
    init(stringLiteral value: String) { self = .text(value) }
}

// MARK: - JSON

extension OutputValue {
    /// The value as JSON (RFC 8259), indented by two spaces a level.
    func json(indent: String = "") -> String {
        let inner = indent + "  "
        switch self {
        case .boolean(let value): return value ? "true" : "false"
        case .number(let digits): return digits
        case .text(let text): return Self.quoted(text)
        case .list(let elements):
            if elements.isEmpty { return "[]" }
            if elements.allSatisfy(\.isScalar) {
                return "[" + elements.map { $0.json() }.joined(separator: ", ") + "]"
            }
            let lines = elements.map { inner + $0.json(indent: inner) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(indent)]"
        case .mapping(let members):
            if members.isEmpty { return "{}" }
            let lines = members.map {
                inner + Self.quoted($0.key) + ": " + $0.value.json(indent: inner)
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        }
    }

    private var isScalar: Bool {
        switch self {
        case .boolean, .number, .text: true
        case .list, .mapping: false
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value):
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

// MARK: - YAML

extension OutputValue {
    /// The value as YAML 1.2: sections in blocks, lists of single values on one line.
    func yaml(indent: String = "") -> String {
        switch self {
        case .boolean, .number, .text: return indent + inline + "\n"
        case .list(let elements):
            return elements.map { element in
                let block = element.yaml(indent: indent + "  ")
                return indent + "- " + block.dropFirst(indent.count + 2)
            }.joined()
        case .mapping(let members):
            return members.map { member in
                let key = indent + Self.plainOrQuoted(member.key) + ":"
                if member.value.isInline { return "\(key) \(member.value.inline)\n" }
                return key + "\n" + member.value.yaml(indent: indent + "  ")
            }.joined()
        }
    }

    private var isInline: Bool {
        switch self {
        case .boolean, .number, .text: true
        case .list(let elements): elements.allSatisfy(\.isScalar)
        case .mapping(let members): members.isEmpty
        }
    }

    private var inline: String {
        switch self {
        case .boolean, .number: json()
        case .text(let text): Self.plainOrQuoted(text)
        case .list(let elements): "[" + elements.map(\.inline).joined(separator: ", ") + "]"
        case .mapping: "{}"
        }
    }

    /// Without quotes only what no version of YAML reads as anything but a text.
    private static func plainOrQuoted(_ text: String) -> String {
        let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        let isLetter = text.first.map { $0.isASCII && $0.isLetter } ?? false
        let isPlain = text.allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber || "_-./".contains($0))
        }
        return isLetter && isPlain && !words.contains(text.lowercased()) ? text : quoted(text)
    }
}
