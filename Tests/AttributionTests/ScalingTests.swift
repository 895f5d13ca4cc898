// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@testable import Attribution

@Suite("Scaling")
struct ScalingTests {
    private func record(octets: UInt64, packets: UInt64) -> FlowRecord {
        var record = FlowRecord()
        record.octets = octets
        record.packets = packets
        return record
    }

    @Test("what the exporter says of its rate is trusted before the configuration")
    func precedence() {
        var exporter = Exporter(name: "er1")
        var record = record(octets: 1, packets: 1)
        #expect(Scaling.rate(of: record, from: ExporterTraits(exporter)) == (.one, .assumed))
        exporter.defaultRate = SamplingRate(1000)
        #expect(
            Scaling.rate(of: record, from: ExporterTraits(exporter)) == (
                SamplingRate(1000), .configured
            )
        )
        record.samplingRate = SamplingRate(512)
        record.samplingSource = .options
        #expect(
            Scaling.rate(of: record, from: ExporterTraits(exporter)) == (
                SamplingRate(512), .options
            )
        )
        exporter.overrideRate = SamplingRate(2)
        #expect(
            Scaling.rate(of: record, from: ExporterTraits(exporter)) == (
                SamplingRate(2), .configured
            )
        )
    }

    @Test("of frames the Ethernet headers and tags are taken off, of IP packets nothing")
    func frames() throws {
        var record = record(octets: 1_000, packets: 10)
        record.known = [.source]
        record.octetsBasis = .layer2
        #expect(Scaling.octets(of: record) == (860, true))
        record.known.insert(.vlan)
        #expect(Scaling.octets(of: record) == (860, true))
        record.vlan = 7
        #expect(Scaling.octets(of: record) == (820, true))
        record.vlans = WordRange(start: 0, count: 2)
        #expect(Scaling.octets(of: record) == (780, true))
        let measure = try #require(Scaling.measure(record, at: SamplingRate(10)))
        #expect(measure.octets == 7_800 && measure.unscaledOctets == 780)
        record.packets = .max
        #expect(Scaling.octets(of: record) == (0, true))
        record.packets = 0
        #expect(Scaling.octets(of: record) == (1_000, false))
        // Without IP the frame is what counts.
        record.known = []
        #expect(Scaling.octets(of: record) == (1_000, false))
        (record.known, record.octetsBasis) = ([.source], .total)
        #expect(Scaling.octets(of: record) == (1_000, false))
    }

    @Test("what was not sampled has no variance")
    func unsampled() throws {
        let measure = try #require(Scaling.measure(record(octets: 1500, packets: 1), at: .one))
        #expect(measure.variance == 0)
    }

    @Test("a sampled packet has the variance of independent sampling, N(N-1)s^2")
    func sampled() throws {
        let rate = SamplingRate(1000)
        let measure = try #require(Scaling.measure(record(octets: 1000, packets: 1), at: rate))
        #expect(measure.octets == 1_000_000)
        #expect(measure.variance == 1000 * 999 * 1_000_000)
    }

    @Test("several samples in a record have at most the variance of full-sized packets")
    func several() throws {
        let rate = SamplingRate(10)
        let measure = try #require(Scaling.measure(record(octets: 3000, packets: 10), at: rate))
        #expect(measure.variance == 90 * 3000 * 1500)
    }

    @Test("jumbo frames have the variance of their own size")
    func jumbo() throws {
        let rate = SamplingRate(10)
        let measure = try #require(Scaling.measure(record(octets: 90_000, packets: 10), at: rate))
        #expect(measure.variance == 90 * 90_000 * 9000)
    }

    @Test("what no link can carry is no volume")
    func implausible() {
        let most = Scaling.mostOctetsPerRecord
        #expect(Scaling.measure(record(octets: most, packets: 1), at: .one) != nil)
        #expect(Scaling.measure(record(octets: most + 1, packets: 1), at: .one) == nil)
        #expect(Scaling.measure(record(octets: .max, packets: 1), at: SamplingRate(9)) == nil)
        #expect(Scaling.measure(record(octets: 1, packets: .max), at: .one) == nil)
    }
}
