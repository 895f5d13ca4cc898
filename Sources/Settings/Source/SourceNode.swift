// SPDX-License-Identifier: Apache-2.0

/// A value of a configuration file, and where it stands.
struct SourceNode: Sendable {
    var place: Place
    var content: Content

    enum Content: Sendable {
        /// Nothing, `~` or `null`.
        case null
        /// A text; plain when it has no quotes.
        case scalar(String, isPlain: Bool)
        case sequence([SourceNode])
        case mapping([SourceEntry])
    }

    /// What the node is, for a message: "10X", "a list".
    var summary: String {
        switch content {
        case .null: return "nothing"
        case .sequence: return "a list"
        case .mapping: return "a mapping"
        case .scalar(let text, let isPlain):
            let short = text.count > 60 ? text.prefix(60) + "..." : text[...]
            let line = String(short.map { $0.isNewline ? " " : $0 })
            return isPlain ? line : "\"\(line)\""
        }
    }

    /// What the node is, without what it says.
    var noun: String {
        if case .scalar = content { return "a text that is not shown" }
        return summary
    }

    /// Whether the node is a number, true or false of the YAML 1.2 core schema (section 10.3.2).
    var isNumberOrBoolean: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        if ["true", "True", "TRUE", "false", "False", "FALSE"].contains(text) { return true }
        guard let first = text.utf8.first,
            (48...57).contains(first) || [43, 45, 46].contains(first)
        else { return false }
        return Double(text) != nil
    }
}

/// A key and its value.
struct SourceEntry: Sendable {
    var key: String
    var place: Place
    var value: SourceNode
}

/// A position in a file.
struct Place: Hashable, Sendable {
    /// The file, as the command line or an `include` names it.
    var file: String
    /// 1-based.
    var line: Int
    /// 1-based, in Unicode scalars.
    var column: Int
}

extension Place: CustomStringConvertible {
    var description: String { "\(file):\(line):\(column)" }
}
