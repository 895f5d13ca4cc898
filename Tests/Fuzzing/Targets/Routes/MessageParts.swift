// SPDX-License-Identifier: Apache-2.0

import Wire

/// An UPDATE in its parts, whatever is in them; put together again its lengths are right.
struct UpdateParts {
    var withdrawn: [UInt8]
    var attributes: [UInt8]
    var announced: [UInt8]

    /// Takes a message without its header apart; nil where its lengths say more than is there.
    init?(_ body: inout WireReader) {
        guard let first = try? body.read(UInt16.self),
            let withdrawn = body.octets(Int(first)),
            let second = try? body.read(UInt16.self),
            let attributes = body.octets(Int(second)),
            let announced = body.octets(body.remaining)
        else { return nil }
        self.withdrawn = withdrawn
        self.attributes = attributes
        self.announced = announced
    }

    var octets: [UInt8] {
        var octets: [UInt8] = []
        octets.append(half: withdrawn.count)
        octets += withdrawn
        octets.append(half: attributes.count)
        return octets + attributes + announced
    }
}

/// A path attribute as it came; put together again its length is right.
struct AttributeParts {
    var flags: UInt8
    var code: UInt8
    var value: [UInt8]

    /// The attributes of a list, up to where they are no more.
    static func list(_ octets: [UInt8]) -> [AttributeParts] {
        var reader = WireReader(octets.span, as: "path attributes")
        var list: [AttributeParts] = []
        while let flags = try? reader.read(UInt8.self), let code = try? reader.read(UInt8.self) {
            let isExtended = flags & 0x10 != 0
            let length =
                isExtended
                ? (try? reader.read(UInt16.self)).map(Int.init)
                : (try? reader.read(UInt8.self)).map(Int.init)
            guard let length, let value = reader.octets(length) else { break }
            list.append(AttributeParts(flags: flags, code: code, value: value))
        }
        return list
    }

    var octets: [UInt8] {
        let isExtended = flags & 0x10 != 0 || value.count > 255
        var octets = [isExtended ? flags | 0x10 : flags, code]
        if isExtended {
            octets.append(half: value.count)
        } else {
            octets.append(UInt8(value.count))
        }
        return octets + value
    }
}

/// A message of BGP; put together again its length is right.
struct MessageParts {
    var type: UInt8
    var body: [UInt8]

    /// The messages of a stream, up to where they are no more.
    static func list(_ octets: [UInt8]) -> [MessageParts] {
        var reader = WireReader(octets.span, as: "stream")
        var list: [MessageParts] = []
        while let _ = reader.octets(16), let length = try? reader.read(UInt16.self),
            let type = try? reader.read(UInt8.self)
        {
            let count = min(max(Int(length) - 19, 0), reader.remaining)
            guard let body = reader.octets(count) else { break }
            list.append(MessageParts(type: type, body: body))
        }
        return list
    }

    var octets: [UInt8] {
        var octets = [UInt8](repeating: 0xff, count: 16)
        octets.append(half: 19 + body.count)
        octets.append(type)
        return octets + body
    }
}

/// A record of MRT; put together again its length is right.
struct RecordParts {
    var timestamp: UInt32
    var type: UInt16
    var subtype: UInt16
    var body: [UInt8]

    /// The records of a file, up to where they are no more.
    static func list(_ octets: [UInt8]) -> [RecordParts] {
        var reader = WireReader(octets.span, as: "file")
        var list: [RecordParts] = []
        while let time = try? reader.read(UInt32.self), let type = try? reader.read(UInt16.self),
            let subtype = try? reader.read(UInt16.self), let length = try? reader.read(UInt32.self)
        {
            guard let body = reader.octets(min(Int(length), reader.remaining)) else { break }
            list.append(RecordParts(timestamp: time, type: type, subtype: subtype, body: body))
        }
        return list
    }

    var octets: [UInt8] {
        var octets: [UInt8] = []
        octets.append(half: Int(timestamp >> 16))
        octets.append(half: Int(timestamp & 0xffff))
        octets.append(half: Int(type))
        octets.append(half: Int(subtype))
        octets.append(half: body.count >> 16)
        octets.append(half: body.count & 0xffff)
        return octets + body
    }
}

/// Octets that are taken apart.
struct WireOctets {
    private let octets: [UInt8]

    init(_ octets: [UInt8]) { self.octets = octets }

    /// An UPDATE without its header.
    func update() -> UpdateParts? {
        var reader = WireReader(octets.span, as: "UPDATE")
        return UpdateParts(&reader)
    }
}

extension WireReader {
    /// The next `count` octets; nil when they are not there.
    mutating func octets(_ count: Int) -> [UInt8]? {
        guard var part = try? read(octets: count, as: subject) else { return nil }
        var octets: [UInt8] = []
        octets.reserveCapacity(count)
        while let octet = try? part.read(UInt8.self) { octets.append(octet) }
        return octets
    }
}

extension [UInt8] {
    /// Appends the lowest 16 bits.
    mutating func append(half value: Int) {
        append(UInt8(truncatingIfNeeded: value >> 8))
        append(UInt8(truncatingIfNeeded: value))
    }
}
