// SPDX-License-Identifier: Apache-2.0

/// Names and labels as the text exposition format allows them.
enum MetricLabels {
    /// `name` with what the format does not allow as underscores: "hb.requests" is "hb_requests".
    static func name(_ name: String) -> String {
        var result = ""
        for octet in name.utf8 {
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "_"), UInt8(ascii: ":"):
                result.unicodeScalars.append(Unicode.Scalar(octet))
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if result.isEmpty { result = "_" }
                result.unicodeScalars.append(Unicode.Scalar(octet))
            default: result += "_"
            }
        }
        return result.isEmpty ? "_" : result
    }

    /// `exporter="er1.fra",protocol="ipfix"`: by name, so that one set of labels is one text.
    static func text(_ labels: [(String, String)]) -> String {
        var seen: Set<String> = []
        let named = labels.map { (labelName($0.0), $0.1) }.filter { seen.insert($0.0).inserted }
        return named.sorted { $0.0 < $1.0 }.map { "\($0)=\"\(value($1))\"" }
            .joined(separator: ",")
    }

    /// Names that the format keeps for itself are put behind another word.
    private static func labelName(_ label: String) -> String {
        let label = name(label).replacing(":", with: "_")
        let isReserved = label == "le" || label == "quantile" || label.hasPrefix("__")
        return isReserved ? "exported_\(label)" : label
    }

    /// What is not visible stands as `\u{1B}`, and then as the format writes a backslash.
    private static func value(_ value: String) -> String {
        VisibleText.escaped(value).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }
}
