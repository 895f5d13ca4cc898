// SPDX-License-Identifier: Apache-2.0

import GRDB
import Model
import Storage
import TestSupport
import Testing

@testable import StorageSQLite

@Suite("Numbers of what rows are about")
struct DimensionNumbersTests {
    @Test("names and rates that exporters make up are forgotten like all else, and found again")
    func bounded() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("peerage.db")
        try SQLiteVolumeStore.opened(path: path, mode: .readWrite).close()
        let queue = try DatabaseQueue(path: path)
        try queue.write { database in
            var numbers = DimensionNumbers(limit: 3)
            let first = try numbers.number(ofExporter: "er1", database)
            for number in 2...4 { _ = try numbers.number(ofExporter: "er\(number)", database) }
            for rate in 1...4 as ClosedRange<UInt32> {
                _ = try numbers.number(of: SamplingRate(rate), .options, database)
            }
            #expect(numbers.count == 8)
            numbers.trim()
            #expect(numbers.count == 0)
            #expect(try numbers.number(ofExporter: "er1", database) == first)
        }
        try queue.close()
    }
}
