// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Routing

/// The table that finds values by their hashes, beside a dictionary.
@Suite("Fingerprint table")
struct FingerprintTableTests {
    @Test(
        "what is in it is found by its hash and value, and nothing else, however hashes fall",
        arguments: [0xffff_ffff, 0xff, 0x7, 0] as [UInt32]
    )
    func equality(mask: UInt32) {
        var numbers = Numbers(seed: UInt64(mask))
        var table = FingerprintTable()
        // Values by index; those that the mask leaves have hashes alike.
        var values: [UInt32: UInt32] = [:]
        func find(_ value: UInt32) -> UInt32? {
            table.find(value &* 0x9e37_79b1 & mask) { values[$0] == value }
        }
        for index in UInt32(0)..<4_000 {
            let value = UInt32.random(in: 0..<300, using: &numbers)
            if let known = find(value) {
                #expect(values[known] == value)
                table.remove(known, value &* 0x9e37_79b1 & mask)
                values[known] = nil
                #expect(find(value) == nil)
            } else {
                #expect(!values.values.contains(value))
                values[index] = value
                table.insert(index, value &* 0x9e37_79b1 & mask)
            }
            #expect(table.count == values.count)
        }
        for (index, value) in values { #expect(find(value) == index) }
        table.remove(9_999, 1)
        #expect(table.count == values.count)
    }
}
