// SPDX-License-Identifier: Apache-2.0

import Model

extension VolumeStoreTests {
    /// A batch in which every field of every row has a value of its own, each list in order.
    ///
    /// The books do not balance; they need not, to be kept.
    static func everyField() -> FlushBatch {
        var batch = FlushBatch(id: "every field", collector: "fra", time: slot + 5)
        let plain = InterfaceKey(
            exporter: "er1.fra",
            interface: 0,
            direction: .ingress,
            family: .other
        )
        let full = InterfaceKey(
            exporter: "er1.fra",
            interface: .max,
            direction: .egress,
            family: .ipv6,
            rate: SamplingRate(10_001, per: 7) ?? .one,
            rateSource: .header
        )
        batch.interfaces = [fact(plain, 1), fact(full, 2)]

        let nothing = NeighborKey(interface: plain, evidence: Evidence())
        let everything = NeighborKey(interface: full, evidence: evidence())
        batch.neighbors = [fact(nothing, 3), fact(everything, 4)]

        var path = ASPath(sequence: [ASN(rawValue: 64500), ASN(rawValue: .max)])
        path.append(.set, [ASN(rawValue: 1), ASN(rawValue: 2)])
        batch.paths = [
            fact(PathKey(neighbor: nothing, asPath: ASPath(), originAS: .zero), 5),
            fact(PathKey(neighbor: everything, asPath: path, originAS: ASN(rawValue: .max)), 6),
        ]
        let ipv4 = IPPrefix(.v4(0xcb00_7100), length: 24)
        let ipv6 = IPPrefix(.v6(0x2001_0db8 << 96), length: 32)
        batch.prefixes = [
            fact(PrefixKey(interface: plain, prefix: nil), 7),
            fact(PrefixKey(interface: full, prefix: IPPrefix(.v4(0), length: 0)), 8),
            fact(PrefixKey(interface: full, prefix: ipv4), 9),
            fact(PrefixKey(interface: full, prefix: ipv6), 10),
        ]
        batch.ledgers = [
            LedgerFact(slot: slot, exporter: "", ledger: Ledger()),
            LedgerFact(slot: slot, exporter: "er1.fra", ledger: ledger()),
        ]
        batch.gaps = [Gap(from: slot - 60, to: slot, reason: "the collector was stopped")]
        batch.exporters = [exporterState(), unknownState()]
        batch.sessions = [
            SessionState(
                neighbor: "rr1",
                state: "established",
                since: slot - 3_600,
                ipv4Prefixes: 1_060_000,
                ipv6Prefixes: 230_000,
                lastError: "6/2: administrative shutdown"
            )
        ]
        batch.events = [
            OperationalEvent(time: slot - 1, kind: .collectorStarted),
            OperationalEvent(
                time: slot + 3,
                kind: .clockStepped,
                object: "fra",
                detail: "forward by 3600 s, 'as \"told\"' é"
            ),
        ]
        batch.interfaceNotes = [
            InterfaceNote(exporter: "er1.fra", index: 0, name: "", description: "é"),
            InterfaceNote(exporter: "er1.fra", index: .max, name: "et-0/0/1", description: ""),
        ]
        return batch
    }

    private static func exporterState() -> ExporterState {
        var state = ExporterState(
            name: "er1.fra",
            lastSeen: slot + 4,
            flowProtocol: .netflow9,
            rate: SamplingRate(10_001, per: 7) ?? .one,
            rateSource: .configured
        )
        state.address = .v6(0x2001_0db8 << 96 | 1)
        state.firstSeen = slot - 86_400
        state.isPending = true
        state.skewMilliseconds = -1_501
        state.restarts = 3
        return state
    }

    /// Of an exporter of which only what must be known is.
    private static func unknownState() -> ExporterState {
        ExporterState(
            name: "er2.ams",
            lastSeen: slot,
            flowProtocol: .sflow5,
            rate: .one,
            rateSource: .assumed
        )
    }

    private static func fact<Key>(_ key: Key, _ number: UInt64) -> Fact<Key> {
        let measure = Measure(
            octets: 1_000_000_000_000 + number,
            packets: 2_000_000 + number,
            unscaledOctets: 3_000 + number,
            unscaledPackets: 4 + number,
            variance: Double(number) + 0.5
        )
        return Fact(slot: slot, key: key, measure: measure)
    }

    private static func evidence() -> Evidence {
        var evidence = Evidence()
        evidence.vlan = 4_094
        evidence.remoteMAC = MACAddress(rawValue: 0x0200_5e10_0001)
        evidence.nextHop = .v6(0x2001_0db8 << 96 | 0xffff)
        evidence.nextHopIsFromRoute = true
        evidence.exportedPeerAS = ASN(rawValue: .max)
        evidence.routePeerAS = ASN(rawValue: 64500)
        evidence.routeSource = "rr1 'fra' é"
        evidence.routeIsStale = true
        evidence.staticPrefix = IPPrefix(.v4(0xc633_6400), length: 25)
        return evidence
    }

    private static func ledger() -> Ledger {
        var ledger = Ledger()
        ledger.datagrams = 101
        ledger.decoded = 102
        ledger.undecoded = [.truncated: 103, .unknownTemplate: 104]
        ledger.refused = [.unknownExporter: 105]
        ledger.errors = [.implausible: 106, .malformed: 0]
        ledger.records = 107
        ledger.receivedOctets = 108
        ledger.ingressOctets = 109
        ledger.originatedOctets = 110
        ledger.carriedInOctets = 111
        ledger.countedElsewhereInOctets = 112
        ledger.unattributedInOctets = [.orientation: 113]
        ledger.egressOctets = 114
        ledger.terminatedOctets = 115
        ledger.carriedOutOctets = 116
        ledger.discardedOctets = 117
        ledger.countedElsewhereOutOctets = 118
        ledger.unattributedOutOctets = [.orientation: 119, .multiple: 120]
        ledger.unknownNeighborOctets = 121
        ledger.clampedOctets = 122
        ledger.kernelDrops = 123
        ledger.sequenceLost = 124
        ledger.duplicates = 125
        ledger.lostRecords = 126
        ledger.samplesDropped = 127
        ledger.samplesLost = 128
        ledger.notSentFlows = 129
        ledger.notSentPackets = 130
        ledger.notSentOctets = 131
        ledger.convertedOctets = 132
        return ledger
    }
}
