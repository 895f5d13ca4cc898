// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
public import Model
public import Storage
import Synchronization

/// The store of a single machine: one SQLite file, its log beside it, and a lock for the writer.
///
/// Readers, in this process and in others, see the last committed batch and never wait for the
/// writer. Calls are not cut short by cancellation: a last flush during a shutdown is whole.
public final class SQLiteVolumeStore: VolumeStore {
    /// What a store is opened for.
    public enum Mode: Sendable {
        /// Alone: takes the lock, creates the file, brings its schema up to date.
        case readWrite
        /// Beside others, and beside a writer; whatever would change the store fails.
        case readOnly
    }

    private let path: String
    private let pool: DatabasePool
    private let lock: StoreLock?
    private let writer = Writer()

    /// What the writing connection knows; apart, so that a call in flight keeps no store alive.
    private final class Writer: Sendable {
        let batches = Mutex(BatchWriter())
        let isClosed = Mutex(false)
    }

    private init(path: String, pool: DatabasePool, lock: StoreLock?) {
        self.path = path
        self.pool = pool
        self.lock = lock
    }

    /// Opens the store at `path`.
    ///
    /// - Parameters:
    ///   - path: The file; `PATH.lock`, `PATH-wal` and `PATH-shm` stand beside it.
    ///   - mode: What for.
    /// - Returns: The store, its schema up to date.
    /// - Throws: `unavailable` when another process writes to it, or it is out of reach; `corrupt`
    ///   for what is no store; `incompatible` for another program's or version's.
    public static func opened(
        path: String,
        mode: Mode
    ) throws(VolumeStoreError) -> SQLiteVolumeStore {
        // Two names of one file must mean one lock.
        let path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        switch mode {
        case .readOnly:
            let pool = try translatingErrors { try StoreOpening.readOnly(path: path) }
            return SQLiteVolumeStore(path: path, pool: pool, lock: nil)
        case .readWrite:
            let lock = try StoreLock.taken(path: path)
            do {
                let pool = try StoreOpening.readWrite(path: path)
                return SQLiteVolumeStore(path: path, pool: pool, lock: lock)
            } catch {
                lock.release()
                throw VolumeStoreError(error)
            }
        }
    }

    deinit { try? closeOnce() }

    /// Waits for calls in flight, closes the file and gives back the lock.
    ///
    /// Later calls fail; closing again does nothing. A store that is dropped is closed as well.
    public func close() throws(VolumeStoreError) {
        try translatingErrors { try closeOnce() }
    }

    /// Readers first, so that the writer is the last and moves the log into the file; then the
    /// lock, when no connection can write or checkpoint any more.
    private func closeOnce() throws {
        let wasClosed = writer.isClosed.withLock { isClosed in
            defer { isClosed = true }
            return isClosed
        }
        if wasClosed { return }
        pool.releaseMemory()
        try pool.close()
        lock?.release()
    }

    public func add(_ batch: FlushBatch) async throws(VolumeStoreError) -> Bool {
        try batch.checkLimits()
        return try await write { [writer] database in
            try writer.batches.withLock { try $0.commit(batch, database) }
        }
    }

    public func interfaceFacts(
        in slots: Range<Int64>
    ) async throws(VolumeStoreError) -> [InterfaceFact] {
        try await read { try FactReading.interfaces($0, slots) }
    }

    public func neighborFacts(
        in slots: Range<Int64>
    ) async throws(VolumeStoreError) -> [NeighborFact] {
        try await read { try FactReading.neighbors($0, slots) }
    }

    public func pathFacts(in slots: Range<Int64>) async throws(VolumeStoreError) -> [PathFact] {
        try await read { try FactReading.paths($0, slots) }
    }

    public func prefixFacts(in hours: Range<Int64>) async throws(VolumeStoreError) -> [PrefixFact] {
        try await read { try FactReading.prefixes($0, hours) }
    }

    public func ledgers(in slots: Range<Int64>) async throws(VolumeStoreError) -> [LedgerFact] {
        try await read { try LedgerRows.read($0, slots) }
    }

    public func slots(in slots: Range<Int64>) async throws(VolumeStoreError) -> [SlotState] {
        try await read { try StateRows.slots($0, slots) }
    }

