// SPDX-License-Identifier: Apache-2.0

import GRDB
import Storage

extension VolumeStoreError {
    /// What a failure of SQLite or GRDB means to the collector.
    init(_ error: any Error) {
        switch error {
        case let known as VolumeStoreError:
            self = known
        case let failure as DatabaseError:
            self.init(failure)
        default:
            self = .unavailable(reason: String(describing: error))
        }
    }

    private init(_ failure: DatabaseError) {
        let reason = failure.message ?? "SQLite result code \(failure.extendedResultCode.rawValue)"
        switch failure.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_CONSTRAINT, .SQLITE_MISMATCH,
            .SQLITE_ERROR, .SQLITE_FORMAT, .SQLITE_TOOBIG:
            self = .corrupt(reason: reason)
        default:
            self = .unavailable(reason: reason)
        }
    }
}
