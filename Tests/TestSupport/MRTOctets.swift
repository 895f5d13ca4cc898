// SPDX-License-Identifier: Apache-2.0

import Model

/// An MRT file of one IPv4 peer, in AS64500, in the making.
package struct MRTOctets {
    private var file = OctetWriter()
    private let peer: IPAddress

    package init(peer: String) { self.peer = address(peer) }

    package var octets: [UInt8] { file.octets }

    /// A message of BGP4MP_ET at `time`, in nanoseconds since 1970-01-01 00:00 UTC.
    private mutating func add(_ subtype: Int, at time: Int64, _ content: [UInt8]) {
        var body = OctetWriter()
        body.write32(UInt32(time % 1_000_000_000 / 1_000))
        body.write32(64_500)
        body.write32(64_499)
        body.write16(0)
        body.write16(1)
        body.write(peer)
        body.write(address("192.0.2.254"))
        body.write(content)
        file.write32(UInt32(time / 1_000_000_000))
        file.write16(17)
        file.write16(subtype)
        file.write32(UInt32(body.octets.count))
        file.write(body.octets)
    }

    private mutating func update(at time: Int64, _ body: [UInt8]) {
        var message = OctetWriter()
        message.write([UInt8](repeating: 0xff, count: 16))
        message.write16(19 + body.count)
        message.write8(2)
        message.write(body)
        add(4, at: time, message.octets)
    }

    /// The peer announces an IPv4 prefix of 24 bits, by a path to `origin`.
    package mutating func announce(_ prefix: String, origin: UInt32, at time: Int64) {
        var body = OctetWriter()
        body.write([0, 0, 0, 24, 0x40, 1, 1, 0, 0x40, 2, 10, 2, 2])
        body.write32(64_500)
        body.write32(origin)
        body.write([0x40, 3, 4])
        body.write(peer)
        body.write([24])
        body.write(UInt64(truncatingIfNeeded: address(prefix).bits >> 104), octets: 3)
        update(at: time, body.octets)
    }

    /// The peer takes it back.
    package mutating func withdraw(_ prefix: String, at time: Int64) {
        var body = OctetWriter()
        body.write([0, 4, 24])
        body.write(UInt64(truncatingIfNeeded: address(prefix).bits >> 104), octets: 3)
        body.write16(0)
        update(at: time, body.octets)
    }

    /// The session with the peer goes from Established to Idle.
    package mutating func goDown(at time: Int64) { add(5, at: time, [0, 6, 0, 1]) }
}
