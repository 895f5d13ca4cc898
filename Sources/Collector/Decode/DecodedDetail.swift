// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import Reporting

/// Templates, options records and counter samples as `decode` shows them.
enum DecodedDetail {
    typealias Members = [(String, JSONValue)]

    /// The members of a `template` line; a withdrawal has no fields.
    static func members(_ notice: TemplateNotice) -> Members {
        var members: Members = [
            ("templateId", .unsigned(UInt64(notice.id))),
            ("templateKind", notice.kind == .options ? "options" : "data"),
        ]
        guard let template = notice.template else { return members }
        let fields = template.fields.indices.map { index in
            let field = template.fields[index]
            var object: [JSONValue.Member] = [
                JSONValue.Member("id", .unsigned(UInt64(field.id))),
                JSONValue.Member("enterprise", .unsigned(UInt64(field.enterprise))),
            ]
            if let name = template.name(of: index) {
                object.append(JSONValue.Member("name", .string(name)))
            }
            object.append(JSONValue.Member("length", .unsigned(UInt64(field.length))))
            return JSONValue.object(object)
        }
        members.append(("fields", .array(fields)))
        members.append(("scopeFields", .integer(Int64(template.scopeCount))))
        return members
    }

    /// The members of an `options` line.
    static func members(_ record: OptionsRecord) -> Members {
        [
            ("templateId", .unsigned(UInt64(record.templateID))),
            ("scope", object(record.scope)), ("values", object(record.values)),
        ]
    }

    /// An object of named values; a name that comes again makes its value a list.
    private static func object(_ values: [NamedValue]) -> JSONValue {
        var names: [String] = []
        var byName: [String: [JSONValue]] = [:]
        for value in values {
            if byName[value.name] == nil { names.append(value.name) }
            byName[value.name, default: []].append(json(value.value))
        }
        return .object(
            names.map { name in
                let values = byName[name] ?? []
                return JSONValue.Member(name, values.count == 1 ? values[0] : .array(values))
            }
        )
    }

    /// The members of a `counters` line.
    static func members(_ sample: CounterSample) -> Members {
        let interface: Members =
            sample.interface.map { [("interface", .unsigned(UInt64($0)))] } ?? []
        return interface + sample.counters.map { ($0.name.description, .unsigned($0.value)) }
    }

    /// The members of a `discard` line.
    static func members(_ sample: DiscardSample) -> Members {
        var members: Members = []
        if let interface = sample.ingressInterface {
            members.append(("ingressInterface", .unsigned(UInt64(interface))))
        }
        if let interface = sample.egressInterface {
            members.append(("egressInterface", .unsigned(UInt64(interface))))
        }
        members.append(("discardReason", .unsigned(UInt64(sample.reason))))
        members.append(("drops", .unsigned(UInt64(sample.drops))))
        return members
    }

    private static func json(_ value: FieldValue) -> JSONValue {
        switch value {
        case .unsigned(let value): .unsigned(value)
        case .signed(let value): .integer(value)
        case .float(let value): .number(value)
        case .bool(let value): .bool(value)
        case .address(let value): .string("\(value)")
        case .macAddress(let value): .string("\(value)")
        case .string(let value): .string(value)
        case .time(let value): .string(Timestamp.text(nanoseconds: value))
        case .octets(let value): .string(hexadecimal(value))
        }
    }
}
