// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import Wire

/// Attributes that are remembered (``AttributeMemo``) are those that would be read.
enum Remembered {
    /// Reads `octets` as the attributes of an entry of a table, beside as many of its first ones.
    static func check(_ octets: WireReader) {
        guard octets.remaining <= UInt16.max else { return }
        var memo = AttributeMemo(most: 4)
        for count in [octets.remaining, octets.remaining / 2, octets.remaining] {
            check(octets, count, &memo)
        }
    }

    private static func check(_ octets: WireReader, _ count: Int, _ memo: inout AttributeMemo) {
        for hasFourOctetASNs in [true, false, true] {
            var alone = AttributeMemo(most: 0)
            var expected = RouteUpdate(time: 0)
            var update = RouteUpdate(time: 0)
            var whole = octets
            guard var list = try? whole.read(octets: count, as: "attributes") else { return }
            var again = list
            let read = alone.read(&list, hasFourOctetASNs: hasFourOctetASNs, into: &expected)
            let known = memo.read(&again, hasFourOctetASNs: hasFourOctetASNs, into: &update)
            Invariants.require(update == expected, "what is remembered is what is read")
            Invariants.require(read != nil && alone.count == 0, "nothing is remembered by none")
            let isWhole = read?.errors.isEmpty == true && read?.truncatedPaths == 0
            Invariants.require(known != nil || isWhole, "what is wrong is not remembered")
        }
    }
}
