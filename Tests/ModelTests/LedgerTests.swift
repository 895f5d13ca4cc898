// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@Suite("Ledger")
struct LedgerTests {
    private var balanced: Ledger {
        var ledger = Ledger()
        ledger.datagrams = 3
        ledger.decoded = 1
        ledger.undecoded = [.truncated: 1]
        ledger.refused = [.unknownExporter: 1]
        ledger.receivedOctets = 10
        ledger.ingressOctets = 6
        ledger.unattributedInOctets = [.orientation: 4]
        ledger.egressOctets = 7
        ledger.discardedOctets = 3
        return ledger
    }

    @Test("balances when datagrams and both sides sum")
    func sums() {
        #expect(balanced.isBalanced)
    }

    @Test("one octet or datagram missing anywhere shows")
    func missing() {
        var ledger = balanced
        ledger.egressOctets -= 1
        #expect(!ledger.isBalanced)
        ledger = balanced
        ledger.unattributedInOctets[.orientation] = 3
        #expect(!ledger.isBalanced)
        ledger = balanced
        ledger.refused = [:]
        #expect(!ledger.isBalanced)
    }

    @Test("the sum of balanced ledgers is balanced")
    func adds() {
        var total = balanced
        total += balanced
        #expect(total.isBalanced)
        #expect(total.undecoded == [.truncated: 2])
        #expect(total.receivedOctets == 20)
    }
}
