// SPDX-License-Identifier: Apache-2.0

import Foundation

// Words, names, paths, URLs and plain numbers.

extension Kind where Value == String {
    /// Free text on one line.
    static var text: Kind {
        scalar(
            "a text of up to 255 characters",
            .text,
            schema: ["type": "string", "minLength": .integer(1), "maxLength": .integer(255)],
            parse: { text in
                let isPrintable = text.unicodeScalars.allSatisfy { scalar in
                    scalar.properties.generalCategory != .control
                }
                return isPrintable && (1...255).contains(text.count) ? text : nil
            },
            show: OutputValue.text
        )
    }

    /// What other keys, the store and the reports refer to.
    static var name: Kind {
        scalar(
            "a name of 1 to 64 letters, digits and the signs . _ : / @ -",
            .text,
            schema: ["type": "string", "pattern": "^[A-Za-z0-9._:/@-]{1,64}$"],
            parse: { text in
                let isPlain = text.utf8.allSatisfy { octet in
                    switch octet {
                    case 48...57, 65...90, 97...122: true
                    default: "._:/@-".utf8.contains(octet)
                    }
                }
                return isPlain && (1...64).contains(text.utf8.count) ? text : nil
            },
            show: OutputValue.text
        )
    }

    /// A view: a name, or that of a station and the route distinguisher of a VPN behind it.
    static var viewName: Kind {
        scalar(
            "a name, or one with a route distinguisher behind it: er2.ams 64500:1",
            .text,
            schema: [
                "type": "string",
                "pattern": "^[A-Za-z0-9._:/@-]{1,64}( [A-Za-z0-9.:-]{1,32}){0,2}$",
            ],
            parse: { text in
                let words = text.split(separator: " ", omittingEmptySubsequences: false)
                let isPlain = words.allSatisfy { word in
                    (1...64).contains(word.utf8.count)
                        && word.utf8.allSatisfy { octet in
                            switch octet {
                            case 48...57, 65...90, 97...122: true
                            default: "._:/@-".utf8.contains(octet)
                            }
                        }
                }
                return isPlain && words.count <= 3 ? text : nil
            },
            show: OutputValue.text
        )
    }

    /// A file or a directory; relative to the file that names it.
    static var path: Kind {
        var kind = scalar(
            "a path, relative to the file it stands in",
            .text,
            schema: ["type": "string", "minLength": .integer(1)],
            parse: { $0.isEmpty || $0.contains("\0") ? nil : $0 },
            show: OutputValue.text
        )
        let plain = kind.read
        kind.read = { node, reading in
            plain(node, &reading).map { SourceTree.absolute($0, relativeTo: node.place.file) }
        }
        return kind
    }

    /// A UNIX socket, whose path the kernel holds in 108 octets (unix(7)).
    static var socketPath: Kind {
        path.map(
            { path, node, reading in
                let octets = path.utf8.count
                if octets <= Settings.longestSocketPath { return path }
                reading.report(
                    at: node.place,
                    key: reading.path,
                    "\(path) is \(octets) octets long",
                    expected: "a path of at most \(Settings.longestSocketPath) octets, all in all"
                )
                return nil
            },
            back: { path, _ in path }
        )
    }

    static var environmentVariable: Kind {
        scalar(
            "the name of an environment variable",
            .text,
            schema: ["type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"],
            parse: { text in
                text.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) == nil ? nil : text
            },
            show: OutputValue.text
        )
    }

    /// A URL that gives no secret away when it is shown; one that would is not quoted.
    static var url: Kind {
        scalar(
            "an http or https URL without user and password",
            .text,
            schema: [
                "type": "string", "format": "uri", "pattern": "^https?://[^@/?#]+([/?#].*)?$",
            ],
            parse: { text in
                guard let url = URL(string: text), ["http", "https"].contains(url.scheme),
                    let host = url.host(), !host.isEmpty, url.user() == nil, url.password() == nil
                else { return nil }
                return text
            },
            show: OutputValue.text
        ).hidden()
    }

    /// A time zone of the IANA database.
    static var timezone: Kind {
        scalar(
            "the name of a time zone such as Europe/Berlin, or UTC",
            .text,
            schema: ["type": "string"],
            parse: { text in
                guard text == "UTC" || text.contains("/") else { return nil }
                return TimeZone(identifier: text) == nil ? nil : text
            },
            show: OutputValue.text
        )
    }

    /// A currency in use.
    static var currency: Kind {
        scalar(
            "the ISO 4217 code of a currency, such as EUR",
            .text,
            schema: ["type": "string", "pattern": "^[A-Z]{3}$"],
            parse: { Locale.commonISOCurrencyCodes.contains($0) ? $0 : nil },
            show: OutputValue.text
        )
    }
}

