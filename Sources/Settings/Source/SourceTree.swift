// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A configuration file with all that it includes, merged into one tree.
///
/// Lists are joined: those of the including file first, then those of the included ones in their
/// order. Sections are merged key by key. A single value may be given once only.
struct SourceTree {
    private(set) var root: SourceNode?
    private(set) var problems: [SettingsProblem] = []
    /// All files, in the order they were opened.
    private(set) var files: [String] = []
    /// Files that were read, by resolved path: where each was asked for.
    private var visited: [String: String] = [:]

    /// Reads the file at `path` and all that it includes.
    init(path: String) {
        let (node, problems) = SourceFile.read(path: path)
        add(node, problems, file: path, stack: [])
    }

    /// Reads `text` as if it stood in `file`, and all that it includes.
    init(text: String, file: String) {
        let (node, problems) = SourceFile.parse(text, file: file)
        add(node, problems, file: file, stack: [])
    }

    private mutating func add(
        _ node: SourceNode?,
        _ found: [SettingsProblem],
        file: String,
        stack: [String]
    ) {
        files.append(file)
        problems += found
        guard var node else { return }
        let includes = Self.takeIncludes(from: &node)
        if root == nil {
            root = node
        } else {
            merge(node)
        }
        let resolved = Self.resolved(file)
        visited[resolved] = file
        for include in includes { follow(include, from: file, stack: stack + [resolved]) }
    }

    /// Removes `include` from a file's root and returns its elements.
    private static func takeIncludes(from node: inout SourceNode) -> [SourceNode] {
        guard case .mapping(var entries) = node.content,
            let index = entries.firstIndex(where: { $0.key == "include" })
        else { return [] }
        let value = entries.remove(at: index).value
        node.content = .mapping(entries)
        if case .sequence(let elements) = value.content { return elements }
        return [value]
    }

    private mutating func follow(_ include: SourceNode, from file: String, stack: [String]) {
        guard case .scalar(let name, _) = include.content else {
            report(include.place, "found \(include.summary)", "a file, or a list of files")
            return
        }
        let path = Self.join(name, relativeTo: file)
        let resolved = Self.resolved(path)
        if stack.contains(resolved) {
            report(include.place, "\(name) includes itself", "files that do not include each other")
            return
        }
        guard visited[resolved] == nil else {
            report(include.place, "\(name) is already included", "each file once")
            return
        }
        guard FileManager.default.fileExists(atPath: path) else {
            report(include.place, "\(path) does not exist", "a YAML file")
            return
        }
        let (node, found) = SourceFile.read(path: path)
        add(node, found, file: path, stack: stack)
    }

    private mutating func report(
        _ place: Place,
        key: String = "include",
        _ message: String,
        _ expected: String
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
}

// MARK: - Merging

extension SourceTree {
    private mutating func merge(_ other: SourceNode) {
        guard let mine = root else { return }
        guard case .mapping = other.content else {
            report(other.place, key: "", "found \(other.summary)", "a mapping of keys")
            return
        }
        root = merged(mine, other, key: "")
    }

    private mutating func merged(
        _ mine: SourceNode,
        _ other: SourceNode,
        key: String
    ) -> SourceNode {
        var result = mine
        switch (mine.content, other.content) {
        case (.sequence(let a), .sequence(let b)):
            result.content = .sequence(a + b)
        case (.mapping(var entries), .mapping(let others)):
            for entry in others {
                let path = key.isEmpty ? entry.key : "\(key).\(entry.key)"
                if let index = entries.firstIndex(where: { $0.key == entry.key }) {
                    entries[index].value = merged(entries[index].value, entry.value, key: path)
                } else {
                    entries.append(entry)
                }
            }
            result.content = .mapping(entries)
        default:
            report(other.place, key: key, "is already set at \(mine.place)", "one value")
        }
        return result
    }
}

// MARK: - Paths

extension SourceTree {
    /// `name` as a path, relative to the folder of `file`.
    static func join(_ name: String, relativeTo file: String) -> String {
        guard !name.hasPrefix("/") else { return name }
        guard let slash = file.lastIndex(of: "/") else { return name }
        return String(file[...slash] + (name.hasPrefix("./") ? name.dropFirst(2) : name[...]))
    }

    /// `name` as an absolute path, relative to the folder of `file`.
    static func absolute(_ name: String, relativeTo file: String) -> String {
        let path = join(name, relativeTo: file)
        guard !path.hasPrefix("/") else { return path }
        let plain = path.hasPrefix("./") ? path.dropFirst(2) : path[...]
        return FileManager.default.currentDirectoryPath + "/" + plain
    }

    /// The folder a file is in; the root's is the root.
    static func folder(of path: String) -> String {
        URL(filePath: path).deletingLastPathComponent().standardizedFileURL.path
    }

    /// One name for a file, whatever links lead to it.
    static func resolved(_ path: String) -> String {
        URL(filePath: path).standardizedFileURL.resolvingSymlinksInPath().path
    }
}
