// SPDX-License-Identifier: Apache-2.0

package import Model
package import Wire

extension WireReader {
    /// Reads a prefix: its length in bits, then as many octets as hold it (RFC 4271, section 4.3).
    ///
    /// Bits behind the length are cleared, as their value is irrelevant.
    package mutating func readPrefix(_ family: AddressFamily) throws(WireError) -> IPPrefix {
        let length = try read(UInt8.self)
        guard length <= family.addressBits else { throw failure(.malformed) }
        let count = (Int(length) + 7) / 8
        guard count <= remaining else { throw failure(.truncated) }
        if count <= 8, remaining >= 8 {  // nearly always: one load
            var ahead = self
            let word = try ahead.read(UInt64.self)
            try skip(octets: count)
            return IPPrefix(IPAddress(bits: UInt128(word) << 64, family: family), length: length)
        }
        var bits: UInt128 = 0
        var shift: UInt128 = 128
        for _ in 0..<count {
            shift -= 8
            bits |= UInt128(try read(UInt8.self)) << shift
        }
        return IPPrefix(IPAddress(bits: bits, family: family), length: length)
    }

    /// Reads prefixes until the end, each behind its path identifier when `hasPathIdentifiers`
    /// (RFC 7911, section 3).
    package mutating func readReachability(
        _ family: AddressFamily,
        hasPathIdentifiers: Bool,
        into list: inout [RouteUpdate.Reachability]
    ) throws(WireError) {
        if isAtEnd { return }
        list.reserveCapacity(list.count + prefixCount(hasPathIdentifiers: hasPathIdentifiers))
        while !isAtEnd {
            let identifier: UInt32 = hasPathIdentifiers ? try read() : 0
            list.append(.init(try readPrefix(family), pathIdentifier: identifier))
        }
    }

    /// How many prefixes are ahead, as far as their lengths make sense.
    private func prefixCount(hasPathIdentifiers: Bool) -> Int {
        var ahead = self
        var count = 0
        let before = hasPathIdentifiers ? 4 : 0
        while (try? ahead.skip(octets: before)) != nil, let length = try? ahead.read(UInt8.self),
            (try? ahead.skip(octets: (Int(length) + 7) / 8)) != nil
        {
            count += 1
        }
        return count
    }

    /// Reads an address of `family`.
    package mutating func readAddress(_ family: AddressFamily) throws(WireError) -> IPAddress {
        switch family {
        case .ipv4: .v4(try read())
        case .ipv6: .v6(try read())
        }
    }
}

extension [UInt8] {
    /// Appends a prefix as ``WireReader/readPrefix(_:)`` reads it.
    mutating func append(_ prefix: IPPrefix) {
        append(prefix.length)
        append(prefix.address, octets: (Int(prefix.length) + 7) / 8)
    }

    /// Appends the first octets of an address; all of them without `octets`.
    mutating func append(_ address: IPAddress, octets: Int? = nil) {
        let count = octets ?? Int(address.family.addressBits / 8)
        for index in 0..<count {
            append(UInt8(truncatingIfNeeded: address.bits >> UInt128(120 - 8 * index)))
        }
    }
}
