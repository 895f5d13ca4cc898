// SPDX-License-Identifier: Apache-2.0

import GRDB
import Model
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("A store of the version before")
struct MigrationTests {
    static let slot: Int64 = 1_790_812_800  // 2026-10-01T00:00:00Z
    static let all = Int64.min..<Int64.max

    let folder: TemporaryFolder
    var path: String { folder.path("peerage.db") }

    init() throws { folder = try TemporaryFolder() }

    @Test("M001: what it holds is there after the migration, and more can be added")
    func first() async throws {
        try make()
        let store = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
        #expect(try await store.check().isEmpty)
        let side = SampleSide()
        #expect(try await store.interfaceFacts(in: Self.all).map(\.measure) == [side.measure])
        #expect(try await store.interfaceFacts(in: Self.all).map(\.key) == [side.interfaceKey])
        #expect(try await store.pathFacts(in: Self.all).map(\.key.asPath) == [side.asPath])
        #expect(try await store.neighborFacts(in: Self.all).map(\.key.evidence) == [side.evidence])
        #expect(
            try await store.ledgers(in: Self.all).map(\.ledger)
                == [.posting(1_500_000, .egress)]
        )
        let state = ExporterState(
            name: "er1.fra",
            lastSeen: Self.slot + 4,
            flowProtocol: .ipfix,
            rate: SamplingRate(1_000),
            rateSource: .options
        )
        #expect(try await store.exporters() == [state])
        #expect(try await store.gaps(in: Self.all).map(\.reason) == ["collectorStopped"])
        #expect(try await store.lastFlush() == Self.slot + 5)
        #expect(try await store.slotSeconds() == 300)
        #expect(try await store.add(.sample("fra-1", [side])) == false)
        var batch = VolumeStoreTests.everyField()
        batch.ledgers = []
        #expect(try await store.add(batch))
        #expect(try await store.events(in: Self.all) == batch.events)
        #expect(try await store.interfaceNotes() == batch.interfaceNotes)
        #expect(try await store.exporters() == batch.exporters)
        try store.close()
    }

    @Test("M002: its ledgers say that nothing is known to be missing, and what is can be added")
    func second() async throws {
        try make(upTo: 2)
        let store = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
        #expect(try await store.check().isEmpty)
        #expect(
            try await store.ledgers(in: Self.all).map(\.ledger)
                == [.posting(1_500_000, .egress)]
        )
        var more = Ledger()
        more.lostRecords = 3
        (more.samplesDropped, more.samplesLost) = (4, 5)
        (more.notSentFlows, more.notSentPackets, more.notSentOctets) = (6, 7, 8)
        (more.datagrams, more.refused, more.duplicates) = (2, [.duplicate: 2], 2)
        var batch = FlushBatch(id: "fra-2", collector: "fra", time: Self.slot + 10)
        batch.slotSeconds = 300
        batch.ledgers = [LedgerFact(slot: Self.slot, exporter: "er1.fra", ledger: more)]
        #expect(try await store.add(batch))
        #expect(try await store.add(batch) == false)
        var sum = Ledger.posting(1_500_000, .egress)
        sum += more
        #expect(try await store.ledgers(in: Self.all).map(\.ledger) == [sum])
        #expect(try await store.check().isEmpty)
        try store.close()
    }

    @Test("M001: a migration that stops in the middle leaves it as it was")
    func stopped() throws {
        try make()
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: "CREATE TABLE manifest_carry (a)") }
        try queue.close()
        #expect(throws: VolumeStoreError.self) {
            try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
        }
        let again = try DatabaseQueue(path: path)
        let tables = try again.read { database in
            try String.fetchAll(
                database,
                sql: "SELECT name FROM sqlite_schema WHERE name = 'event'"
            )
        }
        #expect(tables.isEmpty)
        try again.close()
    }

    /// A database as the first version made it, with a row in every table that had one, brought up
    /// to date by the migrations after it up to `last`.
    private func make(upTo last: Int = 1) throws {
        #expect(Migrations.all.first?.name == "M001InitialSchema")
        let queue = try DatabaseQueue(path: path)
        for count in 1...last {
            var migrator = DatabaseMigrator()
            for migration in Migrations.all.prefix(count) {
                migrator.registerMigration(migration.name, migrate: migration.apply)
            }
            try migrator.migrate(queue)
            if count == 1 { try queue.write { try $0.execute(sql: Self.rows) } }
        }
        try queue.close()
    }

    private static let rows = """
        INSERT INTO collector VALUES (1, 'fra');
        INSERT INTO exporter VALUES (1, 'er1.fra');
        INSERT INTO sampling_rate VALUES (1, 1000, 1, 0);
        INSERT INTO interface_key VALUES (1, 1, 17, 1, 4, 1);
        INSERT INTO evidence VALUES (1, 0, '', '192.0.2.1', 0, 0, 64500, 'rr1', 0, '');
        INSERT INTO as_path VALUES (1, x'000200020000fbf40000fbf5');
        INSERT INTO prefix VALUES (1, '203.0.113.0/24');
        INSERT INTO slot_length VALUES (1, 300);
        INSERT INTO slot VALUES (1790812800, 0, 1);
        INSERT INTO hour VALUES (1790812800, 0, 0);
        INSERT INTO flush_batch VALUES (
            'fra-1', 1, 1790812805, 1, 1, 1, 1, 1, 1500000, 1500000, 1500000, 1500000
        );
        INSERT INTO gap VALUES (1, 1790812700, 1790812800, 'collectorStopped');
        INSERT INTO interface_fact VALUES (
            1790812800, 1, 0, 1, 1500000, 1000, 1500, 1, 6000000.0
        );
        INSERT INTO neighbor_fact VALUES (
            1790812800, 1, 1, 0, 1, 1500000, 1000, 1500, 1, 6000000.0
        );
        INSERT INTO path_fact VALUES (
            1790812800, 1, 1, 1, 64501, 0, 1, 1500000, 1000, 1500, 1, 6000000.0
        );
        INSERT INTO prefix_fact VALUES (
            1790812800, 1, 1, 0, 1, 1500000, 1000, 1500, 1, 6000000.0
        );
        INSERT INTO ledger VALUES (
            1790812800, 1, 0, 1,
            1, 1, 1, 1500000, 0, 1500000, 0, 0, 1500000, 0, 0, 0, 0, 0, 0, 0, 0, 0
        );
        INSERT INTO exporter_state VALUES ('er1.fra', 1790812804, 1, 1);
        INSERT INTO session_state VALUES (
            'rr1', 1790812805, 'established', 1790812000, 900000, 200000, ''
        );
        """
}
