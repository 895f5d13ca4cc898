// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Checks of the source itself, so that review need not see to them.
///
/// Limits are made stricter over time and never relaxed.
@Suite("Tidy")
struct TidyTests {
    /// The levels of the house, lowest first, with what a module may import beyond the level below
    /// (DESIGN section 2).
    static let grants: [String: Set<String>] = [
        "Wire": [], "Model": [],
        "FlowReception": ["CLinux", "CPcap", "Model"],
        "FlowDecoding": ["Model", "Wire"],
        "RouteDecoding": ["Model", "Wire"],
        "Routing": ["CLinux", "Model"],
        "Accounting": ["Model"],
        "Storage": ["Model"],
        "Analysis": ["Model"],
        "Alerting": ["Model"],
        "Settings": ["Model"],
        "RouteReception": [
            "CBZip2", "CLZMA", "CLinux", "CZlib", "CZstd", "Model", "RouteDecoding", "Wire",
        ],
        "Attribution": ["Model", "Routing"],
        "StorageSQLite": ["Model", "Storage"],
        "Notification": ["Alerting", "Model"],
        "Reporting": ["Analysis", "Model"],
        "Console": ["Alerting", "Analysis", "Model", "Reporting", "Storage"],
    ]

    /// At the top, where everything below may be named.
    static let roots: Set = ["Collector", "Demo", "peerage"]

    static let pure: Set = [
        "Wire", "Model", "FlowDecoding", "RouteDecoding", "Routing", "Attribution", "Accounting",
        "Analysis", "Alerting",
    ]

    /// Which targets a third-party package enters through.
    static let entrances: [String: Set<String>] = [
        "ArgumentParser": ["peerage"],
        "AsyncHTTPClient": ["Console", "Notification"],
        "Crypto": ["Collector", "Notification"],
        "GRDB": ["StorageSQLite"],
        "HTTPTypes": ["Console"],
        "Hummingbird": ["Console"],
        "HummingbirdCore": ["Console"],
        "Logging": ["Collector", "Console", "Demo", "peerage"],
        "Metrics": ["Collector", "Console"],
        "NIOCore": ["Console", "Notification", "RouteReception"],
        "NIOPosix": ["Console", "RouteReception"],
        "ServiceLifecycle": ["Collector", "Console", "peerage"],
        "UnixSignals": ["Collector"],
        "Yams": ["Settings"],
    ]

    /// Files that hold `unsafe` code, each read with that in mind.
    static let audited: Set = auditedFiles

    @Test("imports go down, and only where the house grants it", arguments: SourceTree.sources)
    func importsGoDown(_ file: SourceTree.File) {
        let ours = Set(Self.grants.keys).union(Self.roots).union(["CLinux", "CPcap"])
            .union(["CBZip2", "CLZMA", "CZlib", "CZstd"])
        for module in file.imports {
            if let entrances = Self.entrances[module] {
                #expect(entrances.contains(file.target), "\(module) does not enter here")
            }
            guard ours.contains(module), !Self.roots.contains(file.target) else { continue }
            let granted = Self.grants[file.target]
            #expect(granted?.contains(module) == true, "\(file.target) imports \(module)")
        }
        if file.target == "Collector" {
            #expect(!file.imports.contains("Demo") && !file.imports.contains("peerage"))
        }
    }

    @Test("pure modules know neither Foundation nor the system", arguments: SourceTree.sources)
    func pure(_ file: SourceTree.File) {
        guard Self.pure.contains(file.target) else { return }
        for module in ["Foundation", "Glibc", "Dispatch", "NIOCore", "CLinux"] {
            // Memory and prefetch, by the files that hold them: no input and no output.
            if module == "CLinux", file.path.contains("/Routing/Reclamation/") { continue }
            #expect(!file.imports.contains(module), "\(module) in a pure module")
        }
    }

    @Test("files and lines fit a screen", arguments: SourceTree.sources + SourceTree.tests)
    func fits(_ file: SourceTree.File) {
        #expect(file.lines.count <= 500)
        #expect(file.lines.first == "// SPDX-License-Identifier: Apache-2.0" || isManifest(file))
        for (number, line) in file.lines.enumerated() {
            guard line.utf8.count > 100 else { continue }
            #expect(line.count <= 100, "\(file.path):\(number + 1)")
        }
    }

    @Test("functions fit a screen", arguments: SourceTree.sources + SourceTree.tests)
    func functionsFit(_ file: SourceTree.File) {
        var start: (line: Int, indent: Int)?
        for (number, line) in file.lines.enumerated() {
            let indent = line.utf8.prefix { $0 == UInt8(ascii: " ") }.count
            if line.mentions("func ") || line.mentions("init"),
                line.contains(#/^ *([a-z@]+ )*(func \w+|init)[(<]/#)
            {
                start = (number, indent)
            } else if let begun = start,
                line.hasPrefix(String(repeating: " ", count: begun.indent) + "}"),
                indent == begun.indent
            {
                let length = number - begun.line + 1
                #expect(length <= 70, "\(file.path):\(begun.line + 1) has \(length) lines")
                start = nil
            }
        }
    }

    @Test("words that do not belong in the code", arguments: SourceTree.sources)
    func words(_ file: SourceTree.File) {
        for word in ["FIXME", "TODO", "XXX", "try!", "fatalError(", "Unsafe.assume"] {
            #expect(!file.mentions(word), "\(word)")
        }
        guard file.target != "peerage", file.mentions("print(") else { return }
        for (number, line) in file.lines.enumerated() {
            let prints = line.contains(#/(^|[^.\w])print\(/#)
            #expect(!prints, "\(file.path):\(number + 1): print(")
        }
    }

    @Test("unsafe code stays in audited files, with its reason", arguments: SourceTree.sources)
    func unsafeIsFenced(_ file: SourceTree.File) {
        guard file.mentions("unsafe") else { return }
        let hasReason = file.mentions("// Safe:")
        for (number, line) in file.lines.enumerated() where line.mentions("unsafe") {
            let code = line.split(separator: "//", maxSplits: 1).first ?? ""
            guard code.contains(#/\bunsafe\b/#) else { continue }
            #expect(Self.audited.contains(file.path), "\(file.path):\(number + 1) is not audited")
            #expect(hasReason, "\(file.path):\(number + 1) gives no reason")
        }
    }

    @Test("every target has tests")
    func targetsHaveTests() {
        let tested = Set(SourceTree.tests.map(\.target))
        for target in Self.grants.keys {
            let name = target == "StorageSQLite" ? "StorageTests" : "\(target)Tests"
            #expect(tested.contains(name), "\(target) has no \(name)")
        }
        #expect(tested.contains("CollectorTests"))
        #expect(tested.contains("DemoTests"))
    }

    @Test("nothing but the house stands at the top")
    func top() throws {
        let allowed: Set = [
            "Package.swift", "Sources", "Tests", "Deploy", "Dashboards", "Config", "README.md",
            "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", ".swift-format", ".editorconfig",
            ".gitignore", ".ci", ".git", ".build", "Package.resolved",
        ]
        let found = try FileManager.default.contentsOfDirectory(atPath: SourceTree.root.path)
        for name in found where !name.hasPrefix(".build") && name != ".swiftpm" {
            #expect(allowed.contains(name), "\(name) at the top")
        }
    }

    private func isManifest(_ file: SourceTree.File) -> Bool { file.path == "Package.swift" }
}