extension Kind {
    /// One of the words of an enumeration.
    static func word() -> Kind
    where Value: RawRepresentable & CaseIterable & Sendable, Value.RawValue == String {
        word(of: Array(Value.allCases))
    }

    /// One of some of the words of an enumeration.
    static func word(of cases: [Value]) -> Kind
    where Value: RawRepresentable & Sendable, Value.RawValue == String {
        let words = cases.map(\.rawValue)
        var kind = scalar(
            "one of \(words.joined(separator: ", "))",
            .text,
            schema: ["type": "string", "enum": .texts(words)],
            parse: { words.contains($0) ? Value(rawValue: $0) : nil },
            show: { .text($0.rawValue) }
        )
        let (plain, expected) = (kind.read, kind.expected)
        kind.read = { node, reading in
            guard case .scalar(let text, _) = node.content, !words.contains(text),
                let guess = NearestWord.to(text, among: words)
            else { return plain(node, &reading) }
            reading.report(
                at: node.place,
                key: reading.path,
                "found \(node.summary), perhaps \(guess) is meant",
                expected: expected
            )
            return nil
        }
        return kind
    }
}

extension Kind where Value == Bool {
    /// Yes or no, as YAML has them.
    static var boolean: Kind {
        scalar(
            "true or false",
            .number,
            schema: ["type": "boolean"],
            parse: { ["true": true, "false": false][$0] },
            show: { .boolean($0) }
        )
    }
}

extension Kind where Value: FixedWidthInteger & Sendable {
    /// A whole number of a range.
    static func integer(_ range: ClosedRange<Value>) -> Kind {
        scalar(
            "an integer from \(range.lowerBound) to \(range.upperBound)",
            .number,
            schema: [
                "type": "integer", "minimum": .integer(range.lowerBound),
                "maximum": .integer(range.upperBound),
            ],
            parse: { text in
                let digits = text.utf8.allSatisfy { (48...57).contains($0) }
                guard digits, let value = Value(text), range.contains(value) else { return nil }
                return value
            },
            show: OutputValue.integer
        )
    }

    /// A whole number of a range, and a noun behind it: "2 hops".
    static func count(_ range: ClosedRange<Value>, of noun: String) -> Kind {
        scalar(
            "\(range.lowerBound) to \(range.upperBound) \(noun)s, as 2 \(noun)s",
            .text,
            schema: ["type": "string", "pattern": .text("^[0-9]{1,3} \(noun)s?$")],
            parse: { text in
                let parts = text.split(separator: " ", omittingEmptySubsequences: false)
                guard parts.count == 2, [noun, noun + "s"].contains(String(parts[1])),
                    parts[0].utf8.allSatisfy({ (48...57).contains($0) }),
                    let count = Value(parts[0]), range.contains(count)
                else { return nil }
                return count
            },
            show: { .text($0 == 1 ? "1 \(noun)" : "\($0) \(noun)s") }
        )
    }

    /// One of a few whole numbers.
    static func integer(of values: [Value]) -> Kind {
        scalar(
            "one of \(values.map { "\($0)" }.joined(separator: ", "))",
            .number,
            schema: ["type": "integer", "enum": .list(values.map(OutputValue.integer))],
            parse: { text in Value(text).flatMap { values.contains($0) ? $0 : nil } },
            show: OutputValue.integer
        )
    }
}
