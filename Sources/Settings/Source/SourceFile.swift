// SPDX-License-Identifier: Apache-2.0

import Foundation
import Yams

/// One YAML file, read into nodes that know where they stand.
///
/// # How it works
///
/// Yams composes the text into a tree with marks. It stops at the first key that is there twice,
/// and says only where the first of the two stands; but we want to name the second, and all other
/// problems as well. So the first one is overwritten in the text with as many letters of Unicode's
/// private use area, and the text composed again: the columns stay, the keys differ. Afterwards
/// the tree has all keys, and the duplicates are seen in it, by place.
struct SourceFile {
    /// The largest file that is read, in octets: more is no configuration.
    static let largestFile = 16 << 20
    /// Values in one file, aliases followed: aliases of aliases grow without bound.
    static let mostNodes = 1_000_000

    /// Keys that are there twice and named one by one; the text is composed again for each.
    private static let mostRepairs = 100

    private let file: String
    private var nodes = 0
    private var isDamaged = false
    /// Keys that were overwritten, by where they stand.
    private var overwritten: [Place: String] = [:]
    private(set) var problems: [SettingsProblem] = []

    private init(file: String) { self.file = file }

    /// The root of the file at `path`, and what is wrong with its text; nil when nothing is
    /// readable.
    static func read(path: String) -> (root: SourceNode?, problems: [SettingsProblem]) {
        var source = SourceFile(file: path)
        guard let data = FileManager.default.contents(atPath: path) else {
            let isThere = FileManager.default.fileExists(atPath: path)
            source.report(1, 1, isThere ? "cannot be read" : "does not exist", "a YAML file")
            return (nil, source.problems)
        }
        guard data.count <= largestFile else {
            source.report(1, 1, "is larger than 16 MiB", "a configuration file")
            return (nil, source.problems)
        }
        guard let text = String(bytes: data, encoding: .utf8) else {
            let lines = data.split(separator: 10, omittingEmptySubsequences: false)
            let line = lines.firstIndex { String(bytes: $0, encoding: .utf8) == nil } ?? 0
            source.report(line + 1, 1, "has octets that are not UTF-8", "a text in UTF-8")
            return (nil, source.problems)
        }
        return parse(text, file: path)
    }

    /// The root of `text`, and what is wrong with it; nil when it is no YAML.
    static func parse(
        _ text: String,
        file: String
    ) -> (root: SourceNode?, problems: [SettingsProblem]) {
        var source = SourceFile(file: file)
        guard let composed = source.compose(text) else { return (nil, source.problems) }
        guard let root = composed else {
            let nothing = Place(file: file, line: 1, column: 1)
            return (SourceNode(place: nothing, content: .mapping([])), source.problems)
        }
        let node = source.node(from: root, at: "", depth: 0)
        return (source.isDamaged ? nil : node, source.problems)
    }

    private mutating func report(
        _ line: Int,
        _ column: Int,
        key: String = "",
        _ message: String,
        _ expected: String?
    ) {
        problems.append(
            SettingsProblem(
                file: file,
                line: line,
                column: column,
                key: key,
                message: message,
                expected: expected
            )
        )
    }
}

// MARK: - Text to tree

extension SourceFile {
    /// The tree of `text`: nil when it is no YAML, the inner nil when it is empty.
    private mutating func compose(_ text: String) -> Node?? {
        var text = text
        for _ in 0..<Self.mostRepairs {
            do {
                return try Yams.compose(yaml: text, .default, .default, .utf8)
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                guard let next = overwriting(keys, at: context.mark, in: text) else {
                    let names = keys.map { "\"\($0)\"" }.joined(separator: ", ")
                    let (line, column) = (max(context.mark.line, 1), max(context.mark.column, 1))
                    report(line, column, "the key \(names) is there twice", "each key once")
                    return nil
                }
                text = next
            } catch {
                report(error, in: text)
                return nil
            }
        }
        report(1, 1, "more than \(Self.mostRepairs) keys are there twice", "each key once")
        return nil
    }

