// SPDX-License-Identifier: Apache-2.0

public import Model

/// Where what was counted is kept: the narrow waist between counting and analysing.
///
/// A back-end conforms to this and passes `VolumeStoreTests`; nothing else in the collector knows
/// which one runs. Reads give rows of one key and slot summed over generations and batches, in
/// ascending order of slot; `slots` are starts of slots in seconds since 1970-01-01 00:00 UTC.
public protocol VolumeStore: Sendable {
    /// Adds one batch, durably and whole, or not at all.
    ///
    /// The first batch says how long the slots of the store are; all others agree with it.
    ///
    /// - Returns: false when a batch of that id is there already: then nothing changed.
    func add(_ batch: FlushBatch) async throws(VolumeStoreError) -> Bool

    func interfaceFacts(in slots: Range<Int64>) async throws(VolumeStoreError) -> [InterfaceFact]
    func neighborFacts(in slots: Range<Int64>) async throws(VolumeStoreError) -> [NeighborFact]
    func pathFacts(in slots: Range<Int64>) async throws(VolumeStoreError) -> [PathFact]
    /// By the hour: `slot` is the start of the hour.
    func prefixFacts(in hours: Range<Int64>) async throws(VolumeStoreError) -> [PrefixFact]

    func ledgers(in slots: Range<Int64>) async throws(VolumeStoreError) -> [LedgerFact]
    func slots(in slots: Range<Int64>) async throws(VolumeStoreError) -> [SlotState]
    /// The gaps that touch `times`.
    func gaps(in times: Range<Int64>) async throws(VolumeStoreError) -> [Gap]

    /// Each exporter as last seen.
    func exporters() async throws(VolumeStoreError) -> [ExporterState]
    /// Each BGP session as last seen.
    func sessions() async throws(VolumeStoreError) -> [SessionState]

    /// What happened to collectors in `times`, in ascending order of time; of the same second, in
    /// the order in which it was told.
    func events(in times: Range<Int64>) async throws(VolumeStoreError) -> [OperationalEvent]
    /// What exporters told of each of their interfaces last; a text that was empty, and so not
    /// told, leaves the one before it.
    func interfaceNotes() async throws(VolumeStoreError) -> [InterfaceNote]

    /// The exporters that were learned and count now, in ascending order of address.
    func adoptions() async throws(VolumeStoreError) -> [Adoption]
    /// Keeps `adoption` in the place of what is kept of its address.
    func adopt(_ adoption: Adoption) async throws(VolumeStoreError)
    /// Drops what pending exporters reported and nobody adopted in time.
    ///
    /// Facts and ledgers of slots that began before `slot` go; so do the state and the notes of an
    /// exporter that has not been seen since.
    ///
    /// - Parameters:
    ///   - exporters: Their names, as in the rows.
    ///   - slot: Start of the first slot that stays, in seconds since 1970-01-01 00:00 UTC.
    /// - Returns: Octets received that the dropped ledgers held.
    /// - Throws: `unavailable` when nothing was dropped, and may be later.
    func deleteHeld(
        exporters: [String],
        before slot: Int64
    ) async throws(VolumeStoreError) -> Int

    /// Each alert as it was last left.
    func alerts() async throws(VolumeStoreError) -> [AlertRecord]
    /// Replaces what is kept of the rule and object of each of `records`.
    func save(_ records: [AlertRecord]) async throws(VolumeStoreError)

    /// From the first slot to the end of the last, in seconds since 1970-01-01 00:00 UTC, rounded
    /// to starts of slots: `first ..< last + 1`; nil for an empty store.
    func span() async throws(VolumeStoreError) -> Range<Int64>?
    /// The largest `time` of all live batches up to `time`, in seconds since 1970-01-01 00:00 UTC;
    /// nil when there is none.
    func lastFlush(notAfter time: Int64) async throws(VolumeStoreError) -> Int64?
    /// Length of its slots, in seconds; nil for an empty store.
    func slotSeconds() async throws(VolumeStoreError) -> Int64?

    /// Re-checks everything that can be re-checked from the rows; empty when all is well.
    func check() async throws(VolumeStoreError) -> [StoreProblem]
    func statistics() async throws(VolumeStoreError) -> StoreStatistics

    /// Forgets the ids of live batches handed over before `time`, but for the latest of all.
    ///
    /// An id is needed as long as its batch may be offered again: those of a replay forever, for
    /// the same capture may be replayed any day; those of a running collector until the store has
    /// answered. So the caller must hold no batch of before `time`.
    ///
    /// - Parameter time: In seconds since 1970-01-01 00:00 UTC.
    /// - Returns: How many were forgotten.
    /// - Throws: `unavailable` when none were, and may be later.
    func forget(batchesBefore time: Int64) async throws(VolumeStoreError) -> Int
    /// Gives back the space of what was deleted; may take long and as much space again.
    func compact() async throws(VolumeStoreError)
}

extension VolumeStore {
    /// The largest `time` of all live batches, in seconds since 1970-01-01 00:00 UTC; nil when
    /// there is none.
    public func lastFlush() async throws(VolumeStoreError) -> Int64? {
        try await lastFlush(notAfter: .max)
    }
}

/// Why a store did not do what it was asked.
public enum VolumeStoreError: Error, Equatable, CustomStringConvertible {
    /// The back-end cannot be reached now; the same call may succeed later.
    case unavailable(reason: String)
    /// The batch itself cannot be stored, now or later: a count or a sum is beyond what a store
    /// holds, or its slots are of another length than the store's. Nothing changed.
    case refused(reason: String)
    /// What is stored is not what was written. Needs a person.
    case corrupt(reason: String)
    /// It was written by a version of Peerage that this one does not know.
    case incompatible(reason: String)

    /// In words, whatever kind it is.
    package var reason: String {
        switch self {
        case .unavailable(let reason), .refused(let reason), .corrupt(let reason),
            .incompatible(let reason):
            reason
        }
    }

    public var description: String { reason }
}
