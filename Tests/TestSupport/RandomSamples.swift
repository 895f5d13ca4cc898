// SPDX-License-Identifier: Apache-2.0

import Model

/// sFlow samples drawn at random.
package enum RandomSamples {
    /// A flow sample of which every field is decided.
    package static func flow(_ random: inout SeededRandom) -> SFlowEncoder.Sample {
        var sample = SFlowEncoder.Sample()
        drawPacket(&sample, &random)
        drawInterfaces(&sample, &random)
        if random.isTrue() { drawRoute(&sample, &random) }
        for _ in 0..<random.number(below: 3) {
            sample.others.append((random.one(of: inert), random.octets(random.number(below: 40))))
        }
        return sample
    }

    /// Formats of flow records that say nothing of a flow record: user, URL, NAT, MPLS tunnel,
    /// VC, FTN and LDP FEC, and those of others.
    private static let inert: [UInt32] = [
        1004, 1005, 1007, 1008, 1009, 1010, 1011, 2207, 4413 << 12 | 1, 8800 << 12 | 2,
    ]

    /// Formats of flow records, all of them and some that are none.
    private static let formats: [UInt32] =
        inert + [2, 3, 4, 1001, 1002, 1003, 1006, 1012] + Array(1013...1042) + [2100, 0xffff_ffff]

    /// Formats of counter records, with their lengths.
    private static let counterFormats: [(format: UInt32, octets: Int)] = [
        (1, 88), (2, 52), (3, 72), (4, 80), (5, 28), (6, 40), (7, 20), (1001, 28), (2003, 52),
    ]

    private static func word(_ random: inout SeededRandom, octets: Int = 4) -> UInt32 {
        UInt32(truncatingIfNeeded: random.number(octets: octets))
    }

    private static func drawPacket(
        _ sample: inout SFlowEncoder.Sample,
        _ random: inout SeededRandom
    ) {
        let isIPv4 = random.isTrue()
        sample.record.flowProtocol = .sflow5
        sample.record.samplingRate =
            SamplingRate(UInt64(random.number(below: 100_000) + 1), per: 1) ?? .one
        sample.record.samplingSource = .header
        sample.record.packets = 1
        sample.record.octets = UInt64(random.number(below: 8_900) + 64)
        sample.record.sourceMAC = MACAddress(rawValue: random.number(octets: 6))
        sample.record.destinationMAC = MACAddress(rawValue: random.number(octets: 6))
        sample.record.etherType = isIPv4 ? 0x0800 : 0x86dd
        sample.record.source = RandomTemplate.address(isIPv4, &random)
        sample.record.destination = RandomTemplate.address(isIPv4, &random)
        sample.record.ipProtocol = random.one(of: [6, 132, 136])
        // No port that a tunnel has.
        sample.record.sourcePort = UInt16(random.number(below: 1_000))
        sample.record.destinationPort = UInt16(random.number(below: 1_000))
        sample.record.known = [
            .packets, .octets, .sourceMAC, .destinationMAC, .etherType, .source, .destination,
            .ipProtocol, .sourcePort, .destinationPort,
        ]
        for _ in 0..<random.number(below: 3) {
            sample.vlans.append(UInt32(random.number(below: 4094) + 1))
        }
        guard let outer = sample.vlans.first else { return }
        sample.record.vlan = UInt16(outer)
        sample.record.known.insert(.vlan)
    }

    private static func drawInterfaces(
        _ sample: inout SFlowEncoder.Sample,
        _ random: inout SeededRandom
    ) {
        sample.isExpanded = random.isTrue()
        let octets = sample.isExpanded ? 4 : 3
        sample.record.ingressInterface = max(word(&random, octets: octets), 1)
        sample.record.known.insert(.ingressInterface)
        switch random.number(below: 6) {
        case 0: sample.record.egressKind = .local
        case 1: sample.record.egressKind = .discarded
        case 2: sample.record.egressKind = .multiple
        default:
            sample.record.egressInterface = max(word(&random, octets: octets), 1)
            sample.record.known.insert(.egressInterface)
        }
        sample.source = sample.record.ingressInterface
        sample.record.direction = .ingress
    }

    private static func drawRoute(
        _ sample: inout SFlowEncoder.Sample,
        _ random: inout SeededRandom
    ) {
        sample.record.nextHop = RandomTemplate.address(random.isTrue(), &random)
        sample.record.bgpNextHop = RandomTemplate.address(random.isTrue(), &random)
        sample.record.sourceAS = ASN(rawValue: word(&random))
        sample.record.sourcePeerAS = ASN(rawValue: word(&random))
        sample.record.localPreference = word(&random)
        sample.record.known.formUnion([
            .nextHop, .bgpNextHop, .sourceAS, .sourcePeerAS, .localPreference, .asPath,
            .communities,
        ])
        let members = (0..<random.number(below: 6) + 1).map { _ in word(&random) }
        sample.path = [(2, members)]
        sample.communities = (0..<random.number(below: 4)).map { _ in word(&random) }
        sample.record.destinationPeerAS = ASN(rawValue: members.first ?? 0)
        sample.record.destinationAS = ASN(rawValue: members.last ?? 0)
        sample.record.known.formUnion([.destinationAS, .destinationPeerAS])
    }

    /// Adds a sample of any kind, of any formats.
    package static func addAny(to datagram: inout SFlowDatagram, _ random: inout SeededRandom) {
        var sample = flow(&random)
        sample.sequence = datagram.sequence
        sample.pool = datagram.sequence &* 1_000
        let written: (format: UInt32, body: [UInt8])
        switch random.number(below: 8) {
        case 0:
            written = SFlowEncoder.counters(
                isExpanded: random.isTrue(),
                sequence: datagram.sequence,
                source: word(&random, octets: 2),
                records: (0..<random.number(below: 4)).map { _ in
                    let format = random.one(of: counterFormats)
                    return (format.format, random.octets(format.octets))
                }
            )
        case 1: written = SFlowEncoder.discarded(sample, reason: 256 + word(&random, octets: 1))
        case 2: written = (word(&random, octets: 2), random.octets(random.number(below: 64)))
        default:
            for _ in 0..<random.number(below: 3) {
                let body = random.octets(random.number(below: 64))
                sample.others.append((random.one(of: formats), body))
            }
            if random.isOne(in: 4) { sample.path = segments(&random) }
            written = SFlowEncoder.flow(sample)
        }
        datagram.addSample(written.format, written.body)
    }

    private static func segments(
        _ random: inout SeededRandom
    ) -> [(kind: UInt32, members: [UInt32])] {
        (0..<random.number(below: 5)).map { _ in
            let members = (0..<random.number(below: 5)).map { _ in word(&random) }
            return (UInt32(random.number(below: 4) + 1), members)
        }
    }
}