    /// `text` with the key at `mark` made unlike all others; nil when it cannot be found there.
    private mutating func overwriting(_ keys: [String], at mark: Mark, in text: String) -> String? {
        var lines = text.unicodeScalars.split(
            separator: "\n",
            omittingEmptySubsequences: false
        ).map(Array.init)
        guard lines.indices.contains(mark.line - 1) else { return nil }
        let line = lines[mark.line - 1]
        var start = mark.column - 1
        guard line.indices.contains(start) else { return nil }
        if line[start] == "\"" || line[start] == "'" { start += 1 }
        for key in keys {
            let scalars = Array(key.unicodeScalars)
            let end = start + scalars.count
            guard !scalars.isEmpty, end <= line.count, Array(line[start..<end]) == scalars,
                let mask = Unicode.Scalar(0xe000 + UInt32(overwritten.count))
            else { continue }
            lines[mark.line - 1].replaceSubrange(
                start..<end,
                with: repeatElement(mask, count: scalars.count)
            )
            overwritten[Place(file: file, line: mark.line, column: mark.column)] = key
            var result = String.UnicodeScalarView()
            for (index, line) in lines.enumerated() {
                if index > 0 { result.append("\n") }
                result.append(contentsOf: line)
            }
            return String(result)
        }
        return nil
    }

    private mutating func report(_ error: any Error, in text: String) {
        switch error {
        case YamlError.scanner(_, let problem, let mark, _),
            YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            report(mark.line, mark.column, "cannot be read as YAML: \(problem)", nil)
        case YamlError.reader(let problem, let offset, _, _):
            let before = text.prefix(offset ?? 0)
            let line = before.count(where: \.isNewline) + 1
            let column = before.reversed().prefix { !$0.isNewline }.count + 1
            report(line, column, "cannot be read as YAML: \(problem)", nil)
        default:
            report(1, 1, "cannot be read as YAML", nil)
        }
    }
}

// MARK: - Tree to nodes

extension SourceFile {
    private mutating func node(from yaml: Node, at path: String, depth: Int) -> SourceNode {
        nodes += 1
        let place = place(of: yaml)
        guard nodes <= Self.mostNodes, depth < 64 else {
            if !isDamaged { report(place.line, place.column, "is nested without end", nil) }
            isDamaged = true
            return SourceNode(place: place, content: .null)
        }
        switch yaml {
        case .scalar(let scalar):
            refuseTag(of: scalar.tag, at: place, key: path)
            return SourceNode(place: place, content: content(of: scalar))
        case .sequence(let sequence):
            refuseTag(of: sequence.tag, at: place, key: path)
            let elements = sequence.enumerated().map { index, element in
                node(from: element, at: "\(path)[\(index)]", depth: depth + 1)
            }
            return SourceNode(place: place, content: .sequence(elements))
        case .mapping(let mapping):
            refuseTag(of: mapping.tag, at: place, key: path)
            let entries = entries(of: mapping, at: path, depth: depth)
            return SourceNode(place: place, content: .mapping(entries))
        case .alias:
            return SourceNode(place: place, content: .null)  // Yams has followed them all
        }
    }

    private func place(of yaml: Node) -> Place {
        Place(file: file, line: yaml.mark?.line ?? 1, column: yaml.mark?.column ?? 1)
    }

    private func content(of scalar: Node.Scalar) -> SourceNode.Content {
        let isPlain = scalar.style == .plain || scalar.style == .any
        let isNull = isPlain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
        return isNull ? .null : .scalar(scalar.string, isPlain: isPlain)
    }

    private mutating func entries(
        of mapping: Node.Mapping,
        at path: String,
        depth: Int
    ) -> [SourceEntry] {
        var entries: [SourceEntry] = []
        var first: [String: Int] = [:]
        for (key, value) in mapping {
            let place = place(of: key)
            guard case .scalar(let scalar) = key else {
                let message = "a list or a mapping is no key"
                report(place.line, place.column, key: path, message, "a word")
                continue
            }
            let word = overwritten[place] ?? scalar.string
            let inner = path.isEmpty ? word : "\(path).\(word)"
            if let line = first[word] {
                report(
                    place.line,
                    place.column,
                    key: inner,
                    "is already set in line \(line)",
                    "each key once"
                )
                continue
            }
            first[word] = place.line
            let node = node(from: value, at: inner, depth: depth + 1)
            entries.append(SourceEntry(key: word, place: place, value: node))
        }
        return entries
    }

    /// Only the tags of YAML itself: no other means anything here.
    private mutating func refuseTag(of tag: Tag, at place: Place, key: String) {
        let name = tag.rawValue
        guard !name.isEmpty, name != "!", !name.hasPrefix("tag:yaml.org,2002:") else { return }
        report(
            place.line,
            place.column,
            key: key,
            "the tag \(name) means nothing here",
            "a value without a tag"
        )
    }
}
