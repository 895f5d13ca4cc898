// SPDX-License-Identifier: Apache-2.0

import Wire

/// The texts of one options record that names an interface: where they are, and a hash of each.
///
/// Exporters repeat their options every few minutes, so nothing is copied until it is news.
struct InterfaceNaming {
    private(set) var name = Text()
    private(set) var description = Text()

    /// What is longer is cut, in octets.
    static let longest = 255

    /// A text in a record.
    struct Text {
        /// Where it begins, from the start of the record, in octets.
        fileprivate var start = 0
        fileprivate(set) var octets = 0
        /// FNV-1a.
        fileprivate(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325

        var isEmpty: Bool { octets == 0 }
    }

    /// Reads the record at `reader` a second time, for its texts.
    init(_ reader: WireReader, by plan: OptionsPlan) throws(WireError) {
        var reader = reader
        let start = reader.offset
        for step in plan.steps {
            let octets =
                step.octets == Template.Field.variableLength
                ? try reader.readVariableLength() : Int(step.octets)
            let position = reader.offset - start
            var value = try reader.read(octets: octets, as: "options field")
            switch step.meaning {
            case .interfaceName: name = try Self.text(&value, at: position)
            case .interfaceDescription: description = try Self.text(&value, at: position)
            default: break
            }
        }
    }

    /// The octets before the zeros that fill a fixed length up.
    private static func text(_ value: inout WireReader, at start: Int) throws(WireError) -> Text {
        var text = Text(start: start)
        while text.octets < longest, !value.isAtEnd {
            let octet = try value.read(UInt8.self)
            if octet == 0 { break }
            text.hash = (text.hash ^ UInt64(octet)) &* 0x100_0000_01b3
            text.octets += 1
        }
        return text
    }

    /// Copies a text out of the record at `reader`.
    static func copy(_ text: Text, from reader: WireReader) throws(WireError) -> String {
        var reader = reader
        try reader.skip(octets: text.start)
        var value = try reader.read(octets: text.octets, as: "options field")
        return String(decoding: value.readAll(), as: UTF8.self)
    }
}
