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

    /// The store of the configuration, to be read, also while a collector writes it.
    public static func openStoreToRead(_ settings: Settings) async throws -> any VolumeStore {
        try await open(settings, .readOnly)
    }

    /// A store keeps the length of its slots: with another, every rate would be wrong.
    private static func open(
        _ settings: Settings,
        _ mode: SQLiteVolumeStore.Mode
    ) async throws -> any VolumeStore {
        let path = settings.store.sqlite.path
        let store = try SQLiteVolumeStore.opened(path: path, mode: mode)
        if let length = try await store.slotSeconds(), length != settings.slotSeconds {
            throw InputProblem(
                "\(path) has slots of \(length) s, and slotSeconds is \(settings.slotSeconds); "
                    + "expected slotSeconds: \(length), or another store"
            )
        }
        return store
    }
}
