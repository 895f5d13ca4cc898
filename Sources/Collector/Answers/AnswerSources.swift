// SPDX-License-Identifier: Apache-2.0

package import Foundation
public import Settings
package import Storage

/// What answers are made from: the same for a running collector and for a command without one.
public struct AnswerSources: Sendable {
    /// The configuration in effect.
    package var settings: @Sendable () async -> Settings
    /// The store, to be read.
    package var reading: @Sendable () async throws -> any VolumeStore
    /// The store, to be written; throws when somebody else has the lock.
    package var writing: @Sendable () async throws -> any VolumeStore
    /// The collector that answers; nil in a command that found none.
    package var collector: CollectorHooks?
    /// What "last" and "-7d" are counted from.
    package var now: @Sendable () -> Date = { Date() }

    package init(
        settings: @escaping @Sendable () async -> Settings,
        reading: @escaping @Sendable () async throws -> any VolumeStore,
        writing: @escaping @Sendable () async throws -> any VolumeStore,
        collector: CollectorHooks? = nil
    ) {
        self.settings = settings
        self.reading = reading
        self.writing = writing
        self.collector = collector
    }

    /// The store of the configuration, opened for one question.
    public static func inProcess(_ settings: Settings) -> AnswerSources {
        AnswerSources(
            settings: { settings },
            reading: { try await CollectorService.openStoreToRead(settings) },
            writing: { try await CollectorService.openStore(settings) }
        )
    }

    /// Now, in seconds since 1970-01-01 00:00 UTC.
    var second: Int64 { Int64(now().timeIntervalSince1970.rounded(.down)) }

    /// The slot that it is now, in seconds since 1970-01-01 00:00 UTC.
    func currentSlot(_ settings: Settings) -> Int64 {
        second - second % settings.slotSeconds
    }
}
