// SPDX-License-Identifier: Apache-2.0

import GRDB
import Storage
import TestSupport
import Testing

@testable import StorageSQLite

@Suite("Letting go of held volumes")
struct PruningTests {
    @Test("what is held of one exporter is found without reading the others'")
    func plan() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("peerage.db")
        try SQLiteVolumeStore.opened(path: path, mode: .readWrite).close()
        let queue = try DatabaseQueue(path: path)
        let plan = try queue.read { database in
            try String.fetchAll(
                database,
                sql: "EXPLAIN QUERY PLAN " + Pruning.slotsOfExporter,
                arguments: [1, 2],
                adapter: SuffixRowAdapter(fromIndex: 3)
            )
        }
        #expect(plan.allSatisfy { $0.contains("INDEX ledger_exporter") }, "\(plan)")
        try queue.close()
    }
}
