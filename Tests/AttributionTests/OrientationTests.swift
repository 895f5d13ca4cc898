// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@testable import Attribution

@Suite("Orientation")
struct OrientationTests {
    private let ours = PrefixSet([IPPrefix("203.0.113.0/24")].compactMap { $0 })

    private func orientation(
        in input: UInt32?,
        out output: UInt32?,
        from source: String = "198.18.0.1",
        to destination: String = "198.18.0.2",
        direction: ObservationDirection = .unknown,
        kind: EgressKind = .interface
    ) -> Orientation {
        var record = FlowRecord()
        if let input {
            record.ingressInterface = input
            record.known.insert(.ingressInterface)
        }
        if let output {
            record.egressInterface = output
            record.known.insert(.egressInterface)
        }
        if let source = IPAddress(source), let destination = IPAddress(destination) {
            record.source = source
            record.destination = destination
            record.known.formUnion([.source, .destination])
        }
        record.direction = direction
        record.egressKind = kind
        return Orientation(record, observed: .ingress, ownPrefixes: ours)
    }

    @Test("two different interfaces are the two sides")
    func plain() {
        let found = orientation(in: 1, out: 2)
        #expect(found.ingress == .interface(1))
        #expect(found.egress == .interface(2))
        #expect(found.observed == .ingress)
    }

    @Test("between strangers equal interfaces are oriented by the record's direction")
    func byDirection() {
        let found = orientation(in: 5, out: 5, direction: .egress)
        #expect(found.egress == .interface(5))
        #expect(found.ingress == .inside)
        #expect(found.observed == nil)
    }

    @Test("which end is ours is surer than the record's direction, which softflowd makes up")
    func madeUp() {
        let found = orientation(in: 5, out: 5, to: "203.0.113.1", direction: .egress)
        #expect(found.ingress == .interface(5))
    }

    @Test("equal interfaces are oriented by which end is ours")
    func byPrefix() {
        #expect(orientation(in: 5, out: 5, to: "203.0.113.1").ingress == .interface(5))
        #expect(orientation(in: 5, out: 5, from: "203.0.113.1").egress == .interface(5))
    }

    @Test("with both ends ours, or neither, equal interfaces say nothing")
    func neither() {
        let strangers = orientation(in: 5, out: 5)
        #expect(strangers.ingress == .unattributed(.orientation))
        #expect(strangers.egress == .unattributed(.orientation))
        let both = orientation(in: 5, out: 5, from: "203.0.113.1", to: "203.0.113.2")
        #expect(both.ingress == .unattributed(.orientation))
    }

    @Test("without interfaces an oriented record is at interface 0")
    func absent() {
        #expect(orientation(in: nil, out: 0, to: "203.0.113.1").ingress == .interface(0))
    }

    @Test("the side of an absent interface is ours if its address is, and else not known")
    func oneAbsent() {
        #expect(orientation(in: 5, out: 0, to: "203.0.113.1").egress == .inside)
        #expect(orientation(in: 5, out: 0).egress == .unattributed(.interfaceAbsent))
        #expect(orientation(in: 0, out: 5, from: "203.0.113.1").ingress == .inside)
        #expect(orientation(in: 0, out: 5).ingress == .unattributed(.interfaceAbsent))
    }

    @Test("what sFlow says of the output is kept apart: local, discarded, multiple")
    func kinds() {
        #expect(orientation(in: 5, out: nil, kind: .local).egress == .inside)
        #expect(orientation(in: 5, out: nil, kind: .discarded).egress == .discarded)
        let multiple = orientation(in: 5, out: nil, kind: .multiple)
        #expect(multiple.egress == .unattributed(.multiple))
        #expect(multiple.ingress == .interface(5))
    }
}
