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
        /// The same for a collector, which must go on: a damaged file is set aside as
        /// `PATH.damaged-TIME`, a new one begun, and the gap written to it.
        case serving
        /// Beside others, and beside a writer; whatever would change the store fails.
        case readOnly
    }

    private let path: String
    private let connection: StoreConnection
    /// Before which slot the rows of an exporter have been deleted, by its name.
    private let deleted = Mutex<[String: Int64]>([:])

    private init(path: String, connection: StoreConnection) {
        self.path = path
        self.connection = connection
    }

    /// Opens the store at `path`.
    ///
    /// - Parameters:
    ///   - path: The file; `PATH.lock`, `PATH-wal` and `PATH-shm` stand beside it.
    ///   - mode: What for.
    ///   - now: Gives the time that is written with what happens to the store itself, in seconds
    ///     since 1970-01-01 00:00 UTC; the wall clock's without it.
    ///   - observer: Told when the file is opened anew or set aside, besides that being written to
    ///     the store.
    /// - Returns: The store, its schema up to date.
    /// - Throws: `unavailable` when another process writes to it, or it is out of reach; `corrupt`
    ///   for what is no store, or is damaged; `incompatible` for another program's or version's.
    public static func opened(
        path: String,
        mode: Mode,
        now: (@Sendable () -> Int64)? = nil,
        observer: @escaping @Sendable (OperationalEvent) -> Void = { _ in }
    ) throws(VolumeStoreError) -> SQLiteVolumeStore {
        // Two names of one file must mean one lock.
        let path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let opening = StoreOpening(
            path: path,
            replacesDamaged: mode == .serving,
            now: now ?? { Int64(Date().timeIntervalSince1970) },
            observe: observer
        )
        let (pool, lock): (DatabasePool, FileLock?)
        switch mode {
        case .readOnly:
            pool = try translatingErrors(path) { try StoreOpening.readOnly(path: path) }
            lock = nil
        case .readWrite, .serving:
            try translatingErrors(path) { try StoreOpening.refuseStranger(path) }
            let taken = try StoreLock.taken(path: path)
            do {
                pool = try opening.opened()
                lock = taken
            } catch {
                taken.release()
                throw VolumeStoreError(error, path: path)
            }
        }
        let connection = StoreConnection(path: path, opening: opening, pool: pool, lock: lock)
        return SQLiteVolumeStore(path: path, connection: connection)
    }

    deinit { try? connection.close() }

    /// Waits for calls in flight, closes the file and gives back the lock.
    ///
    /// Later calls fail; closing again does nothing. A store that is dropped is closed as well.
    public func close() throws(VolumeStoreError) {
        try translatingErrors(path) { try connection.close() }
    }

    public func add(_ batch: FlushBatch) async throws(VolumeStoreError) -> Bool {
        try batch.checkLimits()
        return try await connection.add(batch)
    }

    public func interfaceFacts(
        in slots: Range<Int64>
    ) async throws(VolumeStoreError) -> [InterfaceFact] {
        try await connection.read { try FactReading.interfaces($0, slots) }
    }

    public func neighborFacts(
        in slots: Range<Int64>
    ) async throws(VolumeStoreError) -> [NeighborFact] {
        try await connection.read { try FactReading.neighbors($0, slots) }
    }

    public func pathFacts(in slots: Range<Int64>) async throws(VolumeStoreError) -> [PathFact] {
        try await connection.read { try FactReading.paths($0, slots) }
    }

    public func prefixFacts(in hours: Range<Int64>) async throws(VolumeStoreError) -> [PrefixFact] {
        try await connection.read { try FactReading.prefixes($0, hours) }
    }

    public func ledgers(in slots: Range<Int64>) async throws(VolumeStoreError) -> [LedgerFact] {
        try await connection.read { try LedgerRows.read($0, slots) }
    }

    public func slots(in slots: Range<Int64>) async throws(VolumeStoreError) -> [SlotState] {
        try await connection.read { try StateRows.slots($0, slots) }
    }

    public func gaps(in times: Range<Int64>) async throws(VolumeStoreError) -> [Gap] {
        try await connection.read { try StateRows.gaps($0, times) }
    }

    public func exporters() async throws(VolumeStoreError) -> [ExporterState] {
        try await connection.read { try ExporterRows.states($0) }
    }

    public func sessions() async throws(VolumeStoreError) -> [SessionState] {
        try await connection.read { try StateRows.sessions($0) }
    }

    public func events(
        in times: Range<Int64>
    ) async throws(VolumeStoreError) -> [OperationalEvent] {
        try await connection.read { try EventRows.read($0, times) }
    }

    public func interfaceNotes() async throws(VolumeStoreError) -> [InterfaceNote] {
        try await connection.read { try ExporterRows.notes($0) }
    }

    public func adoptions() async throws(VolumeStoreError) -> [Adoption] {
        try await connection.read { try ExporterRows.adoptions($0) }
    }

    public func adopt(_ adoption: Adoption) async throws(VolumeStoreError) {
        try await change { try ExporterRows.adopt(adoption, $0) }
    }

    public func deleteHeld(
        exporters: [String],
        before slot: Int64
    ) async throws(VolumeStoreError) -> Int {
        let done = deleted.withLock { $0 }
        let octets = try await change {
            try Pruning.deleteHeld(exporters, before: slot, done: done, $0)
        }
        deleted.withLock { deleted in
            for name in exporters { deleted[name] = max(deleted[name] ?? .min, slot) }
        }
        return octets
    }

    public func forget(batchesBefore time: Int64) async throws(VolumeStoreError) -> Int {
        try await change { try Pruning.forget(batchesBefore: time, $0) }
    }

    public func compact() async throws(VolumeStoreError) {
        try await connection.write { database in
            try database.execute(sql: "VACUUM")
            do {
                try database.checkpoint(.truncate)
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                // A reader is in the way; a later commit moves the log.
            }
        }
    }

    public func alerts() async throws(VolumeStoreError) -> [AlertRecord] {
        try await connection.read { try StateRows.alerts($0) }
    }

    public func save(_ records: [AlertRecord]) async throws(VolumeStoreError) {
        try await change { try StateRows.save(records, $0) }
    }

    public func span() async throws(VolumeStoreError) -> Range<Int64>? {
        try await connection.read { try StateRows.span($0) }
    }

    public func lastFlush(notAfter time: Int64) async throws(VolumeStoreError) -> Int64? {
        try await connection.read {
            try Int64.fetchOne(
                $0,
                sql: "SELECT MAX(time) FROM flush_batch WHERE time <= ? AND id NOT GLOB ?",
                arguments: [time, FlushBatch.replayPrefix + "*"]
            )
        }
    }

    public func slotSeconds() async throws(VolumeStoreError) -> Int64? {
        try await connection.read { try Periods.slotSeconds($0) }
    }

    public func check() async throws(VolumeStoreError) -> [StoreProblem] {
        try await connection.read { [path] in try StoreCheck.problems($0, path: path) }
    }

    public func statistics() async throws(VolumeStoreError) -> StoreStatistics {
        try await connection.read { [path] in try StoreStatistics($0, path: path) }
    }

    /// Runs `body` in a transaction of the one connection that writes.
    private func change<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(VolumeStoreError) -> Value {
        try await connection.write { database in
            var value: Value?
            try database.inTransaction(.immediate) {
                value = try body(database)
                return .commit
            }
            guard let value else { throw VolumeStoreError.unavailable(reason: "nothing was done") }
            return value
        }
    }
}

private func translatingErrors<Value>(
    _ path: String,
    _ body: () throws -> Value
) throws(VolumeStoreError) -> Value {
    do {
        return try body()
    } catch {
        throw VolumeStoreError(error, path: path)
    }
}
