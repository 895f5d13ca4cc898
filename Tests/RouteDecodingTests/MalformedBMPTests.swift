// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import TestSupport
import Testing

@Suite("Malformed BMP")
struct MalformedBMPTests {
    @Test(
        "what breaks a rule is counted and skipped, and the next message is read",
        arguments: MalformedBMP.samples
    )
    func malformed(_ sample: MalformedBMP) {
        var reading = StationReading(sample.octets)
        switch sample.expected {
        case .closed:
            #expect(reading.framing != nil)
            #expect(reading.lines == [])
            return
        case .counted(let reason):
            #expect(reading.state.statistics.malformed == [reason: 1])
            #expect(reading.updates.isEmpty)
        case .skipped:
            #expect(reading.state.statistics.malformed == [:])
            #expect(reading.updates.isEmpty)
        case .read(let line):
            #expect(reading.state.statistics.malformed == [:])
            #expect(reading.lines.last == line)
        }
        #expect(reading.framing == nil)
        let other = BMPEncoder.Peer(.v4(0xc633_6401))
        reading.receive(BMPEncoder.routeMonitoring(other, BMPEncoder.announcement([8, 10])))
        #expect(reading.lines.last == "prePolicy 198.51.100.1 +10.0.0.0/8")
    }

    @Test("there are thirty cases and more, each with the paragraph it answers to")
    func paragraphs() {
        #expect(MalformedBMP.samples.count >= 30)
        #expect(Set(MalformedBMP.samples.map(\.name)).count == MalformedBMP.samples.count)
        for sample in MalformedBMP.samples {
            #expect(sample.paragraph.wholeMatch(of: /RFC \d+, \d+(\.\d+)?( \([a-z]\))?/) != nil)
        }
    }

    @Test("no change of an octet, and no cut, of a whole conversation makes a trap")
    func sweep() {
        let peer = BMPEncoder.Peer()
        let messages = [
            BMPEncoder.initiation("er1"), BMPEncoder.peerUp(peer),
            BMPEncoder.routeMonitoring(peer, BMPEncoder.announcement([24, 198, 18, 1], [8, 10])),
            BMPEncoder.peerDown(peer, 1, [UInt8](repeating: 0xff, count: 16) + [0, 21, 3, 6, 2]),
            BMPEncoder.termination(1),
        ]
        for number in messages.indices {
            for place in messages[number].indices {
                for value in [0, 1, 127, 128, 255] as [UInt8] {
                    var reading = StationReading()
                    for (index, message) in messages.enumerated() {
                        var message = message
                        if index == number { message[place] = value }
                        reading.receive(message)
                    }
                    reading.end("done")
                    #expect(reading.state.peersUp == 0)
                }
                _ = StationReading(Array(messages[number].prefix(place)))
            }
        }
    }
}
