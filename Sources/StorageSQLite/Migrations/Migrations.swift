// SPDX-License-Identifier: Apache-2.0

package import GRDB
import Storage

/// What made the schema what it is, oldest first.
///
/// To change the schema: a file here, and a row in ``all``. A migration that has been released is
/// never edited. The table `grdb_migrations` of a store names those it went through; a store that
/// names one not listed here was written by a newer version and is not opened.
package enum Migrations {
    package static let all: [Migration] = [
        Migration("M001InitialSchema", M001InitialSchema.apply),
        Migration("M002LiveService", M002LiveService.apply),
        Migration("M003MissingRecords", M003MissingRecords.apply),
    ]

    package struct Migration: Sendable {
        package var name: String
        package var apply: @Sendable (Database) throws -> Void

        init(_ name: String, _ apply: @escaping @Sendable (Database) throws -> Void) {
            self.name = name
            self.apply = apply
        }
    }

    /// Throws when the schema of the store is of another version than can be worked with.
    ///
    /// - Parameters:
    ///   - path: Of the store, for the error.
    ///   - database: A connection to it.
    ///   - migrates: Whether an older one is going to be brought up to date.
    /// - Throws: `incompatible`, which names both versions.
    static func refuseOthers(_ path: String, _ database: Database, migrates: Bool) throws {
        let applied = try String.fetchAll(
            database,
            sql: "SELECT identifier FROM grdb_migrations ORDER BY identifier"
        )
        let known = all.map(\.name)
        let (last, newest) = (applied.last ?? "none", known.last ?? "none")
        guard applied.allSatisfy(known.contains) else {
            throw VolumeStoreError.incompatible(
                reason: "\(path) was written by a newer version of Peerage: its schema is "
                    + "\(last), the newest that this version knows is \(newest)"
            )
        }
        if !migrates, applied.count < known.count {
            throw VolumeStoreError.incompatible(
                reason: "\(path) was written by an older version of Peerage: its schema is "
                    + "\(last), that of this version is \(newest); "
                    + "opening it for writing brings it up to date"
            )
        }
    }

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for migration in all {
            migrator.registerMigration(migration.name, migrate: migration.apply)
        }
        return migrator
    }
}
