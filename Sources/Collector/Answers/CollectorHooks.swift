// SPDX-License-Identifier: Apache-2.0

package import Model

/// What only a running collector can tell or do.
package struct CollectorHooks: Sendable {
    /// How it stands.
    package var standing: @Sendable () async -> CollectorStanding
    /// The BGP sessions, as of now.
    package var sessions: @Sendable () async -> [SessionState]
    /// The routing table and who fills it.
    package var feed: RouteFeed
    /// Reads the configuration again; the answer says what changed, or why nothing did.
    package var reload: @Sendable () async -> Reload
    /// Counts exporters that have just been adopted; `adoption` is in the store already.
    package var adopted: @Sendable (_ adoption: Adoption) async -> Void
    /// Evaluates the alert rules, or one of them, over all sealed slots.
    package var checkAlerts: @Sendable (_ rule: String?) async throws -> AlertService.Outcome
    /// All metrics in the text exposition format.
    package var metrics: @Sendable () async -> String

    package init(
        standing: @escaping @Sendable () async -> CollectorStanding,
        sessions: @escaping @Sendable () async -> [SessionState],
        feed: RouteFeed,
        reload: @escaping @Sendable () async -> Reload,
        adopted: @escaping @Sendable (Adoption) async -> Void,
        checkAlerts: @escaping @Sendable (String?) async throws -> AlertService.Outcome,
        metrics: @escaping @Sendable () async -> String
    ) {
        self.standing = standing
        self.sessions = sessions
        self.feed = feed
        self.reload = reload
        self.adopted = adopted
        self.checkAlerts = checkAlerts
        self.metrics = metrics
    }

    /// What became of an order to read the configuration again.
    package struct Reload: Equatable, Sendable {
        /// Keys that differ, each with its old and new value, or why the old one stays.
        package var lines: [String]
        package var isAccepted: Bool

        package init(lines: [String], isAccepted: Bool) {
            self.lines = lines
            self.isAccepted = isAccepted
        }
    }
}

/// How a running collector stands.
package struct CollectorStanding: Equatable, Sendable {
    /// In seconds since 1970-01-01 00:00 UTC.
    package var startedAt: Int64
    package var version: String
    /// Whether its loops turn; false for one that should be restarted.
    package var isAlive = true
    /// What it still waits for before its figures are to be relied on; empty when it is ready.
    package var notReady: [String] = []
    /// Batches, and the rows in them, that the store has not taken yet.
    package var waitingBatches = 0
    package var waitingRows = 0
    /// Memory of the process, in octets; 0 when not known.
    package var residentOctets: UInt64 = 0

    package init(startedAt: Int64, version: String) {
        self.startedAt = startedAt
        self.version = version
    }
}
