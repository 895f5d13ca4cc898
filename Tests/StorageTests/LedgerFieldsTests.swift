// SPDX-License-Identifier: Apache-2.0

import Model
import Storage
import Testing

@Suite("The fields of a ledger")
struct LedgerFieldsTests {
    @Test("every field of the ledger is listed once")
    func complete() {
        let fields = Mirror(reflecting: Ledger()).children.count
        #expect(Ledger.counters.count + Ledger.ReasonKind.allCases.count == fields)
        var ledger = Ledger()
        for (index, counter) in Ledger.counters.enumerated() {
            #expect(ledger[keyPath: counter] == 0)
            ledger[keyPath: counter] = UInt64(index) + 1
        }
        #expect(ledger.largestCount == UInt64(Ledger.counters.count))
    }

    @Test("a count divided by reason goes out by its word and comes back")
    func reasons() {
        var ledger = Ledger()
        for kind in Ledger.ReasonKind.allCases {
            let word: String =
                switch kind {
                case .undecoded, .errors: "truncated"
                case .refused: "unknownExporter"
                case .unattributedIn, .unattributedOut: "orientation"
                }
            let isSet = ledger.set(kind, word: word, to: 7)
            #expect(isSet)
            #expect(ledger.counts(of: kind).map(\.word) == [word])
            let isUnknownSet = ledger.set(kind, word: "no such reason", to: 7)
            #expect(!isUnknownSet)
        }
        #expect(ledger.undecoded == [.truncated: 7])
        #expect(ledger.refused == [.unknownExporter: 7])
        #expect(ledger.errors == [.truncated: 7])
        #expect(ledger.unattributedInOctets == [.orientation: 7])
        #expect(ledger.unattributedOutOctets == [.orientation: 7])
        #expect(ledger.largestCount == 7)
    }
}
