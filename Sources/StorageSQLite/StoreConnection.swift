// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import GRDB
import Model
import Storage
import Synchronization

/// The connections of an open store, and what becomes of them when one fails.
///
/// # How it works
///
/// All writes go through one queue and one connection, which also checkpoints. What a failure
/// means decides what happens next (RELIABILITY G5, G7, G8):
///
/// - *no space*, *busy*: the transaction was rolled back; the same connection is used again.
/// - *an I/O error*: nobody knows what of the last write is on the disk. The connection is never
///   used again: it is closed, what the kernel remembers of the log is dropped so that the disk
///   itself is read, the file is opened anew and looked through, and its log is moved into it.
///   The batch in doubt is then there or not, and is offered again under its id.
/// - *damage*: the same; a file that is found damaged when opened anew is set aside by a store
///   that serves, and a new one begun (``SettingAside``).
/// - *another file*: when `path` does not lead to the open file any more, nobody would find what
///   is written to that. What is at `path` now is opened, or begun (``LeftBehind``).
///
/// While it cannot be opened for writing, readers get what can still be read.
final class StoreConnection: Sendable {
    private let path: String
    private let opening: StoreOpening
    private let lock: FileLock?
    private let queue = DispatchQueue(label: "peerage-store")
    private let state: Mutex<State>
    private let batches = Mutex(BatchWriter())
    private let logKeeping = Mutex(LogKeeping())

    private struct State {
        var pool: DatabasePool?
        /// What `pool` has open.
        var files: StoreFiles
        /// Why the connection must not be used for writing; nil when it may.
        var poison: Poison?
        /// The last doubt about the file was dispelled when it was looked through, but nothing
        /// has been written since.
        var isSuspect = false
        var isClosed = false
    }

    private struct Poison {
        var reason: String
        /// What was read was not what had been written.
        var isDamage = false
        /// It happened while writing, after the file had been found sound.
        var isCertain = false
        /// What was known of the file that is not at its place any more; nil while it is.
        var left: LeftBehind?
    }

    init(path: String, opening: StoreOpening, pool: DatabasePool, lock: FileLock?) {
        self.path = path
        self.opening = opening
        self.lock = lock
        state = Mutex(State(pool: pool, files: StoreFiles(path)))
    }

