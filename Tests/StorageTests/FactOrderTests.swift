// SPDX-License-Identifier: Apache-2.0

import Model
import Storage
import Testing

@Suite("The order of rows")
struct FactOrderTests {
    @Test("any two different pieces of evidence have an order, and only one")
    func evidence() {
        let samples = Self.samples()
        for (i, a) in samples.enumerated() {
            for (j, b) in samples.enumerated() {
                #expect(a.precedes(b) == (i < j), "\(i) and \(j)")
            }
        }
    }

    @Test("keys differ first by exporter and last by where the rate came from")
    func interfaces() {
        let keys = [
            InterfaceKey(exporter: "a", interface: 2, direction: .egress, family: .ipv6),
            InterfaceKey(exporter: "b", interface: 1, direction: .egress, family: .ipv6),
            InterfaceKey(exporter: "b", interface: 2, direction: .ingress, family: .ipv6),
            InterfaceKey(exporter: "b", interface: 2, direction: .egress, family: .ipv4),
            InterfaceKey(
                exporter: "b",
                interface: 2,
                direction: .egress,
                family: .ipv4,
                rate: SamplingRate(2),
                rateSource: .options
            ),
            InterfaceKey(
                exporter: "b",
                interface: 2,
                direction: .egress,
                family: .ipv4,
                rate: SamplingRate(2),
                rateSource: .header
            ),
        ]
        for (i, a) in keys.enumerated() {
            for (j, b) in keys.enumerated() { #expect(a.precedes(b) == (i < j), "\(i) and \(j)") }
        }
    }

    @Test("nothing comes before something, and equals nothing")
    func optionals() {
        #expect(isBefore(nil, 1))
        #expect(!isBefore(1, nil))
        #expect(!isBefore(Int?.none, nil))
        #expect(isBefore(1, 2))
        #expect(!isBefore(2, 2))
    }

    /// In order; each differs from the one before in a field of less weight, or the other way.
    private static func samples() -> [Evidence] {
        var samples = [Evidence()]
        let changes: [(inout Evidence) -> Void] = [
            { $0.staticPrefix = IPPrefix(.v4(0), length: 8) },
            { $0.routeIsStale = true },
            { $0.routeSource = "rr1" },
            { $0.routePeerAS = ASN(rawValue: 1) },
            { $0.exportedPeerAS = ASN(rawValue: 1) },
            { $0.nextHopIsFromRoute = true },
            { $0.nextHop = .v4(1) },
            { $0.remoteMAC = MACAddress(rawValue: 1) },
            { $0.vlan = 1 },
        ]
        for change in changes {
            var next = Evidence()
            change(&next)
            samples.append(next)
        }
        return samples
    }
}
