// SPDX-License-Identifier: Apache-2.0

extension Settings {
    /// The effective configuration as YAML: defaults filled in, paths absolute.
    ///
    /// It can be loaded again. Secrets are shown as the files and variables that hold them; their
    /// values are never read here.
    public func show() -> String { Keys.root.show(self, self).yaml() }

    /// The JSON Schema (draft 2020-12) of the configuration; that of alert rule files is under
    /// `$defs`.
    public static func schema() -> String { schemaValue.json() + "\n" }

    static var schemaValue: OutputValue {
        let head: OutputValue = [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Configuration of Peerage",
        ]
        return head.adding(Keys.root.schema.members).adding([
            .init(key: "$defs", value: ["alertRules": Keys.ruleFile.schema])
        ])
    }

    /// The paths of all keys, as "exporters[].interfaces[].speed", in the order of the schema.
    package static func keyPaths(supported: Bool) -> [String] {
        paths(of: Keys.root.schema, at: "", supported: supported)
    }

    /// The paths of all keys of a file of alert rules.
    package static func ruleKeyPaths() -> [String] {
        paths(of: Keys.ruleFile.schema, at: "", supported: true)
    }

    /// The paths of the keys that the YAML in `text` sets; known or not.
    package static func keyPaths(in text: String) -> Set<String> {
        SourceFile.parse(text, file: "").root.map { paths(of: $0, at: "") } ?? []
    }

    private static func paths(of node: SourceNode, at path: String) -> Set<String> {
        switch node.content {
        case .null, .scalar: []
        case .sequence(let elements):
            elements.reduce(into: []) { $0.formUnion(paths(of: $1, at: path + "[]")) }
        case .mapping(let entries):
            entries.reduce(into: []) { found, entry in
                let name = path.isEmpty ? entry.key : "\(path).\(entry.key)"
                found.insert(name)
                found.formUnion(paths(of: entry.value, at: name))
            }
        }
    }

    private static func paths(
        of schema: OutputValue,
        at path: String,
        supported: Bool
    ) -> [String] {
        if let items = schema["items"] {
            return paths(of: items, at: path + "[]", supported: supported)
        }
        return (schema["properties"]?.members ?? []).flatMap { property -> [String] in
            let name = path.isEmpty ? property.key : "\(path).\(property.key)"
            let isLater = property.value["not"] != nil
            let own = isLater == supported ? [] : [name]
            return own + paths(of: property.value, at: name, supported: supported)
        }
    }

    /// The lists of sections, as "exporters.interfaces", and the keys of their entries.
    package static func sectionLists() -> [String: Set<String>] {
        var lists: [String: Set<String>] = [:]
        collect(Keys.root.schema, at: "", into: &lists)
        collect(Keys.ruleFile.schema, at: "alerts", into: &lists)
        return lists
    }

    /// The keys that name an entry of a list of sections.
    package static func identity(ofList list: String) -> [String]? {
        SettingsComparison.identities[list]
    }

    private static func collect(
        _ schema: OutputValue,
        at path: String,
        into lists: inout [String: Set<String>]
    ) {
        if let items = schema["items"] {
            if let keys = items["properties"] { lists[path] = Set(keys.members.map(\.key)) }
            return collect(items, at: path, into: &lists)
        }
        for property in schema["properties"]?.members ?? [] {
            let name = path.isEmpty ? property.key : "\(path).\(property.key)"
            collect(property.value, at: name, into: &lists)
        }
    }
}
