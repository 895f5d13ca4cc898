// SPDX-License-Identifier: Apache-2.0

import Collector
import Foundation
import Logging
import Model
import Reporting
import Settings
import Storage

/// Plays a scenario through the whole pipeline: datagrams, routes, store, reports, alerts.
struct ScenarioRunner {
    private let scenario: Scenario
    private let folder: URL

    /// Midnight of the day scenarios play on: 2026-01-01, UTC, in seconds.
    private static let midnight: Int64 = 1_767_225_600

    init(_ scenario: Scenario) {
        self.scenario = scenario
        folder = FileManager.default.temporaryDirectory.appending(path: "scenario-\(UUID())")
    }

    /// What did not come out as expected, one sentence each, with the line.
    func run() async throws -> [String] {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var world: ScenarioWorld?
        var rules: [AlertRuleSettings] = []
        var failures: [String] = []
        for statement in scenario.statements {
            do {
                if let offset = statement.time {
                    try await world?.advance(to: Self.midnight + offset)
                }
                switch statement.action {
                case .inventory(let text):
                    let settings = try load(text, line: statement.line)
                    if world == nil {
                        world = try await ScenarioWorld(settings, start: Self.midnight)
                    } else {
                        try await world?.correct(settings)
                    }
                case .rule(let id, let words):
                    rules.append(try rule(id, words))
                    world?.rules = rules
                case .learn(let prefix, let words):
                    try await world?.learn(prefix, most: words["exporters"])
                case .adopt(let address, let words):
                    try await world?.adopt(address, words)
                case .expect(let report, let isPresent, let words):
                    guard let world else { throw Scenario.Problem(description: "no inventory") }
                    let rows = try await world.rows(of: report)
                    let isMet = rows.contains { ScenarioRow($0).matches(words) }
                    if isMet != isPresent {
                        failures.append(
                            "line \(statement.line): \(isPresent ? "no" : "a") row of \(report) has"
                                + " \(words.sorted { $0.key < $1.key }.map { "\($0)=\($1)" })\n"
                                + rows.map { "    \($0.text())" }.joined(separator: "\n")
                        )
                    }
                default:
                    try await world?.perform(statement.action)
                }
            } catch {
                throw Scenario.Problem(description: "line \(statement.line): \(error)")
            }
        }
        if let (explained, accounted) = try await world?.explanations(), explained != accounted {
            failures.append("explained \(explained)\naccounted \(accounted)")
        }
        return failures
    }

    private func load(_ text: String, line: Int) throws -> Settings {
        let path = folder.appending(path: "line-\(line).yaml").path
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return try Settings.load(path: path)
    }

    private func rule(
        _ id: String,
        _ words: [String: String]
    ) throws(Scenario.Problem) -> AlertRuleSettings {
        var rule = AlertRuleSettings(id: id)
        for (key, value) in words {
            let number = Int(value.replacing("%", with: ""))
            switch (key, number) {
            case ("interconnect", _): rule.selection = .interconnect(value)
            case ("raiseAbove", let number?): rule.raiseAboveBasisPoints = number * 100
            case ("clearBelow", let number?): rule.clearBelowBasisPoints = number * 100
            case ("for", let number?): rule.forSlots = number
            case ("clearFor", let number?): rule.clearForSlots = number
            default: throw Scenario.Problem(description: "a rule has no \(key)=\(value)")
            }
        }
        return rule
    }
}

/// One row of a report, compared as text with what a scenario expects.
struct ScenarioRow {
    private var columns: [String: String] = [:]

    init(_ value: JSONValue) {
        guard case .object(let members) = value else { return }
        for member in members { flatten(member.key, member.value) }
    }

    func matches(_ words: [String: String]) -> Bool {
        words.allSatisfy { columns[$0.key] == $0.value }
    }

    /// Objects within become `outer.inner`; an amount of money becomes its digits.
    private mutating func flatten(_ key: String, _ value: JSONValue) {
        switch value {
        case .string(let text): columns[key] = text
        case .object(let members):
            for member in members {
                if member.key == "amount" { flatten(key, member.value) }
                flatten("\(key).\(member.key)", member.value)
            }
        default: columns[key] = value.text()
        }
    }
}
