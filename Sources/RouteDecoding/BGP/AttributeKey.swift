// SPDX-License-Identifier: Apache-2.0

import Wire

/// An attribute list as a key of an ``AttributeMemo``: its octets, without the attributes that hold
/// routes, and how they are read.
struct AttributeKey: ~Escapable {
    let list: WireReader
    /// What decides how the octets are read.
    let options: UInt8
    /// Where MP_REACH_NLRI and MP_UNREACH_NLRI stand, headers included; in order, empty for none.
    private var first = 0..<0
    private var second = 0..<0
    /// A bit for each type code left out.
    private(set) var leftOut: UInt64 = 0

    /// A list that is to be looked up as it is; one that holds routes is found only with the same.
    @_lifetime(copy list)
    init(whole list: WireReader, _ options: BGPSessionOptions) {
        self.list = list
        self.options = options.key
    }

    /// Nil when the list cannot be walked through, or holds one of those attributes twice: then it
    /// has to be read in full.
    @_lifetime(copy list)
    init?(withoutRoutesOf list: WireReader, _ options: BGPSessionOptions) {
        self.init(whole: list, options)
        var rest = list
        while !rest.isAtEnd {
            let start = rest.offset
            guard let code = Self.skipAttribute(&rest) else { return nil }
            guard code == 14 || code == 15 else { continue }
            guard leftOut >> code & 1 == 0 else { return nil }
            leftOut |= 1 << code
            if first.isEmpty { first = start..<rest.offset } else { second = start..<rest.offset }
        }
    }

    /// Moves past an attribute; returns its type code, nil when it does not fit the list.
    private static func skipAttribute(_ list: inout WireReader) -> UInt8? {
        do throws(WireError) {
            let flags = PathAttributeFlags(rawValue: try list.read())
            let code = try list.read(UInt8.self)
            let isLong = flags.contains(.extendedLength)
            let length = isLong ? Int(try list.read(UInt16.self)) : Int(try list.read(UInt8.self))
            try list.skip(octets: length)
            return code
        } catch {
            return nil
        }
    }

    /// Hands over the attributes that were left out, one by one.
    func forEachLeftOut(_ body: (inout WireReader) -> Void) {
        hand(first, to: body)
        hand(second, to: body)
    }

    /// Hands over what is before, between and behind them.
    ///
    /// A router puts its attributes in one order: where the pieces meet is part of the key.
    private func forEachPiece(_ body: (inout WireReader) -> Void) {
        if !first.isEmpty { hand(0..<first.lowerBound, to: body) }
        if !second.isEmpty { hand(first.upperBound..<second.lowerBound, to: body) }
        let start = max(first.upperBound, second.upperBound)
        hand(start..<list.octets.byteCount, to: body)
    }

    private func hand(_ range: Range<Int>, to body: (inout WireReader) -> Void) {
        guard !range.isEmpty else { return }
        var part = WireReader(
            list.octets,
            from: range.lowerBound,
            count: range.count,
            as: "path attributes"
        )
        body(&part)
    }

    /// Whether anything is there but what is left out.
    var holdsAttributes: Bool { count > 0 }

    /// Octets of all pieces.
    var count: Int { list.octets.byteCount - first.count - second.count }

    /// The octets of all pieces, eight in a word, the last word of a piece filled up in front.
    var words: [UInt64] {
        var words: [UInt64] = []
        words.reserveCapacity(count / 8 + 3)
        forEachPiece { piece in piece.forEachWord { words.append($0) } }
        return words
    }

    /// Not 0.
    func hash(from seed: UInt64) -> UInt64 {
        var hash = seed ^ UInt64(options)
        forEachPiece { piece in
            hash ^= UInt64(truncatingIfNeeded: piece.remaining)
            piece.forEachWord { hash.mix($0) }
        }
        return hash | 1
    }

    /// Whether the pieces are those of so many octets in `words`, read in the same way.
    func equals(_ words: [UInt64], octets: Int, _ options: UInt8) -> Bool {
        guard options == self.options, octets == count else { return false }
        var position = 0
        var isEqual = true
        forEachPiece { piece in
            piece.forEachWord { word in
                isEqual = isEqual && position < words.count && words[position] == word
                position += 1
            }
        }
        return isEqual && position == words.count
    }
}

extension BGPSessionOptions {
    /// What decides how attributes that hold no routes are read.
    fileprivate var key: UInt8 {
        (hasFourOctetASNs ? 1 : 0) | (isExternal ? 2 : 0) | (allowsBareNextHop ? 4 : 0)
            | (refusesConfederations ? 8 : 0)
    }
}

extension WireReader {
    /// Hands over the rest of the octets, eight at a time; the last ones as one word, if any.
    @inline(__always)
    fileprivate mutating func forEachWord(_ body: (UInt64) -> Void) {
        while remaining >= 8, let word = try? read(UInt64.self) { body(word) }
        guard !isAtEnd else { return }
        var rest: UInt64 = 0
        while let octet = try? read(UInt8.self) { rest = rest << 8 | UInt64(octet) }
        body(rest)
    }
}

extension UInt64 {
    /// Multiply and fold: each bit of both comes to bear on all of the result.
    fileprivate mutating func mix(_ word: UInt64) {
        let product = (self ^ word).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
        self = product.high ^ product.low
    }
}
