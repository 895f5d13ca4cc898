// SPDX-License-Identifier: Apache-2.0

public import Logging
public import Model
import Reporting
public import Settings
import Storage

/// `peerage alert check`: one evaluation, and what fires after it.
public struct AlertCheck: Sendable {
    /// Alerts that fire, by rule and object.
    public private(set) var firing: [AlertRecord] = []
    /// What a person should know besides.
    public private(set) var messages: [String] = []

    public enum Format: String, CaseIterable, Sendable {
        case table, json
    }

    /// Evaluates the rules over all sealed slots.
    ///
    /// While a collector runs it evaluates the rules itself and owns the store: then this only
    /// looks, and says so.
    public static func run(
        _ settings: Settings,
        rule: String? = nil,
        logger: Logger
    ) async throws -> AlertCheck {
        var settings = settings
        if let rule {
            settings.alerts.rules = settings.alerts.rules.filter { $0.id == rule }
            guard !settings.alerts.rules.isEmpty else {
                throw InputProblem("there is no rule '\(rule)' in alerts.directory")
            }
        }
        var check = AlertCheck()
        let store: any VolumeStore
        var isOwner = true
        let readable = try await CollectorService.openStoreToRead(settings)
        do {
            store = try await CollectorService.openStore(settings)
        } catch VolumeStoreError.unavailable(let reason) {
            store = readable
            isOwner = false
            check.messages.append("only looked, nothing was posted or kept: \(reason)")
        }
        let service = try AlertService(settings: settings, store: store, logger: logger)
        if let slot = try await service.lastSealedSlot() {
            let outcome = try await service.run(through: slot, deliver: isOwner)
            check.firing = outcome.records.filter(\.isFiring)
                .sorted { ($0.rule, $0.object) < ($1.rule, $1.object) }
            if outcome.undelivered > 0 {
                check.messages.append("\(outcome.undelivered) events could not be delivered")
            }
        }
        return check
    }

    /// What fires, as lines or as JSON.
    public func text(_ format: Format) -> String {
        switch format {
        case .table:
            if firing.isEmpty { return "nothing fires\n" }
            return firing.map { record in
                "\(record.rule)  \(record.object)  \(record.state) since "
                    + "\(Timestamp.text(seconds: record.since))  "
                    + "\((record.value * 100).rounded() / 100) percent\n"
            }.joined()
        case .json:
            let alerts = firing.map { record -> JSONValue in
                [
                    "rule": .string(record.rule),
                    "object": .string(record.object),
                    "state": .string(record.state),
                    "since": .string(Timestamp.text(seconds: record.since)),
                    "slot": .string(Timestamp.text(seconds: record.slot)),
                    "value": .number(record.value),
                    "unit": "percent",
                ]
            }
            let document: JSONValue = ["alerts": .array(alerts)]
            return document.text(isPretty: true) + "\n"
        }
    }
}
