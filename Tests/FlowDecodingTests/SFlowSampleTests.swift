// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

/// The samples of a datagram one after another: many, of several kinds, and cut short.
@Suite("sFlow samples")
struct SFlowSampleTests {
    typealias Sample = SFlowDatagram.FlowSample

    private func sample(_ number: Int, isExpanded: Bool = false) -> Sample {
        var sample = Sample()
        sample.isExpanded = isExpanded
        sample.addHeader(
            SampledPacket.ethernet.type(0x800).ipv4(length: 100 + number).octets,
            frame: 1_018
        )
        return sample
    }

    private func decode(_ octets: [UInt8]) -> Decoding.Result {
        var decoding = Decoding()
        return decoding.decode(octets)
    }

    @Test("fifty samples in one datagram are fifty flows in their order, of either form")
    func many() {
        var datagram = SFlowDatagram()
        for number in 1...50 { datagram.add(sample(number, isExpanded: number % 3 == 0)) }
        let result = decode(datagram.octets)
        #expect(result.records.map(\.octets) == (1...50).map { 100 + $0 })
        #expect(result.records.map(\.number) == Array(1...50))
        #expect(result.outcome.records == 50)
        #expect(Set(result.records.map(\.exporter)) == [address("192.0.2.1")])
        #expect(Set(result.records.map(\.flowProtocol)) == [.sflow5])
    }

    @Test("counter, discard and unknown samples between flow samples change no flow")
    func mixed() {
        var datagram = SFlowDatagram()
        for number in 1...40 {
            datagram.add(sample(number))
            switch number % 4 {
            case 1: datagram.addCounters(interface: 1, inOctets: 1, outOctets: 2)
            case 2: datagram.addDiscard(input: 1, output: 0, reason: 3)
            case 3: datagram.addSample(77, [1, 2, 3, 4])
            default: break
            }
        }
        let result = decode(datagram.octets)
        #expect(result.records.map(\.octets) == (1...40).map { 100 + $0 })
        #expect(result.records.map(\.number) == Array(1...40))
        #expect(result.outcome.counterSamples == 10)
        #expect(result.outcome.discardSamples == 10)
        #expect(result.reasons.isEmpty)
    }

    @Test("a datagram cut anywhere keeps the flows whose packets were read", arguments: [1, 20])
    func cut(before: Int) {
        var datagram = SFlowDatagram()
        for number in 1...before { datagram.add(sample(number)) }
        let whole = datagram.octets.count
        datagram.add(sample(before + 1))
        let all = datagram.octets
        for end in whole..<all.count {
            let result = decode(Array(all[..<end]))
            // The last octets of the record are padding, or of no use.
            let isRead = result.records.count == before + 1
            #expect(isRead || result.records.count == before, "cut at \(end)")
            #expect(
                result.records.map(\.octets) == (1...result.records.count).map { 100 + UInt64($0) }
            )
            #expect(result.outcome.records == result.records.count)
        }
    }

    @Test("a sample cut in its head takes no flow from the sample before it")
    func cutHead() {
        var datagram = SFlowDatagram()
        // Of a format that says nothing of the packet: a flow without octets.
        var silent = Sample()
        silent.addRecord(0x8000_0001) { $0.write32(0) }
        datagram.add(silent)
        let whole = datagram.octets.count
        datagram.add(sample(1))
        let result = decode(Array(datagram.octets[..<(whole + 24)]))
        #expect(result.records.count == 1)
        #expect(result.records.first?.has(.octets) == false)
        #expect(result.reasons == [.truncated])
    }

    @Test("a sample too short for its head is a problem, the next is read")
    func shortHead() {
        var datagram = SFlowDatagram()
        datagram.addSample(1, [UInt8](repeating: 0, count: 28))
        datagram.addSample(3, [UInt8](repeating: 0, count: 40))
        datagram.add(sample(7))
        let result = decode(datagram.octets)
        #expect(result.records.map(\.octets) == [107])
        #expect(result.reasons == [.truncated, .truncated])
    }
}
