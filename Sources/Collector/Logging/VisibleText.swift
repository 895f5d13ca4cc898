// SPDX-License-Identifier: Apache-2.0

/// Text from elsewhere as something that a terminal, a log or a label may be given.
///
/// A router names its interfaces, a neighbor words its notifications: neither may move the cursor,
/// turn the line around or begin a new one (RELIABILITY T14).
enum VisibleText {
    /// Octets of UTF-8 that a field takes at most.
    static let mostOctets = 256

    /// Whether a reader sees what `scalar` is: no control, no format character, no line end.
    static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
            .unassigned:
            false
        default: true
        }
    }

    /// `text` with what is not visible as `\u{1B}`, and no longer than ``mostOctets``.
    static func escaped(_ text: String) -> String {
        bounded(text) { isVisible($0) ? nil : escape($0) }
    }

    /// `\u{1B}` for ESC.
    static func escape(_ scalar: Unicode.Scalar) -> String {
        "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    }

    /// `text` with what `escape` returns in the place of its scalars, cut to ``mostOctets``.
    static func bounded(_ text: String, escape: (Unicode.Scalar) -> String?) -> String {
        let mark = "…"
        var result = ""
        // The longest text that may still be followed by the mark.
        var cut = result.endIndex
        var octets = 0
        for scalar in text.unicodeScalars {
            let part = escape(scalar) ?? String(scalar)
            octets += part.utf8.count
            guard octets <= mostOctets else { return result[..<cut] + mark }
            result += part
            if octets <= mostOctets - mark.utf8.count { cut = result.endIndex }
        }
        return result
    }
}
