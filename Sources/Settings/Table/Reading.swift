// SPDX-License-Identifier: Apache-2.0

import Model

/// What is known while a tree is read: where we are, what is wrong so far, what holds around us.
struct Reading: Sendable {
    var problems: [SettingsProblem] = []
    /// Path of the key being read: "exporters[0].speed".
    private(set) var path = ""
    /// Where every key that was read stands.
    private(set) var places: [String: Place] = [:]
    /// By path of a list: which of its elements could be read.
    ///
    /// The others are reported already, and left out.
    private var kept: [String: [Int]] = [:]
    var surroundings = Surroundings()
    /// Whether what is read may be a secret, and is not to be quoted.
    private var isHiding = false

    /// What a value means depends on these; a section may set them for what is inside it.
    struct Surroundings: Sendable {
        /// ISO 4217 code of the prices.
        var currency = Inventory.Network().currency
        /// IANA name of the zone of the dates.
        var timezone = Inventory.Network().timezone
        /// Exporters whose interfaces may be named.
        var exporters: [Exporter] = []
    }

    /// Reads what lies at `component` (".name" or "[3]") below the current path.
    mutating func enter<Result>(
        _ component: String,
        _ place: Place,
        _ body: (inout Reading) -> Result
    ) -> Result {
        let outer = path
        path = outer.isEmpty ? String(component.drop { $0 == "." }) : outer + component
        places[path] = place
        let result = body(&self)
        path = outer
        return result
    }

    /// Notes which elements of the list at the current path could be read.
    mutating func keep(_ indices: [Int]) { kept[path] = indices }

    /// The path of the element that became number `index` of the list at `path`.
    func element(_ index: Int, of path: String) -> String {
        guard let indices = kept[path], indices.indices.contains(index) else {
            return "\(path)[\(index)]"
        }
        return "\(path)[\(indices[index])]"
    }

    /// Where `path` stands; where what is around it stands if it was left out.
    func place(of path: String) -> Place {
        var path = path[...]
        while !path.isEmpty {
            if let place = places[String(path)] { return place }
            path = path[..<(path.lastIndex { $0 == "." || $0 == "[" } ?? path.startIndex)]
        }
        return places[""] ?? Place(file: "", line: 1, column: 1)
    }

    /// Reports that the value at `path` is wrong.
    mutating func report(_ path: String, _ message: String, expected: String? = nil) {
        report(at: place(of: path), key: path, message, expected: expected)
    }

    /// Reports that something at `place` is wrong.
    mutating func report(
        at place: Place,
        key: String,
        _ message: String,
        expected: String? = nil
    ) {
        problems.append(
            SettingsProblem(
                file: place.file,
                line: place.line,
                column: place.column,
                key: key,
                message: message,
                expected: expected
            )
        )
    }

    /// Reports a reference to something that is not there, with what was probably meant.
    mutating func reportUnknown(
        _ path: String,
        _ message: String,
        _ word: String,
        among words: [String]
    ) {
        let hint = NearestWord.to(word, among: words).map { ", perhaps \($0) is meant" } ?? ""
        let known = words.isEmpty ? "none is defined" : words.prefix(12).joined(separator: ", ")
        let more = words.count > 12 ? " and \(words.count - 12) more" : ""
        report(path, message + hint, expected: "one that is defined (\(known)\(more))")
    }

    /// Reports every value but the first of those that are there more than once.
    mutating func requireUnique(_ values: [(value: String, path: String)]) {
        var first: [String: String] = [:]
        for (value, path) in values where !value.isEmpty {
            if let other = first[value] {
                let place = place(of: other)
                report(path, "\(value) is already used at \(place)", expected: "each once")
            } else {
                first[value] = path
            }
        }
    }

    /// Whether something below `path` is reported already, so that a look at the whole is vain.
    func hasProblems(below path: String) -> Bool {
        problems.contains { $0.key.hasPrefix(path) }
    }

    /// Reports that `node`, at the current path, is not what was expected.
    mutating func reject(_ node: SourceNode, expected: String) {
        let found = isHiding ? node.noun : node.summary
        report(at: node.place, key: path, "found \(found)", expected: expected)
    }

    /// Reads what may be a secret: no message quotes it.
    mutating func hiding<Result>(_ body: (inout Reading) -> Result) -> Result {
        let outer = isHiding
        isHiding = true
        let result = body(&self)
        isHiding = outer
        return result
    }

    /// A word of the configuration as a message may name it.
    func quote(_ word: String) -> String { isHiding ? "what is not shown here" : word }
}
