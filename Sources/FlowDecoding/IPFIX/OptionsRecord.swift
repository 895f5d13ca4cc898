// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

extension OptionsRecord {
    /// Reads a record field by field, to be shown.
    init(_ reader: inout WireReader, _ template: Template) throws(WireError) {
        var values: [NamedValue] = []
        for (index, field) in template.fields.enumerated() {
            let octets =
                field.length == Template.Field.variableLength
                ? try reader.readVariableLength() : Int(field.length)
            var value = try reader.read(octets: octets, as: "options field")
            let isScope = template.isNetFlow9 && index < template.scopeCount
            let type: InformationElement.DataType =
                if isScope {
                    .unsigned
                } else if field.enterprise == 0 {
                    InformationElement.named(field.id)?.type ?? .octetArray
                } else {
                    .octetArray
                }
            let number = field.enterprise == 0 ? "\(field.id)" : "\(field.enterprise).\(field.id)"
            values.append(
                NamedValue(
                    name: template.name(of: index) ?? number,
                    value: try FieldValue(&value, type)
                )
            )
        }
        templateID = template.id
        scope = Array(values[..<template.scopeCount])
        self.values = Array(values[template.scopeCount...])
    }
}

extension FieldValue {
    /// Reads all that is left as a value of `type`; as plain octets when its length is not one of
    /// the type's.
    init(_ reader: inout WireReader, _ type: InformationElement.DataType) throws(WireError) {
        let octets = reader.remaining
        switch (type, octets) {
        case (.unsigned, 1...8): self = .unsigned(try reader.readUnsigned(octets: octets))
        case (.signed, 1...8):
            let unused = UInt64(64 - 8 * octets)
            let value = try reader.readUnsigned(octets: octets)
            self = .signed(Int64(bitPattern: value << unused) >> Int64(unused))
        case (.float, 4): self = .float(Double(Float(bitPattern: try reader.read())))
        case (.float, 8): self = .float(Double(bitPattern: try reader.read()))
        case (.boolean, 1): self = .bool(try reader.read(UInt8.self) == 1)
        case (.ipv4Address, 4): self = .address(.v4(try reader.read()))
        case (.ipv6Address, 16): self = .address(.v6(try reader.read()))
        case (.macAddress, 6):
            self = .macAddress(MACAddress(rawValue: try reader.readUnsigned(octets: 6)))
        case (.seconds, 1...8):
            self = .time(WireTime.seconds(try reader.readUnsigned(octets: octets)))
        case (.milliseconds, 1...8):
            self = .time(WireTime.milliseconds(try reader.readUnsigned(octets: octets)))
        case (.microseconds, 8): self = .time(WireTime.ntpMicroseconds(try reader.read()))
        case (.nanoseconds, 8): self = .time(WireTime.ntpNanoseconds(try reader.read()))
        case (.string, _):
            var text = reader.readAll()
            while text.last == 0 { text.removeLast() }  // fixed-length fields are filled up
            self = .string(String(decoding: text, as: UTF8.self))
        default: self = .octets(reader.readAll())
        }
    }
}

extension WireReader {
    /// Copies all that is left, after `padding` octets of zero.
    mutating func readAll(after padding: Int = 0) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: padding + remaining)
        var place = padding
        while let octet = try? read(UInt8.self) {
            octets[place] = octet
            place += 1
        }
        return octets
    }
}
