// SPDX-License-Identifier: Apache-2.0

package import Logging
package import Model
package import Settings
import Storage

/// One evaluation of the alert rules, by a command or at somebody's word.
package struct AlertCheck: Sendable {
    /// Where each alert stands after it.
    package private(set) var records: [AlertRecord] = []
    /// What a person should know besides.
    package private(set) var messages: [String] = []

    package init(_ outcome: AlertService.Outcome) {
        records = outcome.records
        if outcome.undelivered > 0 {
            messages.append("\(outcome.undelivered) events could not be delivered")
        }
    }

    /// Evaluates the rules over all sealed slots.
    ///
    /// Another process that has the store evaluates the rules itself: then this only looks, and
    /// says so.
    package static func run(
        _ settings: Settings,
        rule: String? = nil,
        logger: Logger
    ) async throws -> AlertCheck {
        try require(rule, in: settings)
        let store: any VolumeStore
        var whyNotOwner: String?
        let readable = try await CollectorService.openStoreToRead(settings)
        do {
            store = try await CollectorService.openStore(settings)
        } catch VolumeStoreError.unavailable(let reason) {
            store = readable
            whyNotOwner = reason
        }
        let service = try AlertService(
            settings: settings,
            store: store,
            logger: logger,
            clock: WallClock()
        )
        var outcome = AlertService.Outcome()
        if let slot = try await service.lastSealedSlot() {
            outcome = try await service.run(
                through: slot,
                deliver: whyNotOwner == nil,
                rule: rule
            )
        }
        var check = AlertCheck(outcome)
        if let whyNotOwner {
            check.messages.append("only looked, nothing was posted or kept: \(whyNotOwner)")
        }
        return check
    }

    /// Throws unless there is that rule, or none is asked for.
    static func require(_ rule: String?, in settings: Settings) throws(InputProblem) {
        guard let rule, !settings.alerts.rules.contains(where: { $0.id == rule }) else { return }
        throw InputProblem("there is no rule '\(rule)' in alerts.directory")
    }
}
