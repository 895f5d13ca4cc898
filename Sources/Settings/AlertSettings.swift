// SPDX-License-Identifier: Apache-2.0

public import Model

extension Settings {
    /// What is watched, and who is told.
    public struct Alerts: Equatable, Sendable {
        /// Path of the directory of rule files; nil for none.
        public var directory: String?
        public var notify: [Notifier] = []
        /// The rules of all files in ``directory``, by the names of the files.
        public var rules: [AlertRuleSettings] = []

        public init() {}
    }

    /// Who is told when an alert is raised or resolved.
    public enum Notifier: Equatable, Sendable {
        case webhook(Webhook)
    }

    public struct Webhook: Equatable, Sendable {
        /// An http or https URL without a user or a password in it.
        public var url: String
        /// Signs the body; nil for no signature.
        public var secret: Secret?

        public init(url: String, secret: Secret? = nil) {
            self.url = url
            self.secret = secret
        }
    }

    /// Where a secret is found; the configuration never holds one.
    public enum Secret: Equatable, Sendable {
        /// The content of the file at this path, without the newline at its end.
        case file(String)
        /// The value of this environment variable.
        case environment(String)
    }
}

/// A rule of an alert rule file, as plain values (INTERFACE 6).
public struct AlertRuleSettings: Equatable, Sendable {
    public var id: String
    public var type: RuleType = .utilization
    public var selection: Selection = .all
    public var direction: RuleDirection = .either
    /// In hundredths of a percent of the speed: 8000 for 80 %.
    public var raiseAboveBasisPoints: Int = 8000
    /// In hundredths of a percent of the speed; below ``raiseAboveBasisPoints``.
    public var clearBelowBasisPoints: Int = 7000
    /// How many slots in a row above the limit raise the alert.
    public var forSlots: Int = 2
    /// How many slots in a row below the limit resolve it.
    public var clearForSlots: Int = 3
    public var severity: Severity = .warning
    /// URL of what to do about it.
    public var runbook: String?

    public init(id: String) { self.id = id }

    public enum RuleType: String, Sendable, CaseIterable {
        /// Rate of an interconnect against the speed of its interfaces.
        case utilization
    }

    /// The interconnects a rule watches, each for itself.
    public enum Selection: Equatable, Sendable {
        case all
        case interconnect(String)
        case kind(Interconnect.Kind)
        case tag(String)
    }

    public enum RuleDirection: String, Sendable, CaseIterable {
        case `in`, out, either
    }

    public enum Severity: String, Sendable, CaseIterable {
        case info, warning, critical
    }
}
