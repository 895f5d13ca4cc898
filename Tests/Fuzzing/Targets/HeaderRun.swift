// SPDX-License-Identifier: Apache-2.0

import Wire

/// Decodes sampled packets: an sFlow datagram is put around each.
///
///     input = settings, link (1), frame length (2), stripped (1), packet
package struct HeaderRun: Sendable {
    private var run = FuzzRun()
    private var octets: [UInt8] = []

    package init() { octets.reserveCapacity(8_192) }

    package mutating func run(_ input: RawSpan) {
        var reader = WireReader(input, as: "input")
        do throws(WireError) {
            let settings = try reader.read(UInt8.self)
            let link = UInt32(try reader.read(UInt8.self))
            let frame = UInt32(try reader.read(UInt16.self))
            let stripped = UInt32(try reader.read(UInt8.self))
            begin(settings, link, frame, stripped, packet: reader.remaining)
            while !reader.isAtEnd { octets.append(try reader.read()) }
        } catch {
            return
        }
        // Lent to the decoder, then taken back for its memory.
        var lent: [UInt8] = []
        swap(&lent, &octets)
        run.run(WireReader(lent.span, as: "input").octets)
        swap(&lent, &octets)
    }

    private mutating func begin(
        _ settings: UInt8,
        _ link: UInt32,
        _ frame: UInt32,
        _ stripped: UInt32,
        packet: Int
    ) {
        octets.removeAll(keepingCapacity: true)
        octets.append(settings)
        octets += [0, 0, 0, 0]
        let length = 28 + 40 + 24 + packet
        octets.append(UInt8(truncatingIfNeeded: length >> 8))
        octets.append(UInt8(truncatingIfNeeded: length))
        // Datagram: version 5, agent, sub-agent, sequence, uptime, one sample.
        for word: UInt32 in [5, 1, 1, 0, 1, 1, 1] { write(word) }
        // Flow sample: format, length, sequence, source, rate, pool, drops, input, output, records.
        let padded = UInt32(packet)
        for word in [1, 32 + 24 + padded, 1, 1, 1_000, 0, 0, 1, 2, 1] { write(word) }
        // Raw header: format, length, link, frame, stripped, header length.
        for word in [1, 16 + padded, link, frame, stripped, padded] {
            write(word)
        }
    }

    private mutating func write(_ word: UInt32) {
        for shift: UInt32 in [24, 16, 8, 0] {
            octets.append(UInt8(truncatingIfNeeded: word >> shift))
        }
    }
}
