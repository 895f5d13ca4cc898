// SPDX-License-Identifier: Apache-2.0

import Model
import TestSupport

/// Inputs to begin with, as exporters would send them.
package enum FuzzSeeds {
    /// The input number `seed` of a target.
    package static func input(_ target: FuzzTarget, _ seed: UInt64) -> [UInt8] {
        var random = SeededRandom(seed: seed &* 7_919 &+ 13)
        if target == .header { return header(&random) }
        var input = FuzzInput()
        input.settings = FuzzInput.Settings(rawValue: UInt8(truncatingIfNeeded: random.next()))
        let short = random.number(below: 4) > 0
        var exporters = (0..<random.number(below: 2) + 1).map { _ in
            DatagramGenerator(target.flowProtocol, seed: random.next(), length: short ? 200 : 700)
        }
        for _ in 0..<random.number(below: short ? 4 : 3) + 1 {
            let index = random.number(below: exporters.count)
            var datagram = FuzzInput.Datagram(exporters[index].next())
            datagram.exporter = UInt8(index)
            datagram.port = UInt8(random.number(below: 4) / 3)
            datagram.delay = UInt16(random.isOne(in: 6) ? 70 : random.number(below: 3))
            input.datagrams.append(datagram)
            if random.isOne(in: 10) { input.datagrams.append(datagram) }
        }
        return input.octets
    }

    private static func header(_ random: inout SeededRandom) -> [UInt8] {
        let (link, packet) = RandomPacket.draw(&random)
        let frame = packet.count + random.number(below: 1_400)
        var writer = OctetWriter()
        writer.write8(UInt8(truncatingIfNeeded: random.next()))
        writer.write8(UInt8(link))
        writer.write16(frame)
        writer.write8(UInt8(random.one(of: [0, 4, 14, 255])))
        writer.write(Array(packet.prefix(random.isOne(in: 4) ? random.number(below: 128) : 128)))
        return writer.octets
    }
}
