// SPDX-License-Identifier: Apache-2.0

import Wire

/// One options record that names an interface, as read.
///
/// The interface is the scope (NetFlow v9 scope 2; IPFIX ingressInterface or egressInterface) or a
/// plain field beside the name, as Cisco's interface table and pmacct have it.
struct InterfaceNaming {
    /// ifIndex; 0 when the record gives none.
    private(set) var index: UInt32 = 0
    private(set) var name: [UInt8] = []
    private(set) var description: [UInt8] = []

    /// What is longer is cut, in octets.
    static let longest = 255

    private static let name: UInt16 = 82
    private static let description: UInt16 = 83

    /// Whether the records of `template` name interfaces.
    static func isTold(by template: Template) -> Bool {
        template.kind == .options
            && template.fields[template.scopeCount...].contains {
                $0.enterprise == 0 && ($0.id == name || $0.id == description)
            }
    }

    /// Reads the record at `reader` a second time, field by field.
    init(_ reader: WireReader, _ template: Template) throws(WireError) {
        var reader = reader
        var egress: UInt32 = 0
        for (position, field) in template.fields.enumerated() {
            let octets =
                field.length == Template.Field.variableLength
                ? try reader.readVariableLength() : Int(field.length)
            var value = try reader.read(octets: octets, as: "options field")
            let isScope9 = template.isNetFlow9 && position < template.scopeCount
            guard field.enterprise == 0 else { continue }
            switch (isScope9, field.id) {
            case (true, 2), (false, 10), (false, 252):
                if let number = try Self.number(&value), number != 0 { index = number }
            case (false, 14), (false, 253):
                if let number = try Self.number(&value), number != 0 { egress = number }
            case (false, Self.name): name = try Self.text(&value)
            case (false, Self.description): description = try Self.text(&value)
            default: break
            }
        }
        if index == 0 { index = egress }
    }

    private static func number(_ value: inout WireReader) throws(WireError) -> UInt32? {
        guard (1...8).contains(value.remaining) else { return nil }
        return UInt32(exactly: try value.readUnsigned(octets: value.remaining))
    }

    /// The octets before the zeros that fill a fixed length up.
    private static func text(_ value: inout WireReader) throws(WireError) -> [UInt8] {
        var start = try value.read(octets: min(value.remaining, longest), as: "options field")
        var text = try start.readAll()
        if let end = text.firstIndex(of: 0) { text.removeSubrange(end...) }
        return text
    }
}
