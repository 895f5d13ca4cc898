// SPDX-License-Identifier: Apache-2.0

import Model

/// The AS paths that exporters named themselves (sFlow gateway records), each kept once.
///
/// Their numbers have the high bit set, so that they never meet those of the routing table. The
/// words of all paths lie one after the other, and a table leads from a hash of the words to the
/// paths that have it:
///
///     hash -> 2     starts [ 0 | 4 | 7 ]     words [ 2 ASes, 64500, 64501 | .. | .. | .. ]
struct ExportedPaths: Sendable {
    private var words: [UInt32] = []
    /// Where each path begins; the last entry is where the next one will.
    private var starts: [Int] = [0]
    /// The first path with a hash; one with the same hash and other words has the hash plus 1.
    private var numbers = FlatTable<PathHash, UInt32>()
    private let seed = UInt64.random(in: .min ... .max)

    private static let mark: UInt32 = 1 << 31
    /// Beyond this many between two hand-overs a path is not kept: the octets are, without it.
    private static let mostPaths = 65536

    /// What stands for a path's words in the table.
    private struct PathHash: FlatKey {
        var value: UInt64

        func hash(seed: UInt64) -> UInt64 { value }
    }

    /// The number of the path that `all` has in `range`; ``PostingKey/noPath`` when there are too
    /// many.
    mutating func id(of all: [UInt32], in range: Range<Int>) -> UInt32 {
        var hash = FlatHash(seed: seed)
        for place in range { hash.combine(UInt64(all[place]), UInt64(range.count)) }
        var key = PathHash(value: hash.value)
        while let number = numbers.value(of: key) {
            if isPath(number, all, range) { return number | Self.mark }
            key.value &+= 1
        }
        let number = UInt32(starts.count - 1)
        guard number < Self.mostPaths else { return PostingKey.noPath }
        for place in range { words.append(all[place]) }
        starts.append(words.count)
        numbers.insert(key, number)
        return number | Self.mark
    }

    private func isPath(_ number: UInt32, _ all: [UInt32], _ range: Range<Int>) -> Bool {
        let start = starts[Int(number)]
        guard starts[Int(number) + 1] - start == range.count else { return false }
        for offset in 0..<range.count where words[start + offset] != all[range.lowerBound + offset]
        {
            return false
        }
        return true
    }

    /// The path of that number; nil for one that is not ours.
    func path(_ id: UInt32) -> ASPath? {
        let index = Int(id & ~Self.mark)
        guard id & Self.mark != 0, index < starts.count - 1 else { return nil }
        return ASPath(words: Array(words[starts[index]..<starts[index + 1]]))
    }

    mutating func removeAll() {
        words.removeAll(keepingCapacity: true)
        starts.removeLast(starts.count - 1)
        numbers = FlatTable()
    }
}
