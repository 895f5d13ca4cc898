// SPDX-License-Identifier: Apache-2.0

package import GRDB

/// What made the schema what it is, oldest first.
///
/// To change the schema: a file here, and a row in ``all``. A migration that has been released is
/// never edited. The table `grdb_migrations` of a store names those it went through; a store that
/// names one not listed here was written by a newer version and is not opened.
package enum Migrations {
    package static let all: [Migration] = [
        Migration("M001InitialSchema", M001InitialSchema.apply),
        Migration("M002LiveService", M002LiveService.apply),
    ]

    package struct Migration: Sendable {
        package var name: String
        package var apply: @Sendable (Database) throws -> Void

        init(_ name: String, _ apply: @escaping @Sendable (Database) throws -> Void) {
            self.name = name
            self.apply = apply
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
