// SPDX-License-Identifier: Apache-2.0

import Foundation
import Storage
import StorageSQLite
import TestSupport
import Testing

/// What must pass `VolumeStoreTests`; a new back-end adds its case.
enum Backend: String, CaseIterable, CustomTestStringConvertible {
    case memory, sqlite

    var testDescription: String { rawValue }

    /// Gives `body` a new, empty store.
    func withStore(_ body: (any VolumeStore) async throws -> Void) async throws {
        switch self {
        case .memory:
            try await body(InMemoryVolumeStore())
        case .sqlite:
            let folder = try TemporaryFolder()
            let store = try SQLiteVolumeStore.opened(path: folder.path("a.db"), mode: .readWrite)
            try await body(store)
            try store.close()
        }
    }
}
