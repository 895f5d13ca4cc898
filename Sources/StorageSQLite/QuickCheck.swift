// SPDX-License-Identifier: Apache-2.0

import Dispatch
import GRDB

/// SQLite's own look through a file, for at most some seconds.
///
/// Every page is read and its structure checked, not whether indexes agree with their tables:
/// `store check` does that. What time does not suffice for is taken to be sound, so that a large
/// store is not kept from counting.
enum QuickCheck {
    enum Outcome: Equatable {
        case sound
        /// Nothing was found as far as time went.
        case unfinished
        case damaged(String)
    }

    /// - Parameters:
    ///   - queue: A connection of its own, which reads only.
    ///   - seconds: After how many it ends in any case.
    /// - Returns: What was found.
    /// - Throws: When the file is out of reach.
    static func run(_ queue: DatabaseQueue, seconds: Int) throws -> Outcome {
        let limit = DispatchWorkItem { queue.interrupt() }
        DispatchQueue.global().asyncAfter(
            deadline: .now() + .seconds(seconds),
            execute: limit
        )
        defer { limit.cancel() }
        do {
            let answers = try queue.read { database in
                try String.fetchAll(database, sql: "PRAGMA quick_check(3)")
            }
            return answers == ["ok"] ? .sound : .damaged(answers.joined(separator: "; "))
        } catch let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT {
            return .unfinished
        } catch let error as DatabaseError where error.standing == .damaged {
            return .damaged(error.message ?? "it cannot be read")
        }
    }
}
