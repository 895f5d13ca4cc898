// SPDX-License-Identifier: Apache-2.0

/// When things that are done now and then are due, by time that nobody can set.
struct Upkeep: Sendable {
    /// What is done now and then.
    enum Chore: CaseIterable, Hashable, Sendable {
        /// Looks whether a backup is due.
        case store
        /// Writes what neighbors told, for the next start.
        case routes
        /// Lets go of held rows that are too old.
        case held
        /// Lets the store forget the ids of old batches.
        case batchIDs

        /// How often, in seconds.
        var interval: Int64 {
            switch self {
            case .store: 60
            case .routes: 300
            case .held, .batchIDs: 3600
            }
        }
    }

    private var last: [Chore: Int64] = [:]

    /// The chores that are due at `now`, by ``BootClock``; they count as done then.
    mutating func due(_ now: Int64) -> [Chore] {
        Chore.allCases.filter { chore in
            guard let before = last[chore] else {
                last[chore] = now
                return false
            }
            guard now - before >= chore.interval * 1_000_000_000 else { return false }
            last[chore] = now
            return true
        }
    }
}