    /// Runs `body` on the one connection that writes.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(VolumeStoreError) -> Value {
        guard lock != nil else { throw .unavailable(reason: "\(path) is open for reading only") }
        let result: Result<Value, VolumeStoreError> = await withCheckedContinuation { waiting in
            queue.async { waiting.resume(returning: self.written(body)) }
        }
        return try result.get()
    }

    /// Adds `batch`; false when it is there already.
    func add(_ batch: FlushBatch) async throws(VolumeStoreError) -> Bool {
        try await write { database in
            try self.batches.withLock { try $0.commit(batch, database) }
        }
    }

    /// Runs `body` in a snapshot of the last commit.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(VolumeStoreError) -> Value {
        let (pool, reason) = state.withLock { ($0.pool, $0.poison?.reason) }
        guard let pool else { throw .unavailable(reason: reason ?? "\(path) is closed") }
        let result: Result<Value, VolumeStoreError> = await withCheckedContinuation { waiting in
            pool.asyncRead { connection in
                do {
                    waiting.resume(returning: .success(try body(try connection.get())))
                } catch {
                    self.noteReadFailure(error)
                    let failure = VolumeStoreError(error, path: self.path)
                    waiting.resume(returning: .failure(failure))
                }
            }
        }
        return try result.get()
    }

    /// Waits for calls in flight, closes the file and gives back the lock; once is enough.
    ///
    /// Readers first, then what the log holds is moved into the file: SQLite does that only when
    /// nobody else has it open. Last the lock, when no connection can write or checkpoint any more.
    func close() throws {
        try queue.sync {
            let (pool, isSound) = state.withLock { state in
                defer {
                    state.isClosed = true
                    state.pool = nil
                }
                return (state.pool, state.poison == nil)
            }
            pool?.releaseMemory()
            if lock != nil, isSound, let pool { Self.emptyLog(pool) }
            try pool?.close()
            lock?.release()
        }
    }

    /// What cannot be moved, because of a reader or of the disk, stays in the log.
    private static func emptyLog(_ pool: DatabasePool) {
        try? pool.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA busy_timeout = 1000")
            try database.checkpoint(.truncate)
        }
    }

    // On the queue.

    private func written<Value>(
        _ body: (Database) throws -> Value
    ) -> Result<Value, VolumeStoreError> {
        do {
            let pool = try writablePool()
            let value = try pool.writeWithoutTransaction { try body($0) }
            state.withLock { $0.isSuspect = false }
            keepLog(pool)
            return .success(value)
        } catch {
            noteWriteFailure(error)
            return .failure(VolumeStoreError(error, path: path))
        }
    }

    private func writablePool() throws -> DatabasePool {
        if state.withLock({ $0.isClosed }) {
            throw VolumeStoreError.unavailable(reason: "\(path) is closed")
        }
        lookForOtherFile()
        if let poison = state.withLock({ $0.poison }) { try reopen(poison) }
        guard let pool = state.withLock({ $0.pool }) else {
            throw VolumeStoreError.unavailable(reason: "\(path) is closed")
        }
        return pool
    }

    /// What is written to a file that was removed or replaced, nobody would find.
    private func lookForOtherFile() {
        let (pool, files, isPoisoned) = state.withLock { ($0.pool, $0.files, $0.poison != nil) }
        let found = FileIdentity(path)
        guard let pool, let file = files.file, !isPoisoned, found != file,
            found != nil || FileIdentity.isNothing(at: path)
        else { return }
        let left = LeftBehind(pool, files, now: opening.now())
        // The old file is whole, wherever it is now.
        Self.emptyLog(pool)
        let reason = "\(path) was removed or replaced"
        state.withLock { $0.poison = Poison(reason: reason, left: left) }
    }

    /// The batch is safe in the log; what fails here must still not be met again unprepared.
    private func keepLog(_ pool: DatabasePool) {
        do {
            try logKeeping.withLock { keeping in
                try pool.writeWithoutTransaction { try keeping.keep($0, path: path) }
            }
        } catch {
            noteWriteFailure(error)
        }
    }

    private func noteWriteFailure(_ error: any Error) {
        guard let failure = error as? DatabaseError else { return }
        let reason = VolumeStoreError(failure, path: path).reason
        switch failure.standing {
        case .passing: return
        case .unreliable: poison(Poison(reason: reason))
        case .damaged:
            let isCertain = state.withLock { $0.isSuspect }
            poison(Poison(reason: reason, isDamage: true, isCertain: isCertain))
        }
    }

    private func poison(_ poison: Poison) {
        let isNew = state.withLock { state in
            defer { state.poison = state.poison ?? poison }
            return state.poison == nil && !state.isClosed
        }
        if isNew { try? reopen(poison) }  // what fails is told to whoever writes next
    }

    private func noteReadFailure(_ error: any Error) {
        guard lock != nil, let failure = error as? DatabaseError, failure.standing == .damaged,
            !state.withLock({ $0.isSuspect })
        else { return }
        queue.async { self.noteWriteFailure(failure) }
    }

    private func reopen(_ poison: Poison) throws {
        let old = state.withLock { state in
            defer { state.pool = nil }
            return state.pool
        }
        old?.interrupt()
        old?.releaseMemory()
        try? old?.close()
        batches.withLock { $0 = BatchWriter() }
        do {
            let pool = try reopened(poison)
            let files = StoreFiles(path)
            state.withLock { state in
                state.pool = pool
                state.files = files
                state.poison = nil
                state.isSuspect = poison.isDamage && !poison.isCertain
            }
        } catch {
            let reason = VolumeStoreError(error, path: path).reason
            let readable = try? StoreOpening.readOnly(path: path)
            state.withLock { state in
                state.pool = readable
                state.poison?.reason = reason
            }
            throw error
        }
    }

    private func reopened(_ poison: Poison) throws -> DatabasePool {
        guard let left = poison.left else {
            return try opening.reopened(
                after: poison.reason,
                isDamage: poison.isDamage,
                isCertain: poison.isCertain
            )
        }
        do throws(LockProblem) {
            // The file of the lock may have gone as well, and be another's now.
            try lock?.renew()
        } catch {
            throw VolumeStoreError.unavailable(reason: error.description)
        }
        return try opening.opened(leaving: left)
    }
}
