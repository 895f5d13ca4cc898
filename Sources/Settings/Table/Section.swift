// SPDX-License-Identifier: Apache-2.0

/// A mapping of known keys: the rows say all there is to know about each.
struct Section<Target>: Sendable {
    /// What the section is: "an exporter".
    let noun: String
    /// Whether exactly one of the keys is to be given: a choice between them.
    let isChoice: Bool
    /// A target before anything is read: the defaults.
    let initial: @Sendable (Reading) -> Target
    let rows: [Row<Target>]
    /// Looks at the whole when all keys are read.
    let check: @Sendable (inout Target, inout Reading) -> Void

    init(
        _ noun: String,
        isChoice: Bool = false,
        initial: @escaping @Sendable (Reading) -> Target,
        check: @escaping @Sendable (inout Target, inout Reading) -> Void = { _, _ in },
        rows: [Row<Target>]
    ) {
        self.noun = noun
        self.isChoice = isChoice
        self.initial = initial
        self.rows = rows
        self.check = check
    }

    private var names: [String] { rows.filter(\.isSupported).map(\.name) }

    /// As it stands after "expected".
    var expected: String {
        let what = isChoice ? "with one of the keys" : "with the keys"
        return "\(noun): a mapping \(what) \(names.joined(separator: ", "))"
    }

    /// Reads the keys of `node`, in the order of the rows.
    func read(_ node: SourceNode, into target: inout Target, _ reading: inout Reading) {
        guard case .mapping(let entries) = node.content else {
            reading.reject(node, expected: expected)
            return
        }
        let surroundings = reading.surroundings
        let meant = reportUnknown(entries, &reading)
        for row in rows {
            guard let entry = entries.first(where: { $0.key == row.name }) else {
                if row.isRequired, !meant.contains(row.name) {
                    let key = reading.path.isEmpty ? row.name : "\(reading.path).\(row.name)"
                    reading.report(
                        at: node.place,
                        key: key,
                        "is missing",
                        expected: row.expected
                    )
                }
                continue
            }
            reading.enter(".\(row.name)", entry.value.place) { reading in
                if row.isSupported {
                    row.read(entry.value, &target, &reading)
                } else {
                    reading.report(
                        at: entry.place,
                        key: reading.path,
                        "is not yet supported by this version",
                        expected: "a configuration without it"
                    )
                }
            }
        }
        if isChoice, entries.count != 1 {
            let found = entries.isEmpty ? "no key" : "\(entries.count) keys"
            reading.report(
                at: node.place,
                key: reading.path,
                "found \(found)",
                expected: "exactly one of \(names.joined(separator: ", "))"
            )
        }
        check(&target, &reading)
        reading.surroundings = surroundings
    }

    /// Returns the keys that were probably meant: they are not missing as well.
    private func reportUnknown(
        _ entries: [SourceEntry],
        _ reading: inout Reading
    ) -> [String] {
        var meant: [String] = []
        for entry in entries where !rows.contains(where: { $0.name == entry.key }) {
            let guess = NearestWord.to(entry.key, among: rows.map(\.name))
            let hint = guess.map { ", perhaps \($0) is meant" } ?? ""
            let name = guess == nil ? reading.quote(entry.key) : entry.key
            reading.report(
                at: entry.place,
                key: reading.path.isEmpty ? name : "\(reading.path).\(name)",
                "unknown key\(hint)",
                expected: "one of \(names.joined(separator: ", "))"
            )
            if let guess { meant.append(guess) }
        }
        return meant
    }

    /// The section as the configuration would give it, defaults filled in.
    func show(_ target: Target, _ settings: Settings) -> OutputValue {
        .mapping(
            rows.compactMap { row in
                row.show(target, settings).map { .init(key: row.name, value: $0) }
            }
        )
    }

    /// The JSON Schema of the section.
    var schema: OutputValue {
        let defaults = initial(Reading())
        let properties = rows.map {
            OutputValue.Member(key: $0.name, value: $0.schema(defaults))
        }
        var schema: OutputValue = [
            "type": "object", "additionalProperties": .boolean(false),
            "properties": .mapping(properties),
        ]
        let required = rows.filter(\.isRequired).map(\.name)
        if !required.isEmpty {
            schema = schema.adding([.init(key: "required", value: .texts(required))])
        }
        if isChoice {
            schema = schema.adding([
                .init(key: "minProperties", value: .integer(1)),
                .init(key: "maxProperties", value: .integer(1)),
            ])
        }
        return schema
    }
}
