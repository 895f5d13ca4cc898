// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@testable import Attribution

@Suite("AS paths that exporters name")
struct ExportedPathsTests {
    @Test("each path has one number, by which it is found again until totals are handed over")
    func numbers() {
        var paths = ExportedPaths()
        let all: [UInt32] = [9, 2 << 16 | 2, 1, 2, 2 << 16 | 1, 1, 2 << 16 | 2, 1, 2]
        let first = paths.id(of: all, in: 1..<4)
        let second = paths.id(of: all, in: 4..<6)
        #expect(paths.id(of: all, in: 6..<9) == first)
        #expect(first != second)
        #expect(paths.path(first)?.words == [2 << 16 | 2, 1, 2])
        #expect(paths.path(second)?.words == [2 << 16 | 1, 1])
        paths.removeAll()
        #expect(paths.path(first) == nil)
        #expect(paths.id(of: all, in: 4..<6) == first)
    }

    @Test("numbers of the routing table are not theirs, and beyond 65,536 a path has none")
    func limits() {
        var paths = ExportedPaths()
        #expect(paths.path(0) == nil)
        for number in 0..<65_536 as Range<UInt32> {
            #expect(paths.id(of: [number], in: 0..<1) == number | 1 << 31)
        }
        #expect(paths.id(of: [70_000], in: 0..<1) == PostingKey.noPath)
        #expect(paths.path(65_535 | 1 << 31)?.words == [65_535])
        #expect(paths.path(PostingKey.noPath) == nil)
    }
}
