// SPDX-License-Identifier: Apache-2.0

/// Finds the word that was probably meant.
enum NearestWord {
    /// The word of `words` with the fewest edits from `word`; nil when all are far.
    ///
    /// At most one edit in three letters counts as near; letter case does not count.
    static func to(_ word: String, among words: [String]) -> String? {
        let letters = Array(word.lowercased().prefix(64))
        let near = words.map { ($0, distance(letters, Array($0.lowercased().prefix(64)))) }
        guard let best = near.min(by: { $0.1 < $1.1 }) else { return nil }
        return best.1 <= max(1, letters.count / 3) ? best.0 : nil
    }

    /// Insertions, removals, replacements and swaps of neighbors that make `a` into `b`
    /// (optimal string alignment).
    private static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var before = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in a.indices {
            var next = [i + 1]
            for j in b.indices {
                let replaced = last[j] + (a[i] == b[j] ? 0 : 1)
                var least = min(replaced, last[j + 1] + 1, next[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    least = min(least, before[j - 1] + 1)
                }
                next.append(least)
            }
            (before, last) = (last, next)
        }
        return last[b.count]
    }
}
