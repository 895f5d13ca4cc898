// SPDX-License-Identifier: Apache-2.0

/// Compares two configurations as they are shown.
///
/// # How it works
///
/// Both are trees of the same keys. Sections are compared key by key. The entries of a list of
/// sections are paired by what names them (``identities``), wherever they stand: an entry that has
/// moved is the same entry. Lists of single values are compared as sets, then by their order.
struct SettingsComparison {
    private(set) var changes: [SettingsChange] = []

    /// By list, without what is in brackets: the keys that name an entry.
    ///
    /// Entries of a list without keys are named by their place.
    static let identities: [String: [String]] = [
        "exporters": ["name"],
        "exporters.interfaces": ["index"],
        "neighbors": ["name"],
        "stations": ["name"],
        "groups": ["id"],
        "tables": ["view", "mrt", "peer"],
        "exchanges": ["id"],
        "exchanges.members": ["asn"],
        "interconnects": ["id"],
        "interconnects.interfaces": ["exporter", "index", "vlan"],
        "contracts": ["id"],
        "contracts.components": ["commit", "overage", "perPort"],
        "prices.exchanges": ["exchange"],
        "prices.exchanges.ladder": ["speed"],
        "alerts.notify": [],
        "alerts.rules": ["id"],
    ]

    /// Values that may hold a secret.
    private static let unshown: Set = ["alerts.notify.webhook.url"]

    /// Where we are: for people, and as ``identities`` names it.
    private struct Position {
        var path = ""
        var list = ""

        func key(_ name: String) -> Position {
            Position(
                path: path.isEmpty ? name : "\(path).\(name)",
                list: list.isEmpty ? name : "\(list).\(name)"
            )
        }

        func entry(_ name: String) -> Position { Position(path: "\(path)[\(name)]", list: list) }
    }

    /// Compares two sections at the key `path`, or of the root.
    mutating func compare(_ old: OutputValue, _ new: OutputValue, in path: String = "") {
        compare(old, new, at: Position(path: path, list: path))
    }

    private mutating func compare(
        _ old: OutputValue?,
        _ new: OutputValue?,
        at position: Position
    ) {
        guard old != new else { return }
        switch (old, new) {
        case (.mapping(let a)?, .mapping(let b)?):
            for key in Self.keys(of: a, and: b) {
                compare(old?[key], new?[key], at: position.key(key))
            }
        case (.list(let a)?, .list(let b)?):
            if Self.identities[position.list] == nil {
                compareValues(a, b, at: position)
            } else {
                compareEntries(a, b, at: position)
            }
        case (nil, .mapping?), (nil, .list?): add("added", at: position)
        case (.mapping?, nil), (.list?, nil): add("removed", at: position)
        default:
            let isShown = !Self.unshown.contains(position.list)
            let (a, b) = (old.map(Self.text) ?? "not set", new.map(Self.text) ?? "not set")
            add(isShown ? "\(a) -> \(b)" : "changed", at: position)
        }
    }

    /// The keys of two sections, each once, in the order that both are shown in.
    private static func keys(
        of a: [OutputValue.Member],
        and b: [OutputValue.Member]
    ) -> [String] {
        let common = Set(a.map(\.key)).intersection(b.map(\.key))
        var keys: [String] = []
        var rest = b[...]
        for member in a {
            if common.contains(member.key) {
                while let next = rest.popFirst(), next.key != member.key { keys.append(next.key) }
            }
            keys.append(member.key)
        }
        return keys + rest.map(\.key)
    }

    private mutating func add(_ text: String, at position: Position) {
        changes.append(SettingsChange(path: position.path, text: text))
    }
}

// MARK: - Lists

extension SettingsComparison {
    private mutating func compareEntries(
        _ a: [OutputValue],
        _ b: [OutputValue],
        at position: Position
    ) {
        let (old, new) = (Self.named(a, position.list), Self.named(b, position.list))
        let oldByName = Dictionary(old.map { ($0.name, $0.value) }) { first, _ in first }
        let newByName = Dictionary(new.map { ($0.name, $0.value) }) { first, _ in first }
        for (name, value) in old {
            let place = position.entry(name)
            if let other = newByName[name] {
                compare(value, other, at: place)
            } else {
                add("removed", at: place)
            }
        }
        for (name, _) in new where oldByName[name] == nil {
            add("added", at: position.entry(name))
        }
        let kept = old.map(\.name).filter { newByName[$0] != nil }
        if kept != new.map(\.name).filter({ oldByName[$0] != nil }) {
            add("in another order", at: position)
        }
    }

    /// Entries with their names, each different.
    private static func named(
        _ values: [OutputValue],
        _ list: String
    ) -> [(name: String, value: OutputValue)] {
        let keys = identities[list] ?? []
        var seen: [String: Int] = [:]
        return values.enumerated().map { index, value in
            let parts = keys.compactMap { key -> String? in
                switch value[key] {
                case nil: nil
                case .mapping?, .list?: key  // a choice: the key is the name
                case let word?: text(word)
                }
            }
            let name = parts.isEmpty ? "\(index)" : parts.joined(separator: ", ")
            let count = seen[name, default: 0] + 1
            seen[name] = count
            return (count == 1 ? name : "\(name) #\(count)", value)
        }
    }

    private mutating func compareValues(
        _ a: [OutputValue],
        _ b: [OutputValue],
        at position: Position
    ) {
        let (old, new) = (a.map(Self.text), b.map(Self.text))
        let (oldSet, newSet) = (Set(old), Set(new))
        let added = new.filter { !oldSet.contains($0) }
        let removed = old.filter { !newSet.contains($0) }
        var parts: [String] = []
        if !added.isEmpty { parts.append("added " + Self.list(added)) }
        if !removed.isEmpty { parts.append("removed " + Self.list(removed)) }
        if parts.isEmpty { parts.append("in another order, \(Self.list(new))") }
        add(parts.joined(separator: "; "), at: position)
    }

    private static func list(_ words: [String]) -> String {
        let more = words.count > 8 ? " and \(words.count - 8) more" : ""
        return words.prefix(8).joined(separator: ", ") + more
    }

    /// A value on one line, without control characters.
    private static func text(_ value: OutputValue) -> String {
        guard case .text(let text) = value else { return value.json() }
        let isPrintable = text.unicodeScalars.allSatisfy { scalar in
            scalar.properties.generalCategory != .control
        }
        return isPrintable ? text : value.json()
    }
}
