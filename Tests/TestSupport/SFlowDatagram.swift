// SPDX-License-Identifier: Apache-2.0

package import Model

/// Builds sFlow version 5 datagrams.
package struct SFlowDatagram: Sendable {
    package var agent = address("192.0.2.100")
    package var subAgent: UInt32 = 0
    package var sequence: UInt32 = 1
    /// In milliseconds.
    package var uptime: UInt32 = 1_000
    /// What the header says; nil for the truth.
    package var claimedSamples: UInt32?
    private var samples: [[UInt8]] = []

    package init() {}

    /// Adds a sample as it is.
    package mutating func addSample(_ format: UInt32, _ body: [UInt8], claimedLength: Int? = nil) {
        samples.append(Self.record(format, body, claimedLength: claimedLength))
    }

    package mutating func add(_ sample: FlowSample) {
        addSample(sample.isExpanded ? 3 : 1, sample.octets)
    }

    /// A counter sample of the records given, in the compact form.
    package mutating func addCounters(
        source: UInt32,
        _ records: [(format: UInt32, body: [UInt8])],
        claimedLength: Int? = nil
    ) {
        var body = OctetWriter()
        body.write32(1)
        body.write32(source)
        body.write32(UInt32(records.count))
        for record in records {
            body.write(Self.record(record.format, record.body, claimedLength: claimedLength))
        }
        addSample(2, body.octets)
    }

    /// A sample of a discarded packet, with its first octets.
    package mutating func addDiscard(
        input: UInt32,
        output: UInt32,
        reason: UInt32,
        drops: UInt32 = 0,
        header: [UInt8] = [],
        claimedLength: Int? = nil
    ) {
        var body = OctetWriter()
        for value in [1, 0, input, drops, input, output, reason, 1] { body.write32(value) }
        var record = OctetWriter()
        for value in [1, 64, 4, UInt32(header.count)] { record.write32(value) }
        record.write(header)
        body.write(Self.record(1, record.octets, claimedLength: claimedLength))
        addSample(5, body.octets)
    }

    /// A counter sample of one generic interface record.
    package mutating func addCounters(interface: UInt32, inOctets: UInt64, outOctets: UInt64) {
        var counters = OctetWriter()
        counters.write32(interface)
        counters.write32(6)
        counters.write64(10_000_000_000)
        counters.write32(1)
        counters.write32(3)
        counters.write64(inOctets)
        for value: UInt32 in 1...6 { counters.write32(value) }
        counters.write64(outOctets)
        for value: UInt32 in 11...15 { counters.write32(value) }
        counters.write32(0)
        var body = OctetWriter()
        body.write32(1)
        body.write32(interface)
        body.write32(1)
        body.write(Self.record(1, counters.octets))
        addSample(2, body.octets)
    }

    /// Format, length and body, filled up to four octets.
    static func record(_ format: UInt32, _ body: [UInt8], claimedLength: Int? = nil) -> [UInt8] {
        var record = OctetWriter()
        record.write32(format)
        record.write32(UInt32(claimedLength ?? (body.count + 3) / 4 * 4))
        record.write(body)
        record.writeZeros((4 - body.count % 4) % 4)
        return record.octets
    }

    /// The UDP payload.
    package var octets: [UInt8] {
        var datagram = OctetWriter()
        datagram.write32(5)
        datagram.write32(agent.family == .ipv4 ? 1 : 2)
        datagram.write(agent)
        datagram.write32(subAgent)
        datagram.write32(sequence)
        datagram.write32(uptime)
        datagram.write32(claimedSamples ?? UInt32(samples.count))
        for sample in samples { datagram.write(sample) }
        return datagram.octets
    }

    /// A flow sample, compact or expanded.
    package struct FlowSample: Sendable {
        package var isExpanded = false
        /// Number of the sample among those of its source.
        package var sequence: UInt32 = 1
        /// Packets that could have been sampled, and samples there was no room for.
        package var pool: UInt32 = 0
        package var drops: UInt32 = 0
        /// ifIndex of the data source.
        package var source: UInt32 = 1
        package var rate: UInt32 = 1000
        /// As in the compact form: two bits of format, 30 of value.
        package var input: UInt32 = 1
        package var output: UInt32 = 2
        private var records: [[UInt8]] = []

        package init() {}

        /// Adds a flow record as it is.
        package mutating func addRecord(
            _ format: UInt32,
            claimedLength: Int? = nil,
            _ write: (inout OctetWriter) -> Void
        ) {
            var body = OctetWriter()
            write(&body)
            records.append(record(format, body.octets, claimedLength: claimedLength))
        }

        /// Adds the first octets of a packet.
        package mutating func addHeader(
            _ header: [UInt8],
            frame: Int,
            stripped: Int = 4,
            link: UInt32 = 1
        ) {
            addRecord(1) { body in
                body.write32(link)
                body.write32(UInt32(frame))
                body.write32(UInt32(stripped))
                body.write32(UInt32(header.count))
                body.write(header)
            }
        }

        package mutating func addIPv4(length: UInt32, from source: IPAddress, to: IPAddress) {
            addRecord(3) { body in
                body.write32(length)
                body.write32(17)
                body.write(source)
                body.write(to)
                for value: UInt32 in [53, 4000, 0, 0] { body.write32(value) }
            }
        }

        /// Adds an extended gateway record; a segment is a kind and its AS numbers.
        package mutating func addGateway(
            sourceAS: UInt32,
            sourcePeerAS: UInt32,
            segments: [(kind: UInt32, members: [UInt32])],
            communities: [UInt32] = []
        ) {
            addRecord(1003) { body in
                body.write32(1)
                body.write(address("203.0.113.9"))
                body.write32(64500)
                body.write32(sourceAS)
                body.write32(sourcePeerAS)
                body.write32(UInt32(segments.count))
                for segment in segments {
                    body.write32(segment.kind)
                    body.write32(UInt32(segment.members.count))
                    for member in segment.members { body.write32(member) }
                }
                body.write32(UInt32(communities.count))
                for community in communities { body.write32(community) }
                body.write32(150)
            }
        }

        private func record(_ format: UInt32, _ body: [UInt8], claimedLength: Int?) -> [UInt8] {
            SFlowDatagram.record(format, body, claimedLength: claimedLength)
        }

        var octets: [UInt8] {
            var body = OctetWriter()
            body.write32(sequence)
            if isExpanded { body.write32(0) }
            body.write32(source)
            body.write32(rate)
            body.write32(pool)
            body.write32(drops)
            for interface in [input, output] {
                if isExpanded { body.write32(interface >> 30) }
                body.write32(isExpanded ? interface & 0x3fff_ffff : interface)
            }
            body.write32(UInt32(records.count))
            for record in records { body.write(record) }
            return body.octets
        }
    }
}
