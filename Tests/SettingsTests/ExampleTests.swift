// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import Settings
import Testing

@Suite("The example configuration")
struct ExampleTests {
    private let example: String
    private let path: String

    init() throws {
        path = exampleFolder.appending(path: "peerage.yaml").path
        example = try String(contentsOfFile: path, encoding: .utf8)
    }

    @Test("it loads")
    func loads() throws {
        let settings = try Settings.load(path: path)
        #expect(settings.inventory.interconnects.count == 6)
        #expect(settings.inventory.contracts.count == 3)
        #expect(
            settings.alerts.rules.map(\.id) == ["transit-1-busy", "upstream-full", "private-busy"]
        )
        #expect(settings.alerts.directory == exampleFolder.path + "/alerts/")
    }

    @Test("it sets every key there is, or shows it in a comment")
    func complete() throws {
        let commented: Set = [
            "include", "exporters[].samplingRate.override", "alerts.notify[].webhook.secret.env",
            "neighbors[].md5.env", "neighbors[].role", "network.confederation",
            "network.confederation.identifier", "network.confederation.members",
        ]
        let known = Set(Settings.keyPaths(supported: true))
        #expect(known.subtracting(Settings.keyPaths(in: example)) == commented)
        for line in [
            "# include: [", "# override: 1/1000", "secret: { env: ", "variable (env)", "# role: ",
            "# confederation: {",
        ] {
            #expect(example.contains(line))
        }
        let rules = exampleFolder.appending(path: "alerts/transit.yaml")
        let text = try String(contentsOf: rules, encoding: .utf8)
        #expect(Settings.keyPaths(in: text) == Set(Settings.ruleKeyPaths()))
    }

    @Test("its keys stand under a comment that says default, required, or what is in them")
    func commented() {
        let lines = example.split(separator: "\n", omittingEmptySubsequences: false)
        for name in [
            "slotSeconds", "latenessSeconds", "cycleDay", "staleSeconds", "percentile", "control",
            "hold", "series", "workers", "ttlSecurity", "restart", "keep",
        ] {
            let index = lines.firstIndex { $0.drop { $0 == " " }.hasPrefix("\(name):") } ?? 0
            let comments = lines[..<index].reversed().prefix { $0.contains("# ") }
            #expect(comments.joined().contains("Default:"), "\(name)")
        }
    }

    /// Each line removed, doubled, emptied, moved, cut, and with each of its signs lost.
    private func mutations() -> [String] {
        let lines = example.split(separator: "\n", omittingEmptySubsequences: false).map(
            String.init
        )
        var texts: [String] = []
        for (index, line) in lines.enumerated() {
            guard !line.drop(while: { $0 == " " }).hasPrefix("#"), !line.isEmpty else { continue }
            let garbled = [
                line.replacing("\"", with: ""), line.replacing("[", with: "{"),
                line.replacing(":", with: ": -"), line.replacing("a", with: "\u{0}"),
                line.replacing("e", with: "é"), line + " &a *a", String(line.reversed()),
                line.replacing("1", with: "99999999999999999999"), line.replacing(" ", with: "\t"),
            ]
            let variants: [[String]] = [
                [], [line, line], [String(line.prefix { $0 != ":" }) + ":"], ["  " + line],
                [String(line.prefix(line.count / 2))], [garbled[index % garbled.count]],
            ]
            for variant in variants {
                let changed = lines[..<index] + variant + lines[(index + 1)...]
                texts.append(changed.joined(separator: "\n"))
            }
        }
        return texts
    }

    @Test("a line lost, doubled or garbled loads or is told with its place, and never traps")
    func mutated() throws {
        let texts = mutations()
        #expect(texts.count > 600)
        var refused = 0
        for text in texts {
            do throws(SettingsError) {
                _ = try Settings.load(text: text, file: path)
            } catch {
                refused += 1
                #expect(!error.problems.isEmpty)
                let lineCount = text.count(where: \.isNewline) + 1
                for problem in error.problems {
                    #expect(problem.file.hasPrefix(exampleFolder.path))
                    #expect((1...lineCount + 1).contains(problem.line), "\(problem)")
                    #expect(problem.column >= 1)
                    #expect(!problem.message.isEmpty)
                }
            }
        }
        #expect(refused > texts.count / 3)
        #expect(refused < texts.count)
    }
}
