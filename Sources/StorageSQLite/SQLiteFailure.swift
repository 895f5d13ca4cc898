// SPDX-License-Identifier: Apache-2.0

package import GRDB
package import Storage

extension VolumeStoreError {
    /// What a failure of SQLite or GRDB at the store at `path` means to the collector.
    init(_ error: any Error, path: String) {
        switch error {
        case let known as VolumeStoreError:
            self = known
        case let failure as DatabaseError:
            self.init(failure, path: path)
        default:
            self = .unavailable(reason: String(describing: error))
        }
    }

    package init(_ failure: DatabaseError, path: String) {
        let message = failure.message ?? "SQLite result code"
        let reason = "\(path): \(message) (SQLite \(failure.extendedResultCode.rawValue))"
        switch failure.resultCode {
        case .SQLITE_NOTADB:
            self = .corrupt(reason: "\(path) is not an SQLite database")
        case .SQLITE_CORRUPT, .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_ERROR,
            .SQLITE_FORMAT, .SQLITE_TOOBIG:
            self = .corrupt(reason: reason)
        case .SQLITE_READONLY where failure.extendedResultCode == .SQLITE_READONLY_DIRECTORY:
            // Even to read, SQLite makes the log and its index where there are none.
            let folder = DurableFile.directory(of: path)
            self = .unavailable(reason: "\(path) needs write permission on the folder \(folder)")
        default:
            self = .unavailable(reason: reason)
        }
    }
}

extension DatabaseError {
    /// What a failure says of the connection it happened on.
    package enum Standing {
        /// The transaction was rolled back, and the connection is as good as before.
        case passing
        /// What is on the disk is not known any more.
        case unreliable
        /// What was read is not what was written.
        case damaged
    }

    package var standing: Standing {
        switch resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT: .damaged
        case .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PROTOCOL: .unreliable
        default: .passing
        }
    }
}
