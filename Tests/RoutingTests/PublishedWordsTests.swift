// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Routing

/// Arrays that are read without a lock, beside a plain one.
@Suite("Published words")
struct PublishedWordsTests {
    private static let segment: UInt32 = 1 << 10

    @Test("what was not written reads as zero, and what has no segment is not stored")
    func unwritten() {
        let words = PublishedWords(segmentShift: 10, capacityShift: 20)
        words.store(7, at: 5)
        #expect(words[5] == 0)
        words.prepare(5)
        words.store(7, at: 5)
        #expect(words[5] == 7)
        #expect(words[6] == 0)
        #expect(words[Self.segment] == 0)
        #expect(words[1 << 20 - 1] == 0)
        #expect(words.bound == Self.segment)
        #expect(words.octets == 4 << 10)
    }

    @Test("a segment that is given back reads as zero, and can be had again")
    func givenBack() {
        let words = PublishedWords(segmentShift: 10, capacityShift: 20)
        for index in [0, 3 * Self.segment + 9] {
            words.prepare(index)
            words.store(index + 1, at: index)
        }
        #expect(words.octets == 8 << 10)
        words.dropSegment(holding: 3 * Self.segment)
        words.dropSegment(holding: 9 * Self.segment)
        #expect(words[3 * Self.segment + 9] == 0)
        #expect(words[0] == 1)
        #expect(words.octets == 4 << 10)
        words.prepare(3 * Self.segment)
        #expect(words[3 * Self.segment + 9] == 0)
        words.store(4, at: 3 * Self.segment + 9)
        #expect(words[3 * Self.segment + 9] == 4)
    }

    @Test("a range is replaced word by word, in order, where segments are")
    func replaced() {
        var numbers = Numbers(seed: 5)
        let words = PublishedWords(segmentShift: 10, capacityShift: 20)
        var plain: [UInt32: UInt32] = [:]
        let used: Set<UInt32> = [0, 1, 3]
        for segment in used { words.prepare(segment << 10) }
        for round in UInt32(1)...200 {
            let start = UInt32.random(in: 0..<5 << 10, using: &numbers)
            let end = UInt32.random(in: start...5 << 10, using: &numbers)
            var seen: [UInt32] = []
            words.replace(start..<end) { word in
                seen.append(word)
                return word % 3 == 2 ? word : word &* 5 &+ round
            }
            let indexes = (start..<end).filter { used.contains($0 >> 10) }
            #expect(seen == indexes.map { plain[$0, default: 0] })
            for index in indexes {
                let word = plain[index, default: 0]
                plain[index] = word % 3 == 2 ? word : word &* 5 &+ round
            }
        }
        #expect((0..<5 << 10).allSatisfy { words[$0] == plain[$0, default: 0] })
    }
}
