// SPDX-License-Identifier: Apache-2.0

/// One key of a section: its name, kind, unit and meaning, and where its value goes.
///
/// The only place a key is described. Reading, checking, `config show` and `config schema` all go
/// by it; its default is what the target holds before anything is read.
struct Row<Target>: Sendable {
    let name: String
    /// As it stands after "expected".
    let expected: String
    let isRequired: Bool
    /// Whether this version knows what to do with the key; others are refused by name.
    let isSupported: Bool
    let read: @Sendable (SourceNode, inout Target, inout Reading) -> Void
    /// The value as the configuration would give it; nil when there is none.
    let show: @Sendable (Target, Settings) -> OutputValue?
    /// The JSON Schema of the value, with the default that a target begins with.
    let schema: @Sendable (Target) -> OutputValue
}

extension Row {
    /// A key whose value goes through `set` and comes back through `get`.
    static func custom<Value>(
        _ name: String,
        _ kind: Kind<Value>,
        required: Bool = false,
        unit: String? = nil,
        default note: String? = nil,
        _ about: String,
        set: @escaping @Sendable (inout Target, Value, inout Reading) -> Void,
        get: @escaping @Sendable (Target, Settings) -> Value?
    ) -> Row {
        let show: @Sendable (Target, Settings) -> OutputValue? = { target, settings in
            get(target, settings).map { kind.show($0, settings) }
        }
        let unitText = unit.map { " Unit: \($0)." } ?? ""
        let noteText = note.map { " Default: \($0)." } ?? ""
        return Row(
            name: name,
            expected: kind.expected,
            isRequired: required,
            isSupported: true,
            read: { node, target, reading in
                guard let value = kind.read(node, &reading) else { return }
                set(&target, value, &reading)
            },
            show: show,
            schema: { defaults in
                var schema = kind.schema.adding([
                    .init(key: "description", value: .text(about + unitText + noteText))
                ])
                if !required, note == nil, let value = show(defaults, Settings()) {
                    schema = schema.adding([.init(key: "default", value: value)])
                }
                return schema
            }
        )
    }

    /// A key whose value the target always has.
    static func key<Value>(
        _ name: String,
        _ kind: Kind<Value>,
        _ path: any WritableKeyPath<Target, Value> & Sendable,
        required: Bool = false,
        unit: String? = nil,
        default note: String? = nil,
        _ about: String
    ) -> Row {
        custom(
            name,
            kind,
            required: required,
            unit: unit,
            default: note,
            about,
            set: { target, value, _ in target[keyPath: path] = value },
            get: { target, _ in target[keyPath: path] }
        )
    }

    /// A key whose value may be missing.
    static func optional<Value>(
        _ name: String,
        _ kind: Kind<Value>,
        _ path: any WritableKeyPath<Target, Value?> & Sendable,
        required: Bool = false,
        unit: String? = nil,
        default note: String? = nil,
        _ about: String
    ) -> Row {
        custom(
            name,
            kind,
            required: required,
            unit: unit,
            default: note,
            about,
            set: { target, value, _ in target[keyPath: path] = value },
            get: { target, _ in target[keyPath: path] }
        )
    }

    /// A section whose keys go into a part of the target, or into the target itself.
    static func inside<Part>(
        _ name: String,
        _ section: Section<Part>,
        _ path: any WritableKeyPath<Target, Part> & Sendable,
        required: Bool = false,
        _ about: String,
        then: @escaping @Sendable (Target, inout Reading) -> Void = { _, _ in }
    ) -> Row {
        Row(
            name: name,
            expected: section.expected,
            isRequired: required,
            isSupported: true,
            read: { node, target, reading in
                section.read(node, into: &target[keyPath: path], &reading)
                then(target, &reading)
            },
            show: { target, settings in
                let shown = section.show(target[keyPath: path], settings)
                return shown.members.isEmpty ? nil : shown
            },
            schema: { _ in
                section.schema.adding([.init(key: "description", value: .text(about))])
            }
        )
    }

    /// A key of the interface that this version refuses by name.
    static func later(_ name: String, _ about: String) -> Row {
        Row(
            name: name,
            expected: "",
            isRequired: false,
            isSupported: false,
            read: { _, _, _ in },
            show: { _, _ in nil },
            schema: { _ in
                ["not": .mapping([]), "description": .text("Not yet supported: \(about)")]
            }
        )
    }
}
