// SPDX-License-Identifier: Apache-2.0

import Wire

/// A hash of all octets of a datagram, by which one that comes twice is found.
///
/// # How it works
///
/// Four lanes side by side, so that the processor multiplies while it loads: each takes two words
/// of a block of 64 octets, multiplies them in full, and folds the halves of the product. What does
/// not fill a block goes word by word, then octet by octet. Whoever seeks two datagrams of one hash
/// finds them, and loses the second of his own.
enum PayloadHash {
    static func of(_ payload: RawSpan, port: UInt16) -> UInt64 {
        var reader = WireReader(payload, as: "datagram")
        let seed = UInt64(payload.byteCount) << 16 | UInt64(port)
        var (a, b, c, d) = (seed, key1, key2, key3)
        do throws(WireError) {
            while reader.remaining >= 64 {
                var block = try reader.read(octets: 64, as: "block")
                a = fold(a ^ (try word(&block)), key1 ^ (try word(&block)))
                b = fold(b ^ (try word(&block)), key2 ^ (try word(&block)))
                c = fold(c ^ (try word(&block)), key3 ^ (try word(&block)))
                d = fold(d ^ (try word(&block)), key0 ^ (try word(&block)))
            }
            while reader.remaining >= 8 { a = fold(a ^ (try word(&reader)), key1) }
            while !reader.isAtEnd { b = fold(b ^ UInt64(try reader.read(UInt8.self)), key2) }
        } catch {
            return 0  // Not reached: every read is of what remains.
        }
        return fold(fold(a ^ key2, b ^ key3) ^ c, d ^ key0)
    }

    /// The next eight octets in the order of the processor, which saves turning them around.
    @inline(__always)
    private static func word(_ reader: inout WireReader) throws(WireError) -> UInt64 {
        try reader.read(UInt64.self).byteSwapped
    }

    private static func fold(_ x: UInt64, _ y: UInt64) -> UInt64 {
        let product = x.multipliedFullWidth(by: y)
        return product.high ^ product.low
    }

    private static let key0: UInt64 = 0x9e37_79b9_7f4a_7c15
    private static let key1: UInt64 = 0xbf58_476d_1ce4_e5b9
    private static let key2: UInt64 = 0x94d0_49bb_1331_11eb
    private static let key3: UInt64 = 0xd6e8_feb8_6659_fd93
}
