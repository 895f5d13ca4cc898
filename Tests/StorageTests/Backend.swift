// SPDX-License-Identifier: Apache-2.0

import Foundation
import Storage
import StorageSQLite
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

/// A folder of its own, gone when the test is over.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory
            .appendingPathComponent("peerage-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}
