// SPDX-License-Identifier: Apache-2.0

import Logging
import Model

/// One event of the log as one line, for people or for machines.
struct LogLine {
    /// When, in seconds since 1970-01-01 00:00 UTC.
    var time: Int64
    var level: Logger.Level
    var message: String
    /// In the order they are to be read.
    var fields: [(key: String, value: String)] = []

    /// `2026-11-21T13:37:00Z info message key=value key="quoted value"`.
    var text: String {
        var line = "\(Timestamp.text(seconds: time)) \(level.rawValue) "
        line += VisibleText.escaped(message)
        for (key, value) in fields {
            line += " \(Self.plainKey(key))=\(Self.word(value))"
        }
        return line
    }

    /// The same as a JSON object on one line.
    var json: String {
        var line = "{\"time\":\"\(Timestamp.text(seconds: time))\",\"level\":\"\(level.rawValue)\""
        line += ",\"message\":\(Self.jsonString(message))"
        var used: Set<String> = ["time", "level", "message"]
        for (key, value) in fields {
            var key = key
            while !used.insert(key).inserted { key += "_" }
            line += ",\(Self.jsonString(key)):\(Self.jsonString(value))"
        }
        return line + "}"
    }

    /// `value` as it stands where that is unmistakable, else in quotes.
    private static func word(_ value: String) -> String {
        let isPlain =
            !value.isEmpty && value.utf8.count <= VisibleText.mostOctets
            && value.utf8.allSatisfy { octet in
                (0x21...0x7e).contains(octet)
                    && ![UInt8(ascii: "\""), UInt8(ascii: "="), UInt8(ascii: "\\")].contains(octet)
            }
        guard !isPlain else { return value }
        let quoted = VisibleText.bounded(value) { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case _ where VisibleText.isVisible(scalar): nil
            default: VisibleText.escape(scalar)
            }
        }
        return "\"\(quoted)\""
    }

    private static func plainKey(_ key: String) -> String {
        VisibleText.bounded(key) { scalar in
            let isPlain = scalar.isASCII && scalar.value > 0x20 && scalar.value < 0x7f
            return isPlain && scalar != "=" && scalar != "\"" ? nil : "_"
        }
    }

    private static func jsonString(_ text: String) -> String {
        let escaped = VisibleText.bounded(text) { scalar in
            switch scalar {
            case "\"", "\\": return "\\\(scalar)"
            case _ where VisibleText.isVisible(scalar): return nil
            default:
                // Beyond the basic plane JSON needs two escapes, of the surrogates.
                return String(scalar).utf16.map { unit in
                    let digits = String(unit, radix: 16)
                    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }.joined()
            }
        }
        return "\"\(escaped)\""
    }
}
