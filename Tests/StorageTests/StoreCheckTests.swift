// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Model
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("The check of a SQLite store")
struct StoreCheckTests {
    static let slot: Int64 = 1_790_812_800  // 2026-10-01T00:00:00Z

    let folder: TemporaryFolder
    var path: String { folder.path("peerage.db") }

    init() throws { folder = try TemporaryFolder() }

    struct Damage: CustomTestStringConvertible {
        var sql: String
        /// Part of what must be found.
        var found: String
        var testDescription: String { sql }
    }

    static let damages = [
        Damage(
            sql: "UPDATE path_fact SET octets = octets + 1 WHERE slot = 1790812800",
            found: "path rows hold 1500001 octets in 1000 packets, the neighbor row 1500000"
        ),
        Damage(
            sql: "UPDATE neighbor_fact SET packets = 0 WHERE slot = 1790812800",
            found: "neighbor rows hold 1500000 octets in 0 packets, the interface row 1500000"
        ),
        Damage(
            sql: "UPDATE path_fact SET unscaled_octets = 2 WHERE slot = 1790812800",
            found: "path rows hold 2 octets in 1 packets as exported, the neighbor row 1500 in 1"
        ),
        Damage(
            sql: "UPDATE neighbor_fact SET unscaled_packets = 3 WHERE slot = 1790812800",
            found: "neighbor rows hold 1500 octets in 3 packets as exported, the interface row 1500"
        ),
        Damage(
            sql: "UPDATE path_fact SET variance = variance * 1.00001 WHERE slot = 1790812800",
            found: "path rows hold a variance of 6000060.0, the neighbor row 6000000.0"
        ),
        Damage(
            sql: "UPDATE interface_fact SET octets = 7 WHERE slot = 1790812800",
            found: "interface rows hold 7 octets of egress, the ledger 1500000"
        ),
        Damage(
            sql: "UPDATE ledger SET originated_octets = 1 WHERE slot = 1790812800",
            found: "the ledger does not balance"
        ),
        Damage(
            sql: "DELETE FROM ledger WHERE slot = 1790812800",
            found: "interface rows of egress without a ledger"
        ),
        Damage(
            sql: "DELETE FROM neighbor_fact WHERE slot = 1790812800",
            found: "neighbor rows hold 0 octets in 0 packets, the interface row 1500000 in 1000"
        ),
        Damage(
            sql: """
                DELETE FROM interface_fact WHERE slot = 1790812800;
                DELETE FROM neighbor_fact WHERE slot = 1790812800;
                DELETE FROM path_fact WHERE slot = 1790812800;
                DELETE FROM ledger WHERE slot = 1790812800;
                DELETE FROM slot WHERE start = 1790812800;
                """,
            found: "interface rows hold 4500000 octets, its batches brought 6000000"
        ),
        Damage(
            sql: "DELETE FROM flush_batch WHERE id = '1'",
            found: "path rows hold 6000000 octets, its batches brought 3000000"
        ),
        Damage(sql: "DELETE FROM as_path", found: "a row refers to a row of as_path"),
        Damage(
            sql: "INSERT INTO ledger_reason VALUES (1790812800, 1, 'refused', 'bad mood', 0, 1, 9)",
            found: "ledger_reason: refused bad mood in 2026-10-01T00:00:00Z"
        ),
        Damage(
            sql: "UPDATE evidence SET next_hop = 'nowhere'",
            found: "column 2 of a row of evidence is not readable"
        ),
        Damage(
            sql: "UPDATE path_fact SET octets = -1 WHERE slot = 1790812800",
            found: "column 5 of a row of facts is not readable"
        ),
    ]

    @Test("planted damage is found", arguments: damages)
    func planted(damage: Damage) async throws {
        try await fill()
        #expect(try await problems().isEmpty)
        let queue = try DatabaseQueue(path: path, configuration: Self.careless)
        try await queue.write { try $0.execute(sql: damage.sql) }
        try queue.close()
        let problems = try await problems()
        #expect(problems.contains { $0.problem.contains(damage.found) }, "\(problems)")
    }

    @Test("a page that was overwritten is found")
    func overwritten() async throws {
        try await fill()
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        let size = try file.seekToEnd()
        try file.seek(toOffset: size / 4_096 / 2 * 4_096)
        try file.write(contentsOf: Data(repeating: 0xff, count: 4_096))
        try file.close()
        #expect(try await problems().isEmpty == false)
    }

    /// Four sides in two slots of different hours, in two batches.
    private func fill() async throws {
        let store = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
        let sides = [SampleSide(), SampleSide(slot: Self.slot + 3_900)]
        #expect(try await store.add(.sample("1", sides)))
        let more = [
            SampleSide(slot: Self.slot + 3_900, path: [64499]),
            SampleSide(slot: Self.slot + 3_900, direction: .ingress),
        ]
        #expect(try await store.add(.sample("2", more)))
        try store.close()
    }

    private func problems() async throws -> [StoreProblem] {
        let store = try SQLiteVolumeStore.opened(path: path, mode: .readOnly)
        let problems = try await store.check()
        try store.close()
        return problems
    }

    /// Lets through what SQLite itself would prevent.
    private static var careless: Configuration {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        return configuration
    }
}