    public func gaps(in times: Range<Int64>) async throws(VolumeStoreError) -> [Gap] {
        try await read { try StateRows.gaps($0, times) }
    }

    public func exporters() async throws(VolumeStoreError) -> [ExporterState] {
        try await read { try ExporterRows.states($0) }
    }

    public func sessions() async throws(VolumeStoreError) -> [SessionState] {
        try await read { try StateRows.sessions($0) }
    }

    public func events(
        in times: Range<Int64>
    ) async throws(VolumeStoreError) -> [OperationalEvent] {
        try await read { try EventRows.read($0, times) }
    }

    public func interfaceNotes() async throws(VolumeStoreError) -> [InterfaceNote] {
        try await read { try ExporterRows.notes($0) }
    }

    public func adoptions() async throws(VolumeStoreError) -> [Adoption] {
        try await read { try ExporterRows.adoptions($0) }
    }

    public func adopt(_ adoption: Adoption) async throws(VolumeStoreError) {
        try await change { try ExporterRows.adopt(adoption, $0) }
    }

    public func deleteHeld(
        exporters: [String],
        before slot: Int64
    ) async throws(VolumeStoreError) -> Int {
        try await change { try Pruning.deleteHeld(exporters, before: slot, $0) }
    }

    public func forget(batchesBefore time: Int64) async throws(VolumeStoreError) -> Int {
        try await change { try Pruning.forget(batchesBefore: time, $0) }
    }

    public func compact() async throws(VolumeStoreError) {
        try await write { database in
            try database.execute(sql: "VACUUM")
            try database.checkpoint(.truncate)
        }
    }

    public func alerts() async throws(VolumeStoreError) -> [AlertRecord] {
        try await read { try StateRows.alerts($0) }
    }

    public func save(_ records: [AlertRecord]) async throws(VolumeStoreError) {
        try await change { try StateRows.save(records, $0) }
    }

    public func span() async throws(VolumeStoreError) -> Range<Int64>? {
        try await read { try StateRows.span($0) }
    }

    public func lastFlush() async throws(VolumeStoreError) -> Int64? {
        try await read { try Int64.fetchOne($0, sql: "SELECT MAX(time) FROM flush_batch") }
    }

    public func slotSeconds() async throws(VolumeStoreError) -> Int64? {
        try await read { try Periods.slotSeconds($0) }
    }

    public func check() async throws(VolumeStoreError) -> [StoreProblem] {
        try await read { try StoreCheck.problems($0) }
    }

    public func statistics() async throws(VolumeStoreError) -> StoreStatistics {
        try await read { [path] in try StoreStatistics($0, path: path) }
    }

    /// Runs `body` in a transaction of the one connection that writes.
    private func change<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(VolumeStoreError) -> Value {
        try await write { database in
            var value: Value?
            try database.inTransaction(.immediate) {
                value = try body(database)
                return .commit
            }
            guard let value else { throw VolumeStoreError.unavailable(reason: "nothing was done") }
            return value
        }
    }

    /// Runs `body` on the one connection that writes.
    private func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(VolumeStoreError) -> Value {
        guard lock != nil else { throw .unavailable(reason: "\(path) is open for reading only") }
        let result: Result<Value, VolumeStoreError> = await withCheckedContinuation { waiting in
            pool.asyncWriteWithoutTransaction { [writer, path] database in
                do {
                    if writer.isClosed.withLock({ $0 }) {
                        throw VolumeStoreError.unavailable(reason: "\(path) is closed")
                    }
                    waiting.resume(returning: .success(try body(database)))
                } catch {
                    waiting.resume(returning: .failure(VolumeStoreError(error)))
                }
            }
        }
        return try result.get()
    }

    /// Runs `body` in a snapshot of the last commit.
    private func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(VolumeStoreError) -> Value {
        let result: Result<Value, VolumeStoreError> = await withCheckedContinuation { waiting in
            pool.asyncRead { connection in
                do {
                    waiting.resume(returning: .success(try body(try connection.get())))
                } catch {
                    waiting.resume(returning: .failure(VolumeStoreError(error)))
                }
            }
        }
        return try result.get()
    }
}

private func translatingErrors<Value>(
    _ body: () throws -> Value
) throws(VolumeStoreError) -> Value {
    do {
        return try body()
    } catch {
        throw VolumeStoreError(error)
    }
}
