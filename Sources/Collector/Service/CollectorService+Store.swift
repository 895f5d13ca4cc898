// SPDX-License-Identifier: Apache-2.0

import Model
public import Settings
public import Storage
import StorageSQLite

extension CollectorService {
    /// The store of the configuration, to be written by this process alone.
    public static func openStore(_ settings: Settings) async throws -> any VolumeStore {
        try await open(settings, .readWrite)
    }

    /// The same for a collector, which does not end when its store is damaged: the file is set
    /// aside, and another begun.
    ///
    /// - Parameters:
    ///   - settings: The configuration.
    ///   - observer: Told what happens to the file, now and later.
    /// - Returns: The store, its schema up to date.
    /// - Throws: What keeps it from being opened.
    static func openStoreToServe(
        _ settings: Settings,
        observer: @escaping @Sendable (OperationalEvent) -> Void
    ) async throws -> any VolumeStore {
        try await open(settings, .serving, observer: observer)
    }

    /// The store of the configuration, to be read, also while a collector writes it.
    public static func openStoreToRead(_ settings: Settings) async throws -> any VolumeStore {
        try await open(settings, .readOnly)
    }

    /// A store keeps the length of its slots: with another, every rate would be wrong.
    private static func open(
        _ settings: Settings,
        _ mode: SQLiteVolumeStore.Mode,
        observer: @escaping @Sendable (OperationalEvent) -> Void = { _ in }
    ) async throws -> any VolumeStore {
        let path = settings.store.sqlite.path
        let store = try SQLiteVolumeStore.opened(path: path, mode: mode, observer: observer)
        if let length = try await store.slotSeconds(), length != settings.slotSeconds {
            throw InputProblem(
                "\(path) has slots of \(length) s, and slotSeconds is \(settings.slotSeconds); "
                    + "expected slotSeconds: \(length), or another store"
            )
        }
        return store
    }
}
