// SPDX-License-Identifier: Apache-2.0

import Analysis
import Model
import Testing

@Suite("PathHygiene")
struct PathHygieneTests {
    struct Sample: CustomTestStringConvertible, Sendable {
        let name: String
        let segments: [(ASPath.SegmentKind, [UInt32])]
        var originAS: UInt32 = 0
        let hops: [UInt32]
        let origin: UInt32?

        var testDescription: String { name }

        var path: ASPath {
            var path = ASPath()
            for (kind, members) in segments { path.append(kind, members.map(ASN.init(rawValue:))) }
            return path
        }
    }

    static let samples: [Sample] = [
        Sample(
            name: "a plain path",
            segments: [(.sequence, [174, 3320, 15169])],
            hops: [174, 3320, 15169],
            origin: 15169
        ),
        Sample(
            name: "prepends are collapsed",
            segments: [(.sequence, [174, 174, 174, 15169, 15169])],
            hops: [174, 15169],
            origin: 15169
        ),
        Sample(
            name: "we and our siblings are not on the way",
            segments: [(.sequence, [100, 174, 101, 15169])],
            hops: [174, 15169],
            origin: 15169
        ),
        Sample(
            name: "a route server is not on the way",
            segments: [(.sequence, [9000, 3320, 15169])],
            hops: [3320, 15169],
            origin: 15169
        ),
        Sample(
            name: "a confederation is inside an AS",
            segments: [(.confederationSequence, [65010, 65011]), (.sequence, [174, 15169])],
            hops: [174, 15169],
            origin: 15169
        ),
        Sample(
            name: "a set hides the origin",
            segments: [(.sequence, [174, 3320]), (.set, [15169, 8075])],
            hops: [174, 3320],
            origin: nil
        ),
        Sample(
            name: "a set hides what follows it",
            segments: [(.sequence, [174]), (.set, [15169, 8075]), (.sequence, [13335])],
            hops: [174],
            origin: nil
        ),
        Sample(
            name: "a set of one is that AS",
            segments: [(.sequence, [174, 3320]), (.set, [15169])],
            hops: [174, 3320, 15169],
            origin: 15169
        ),
        Sample(
            name: "an AS that comes twice is counted once",
            segments: [(.sequence, [174, 3320, 174, 15169])],
            hops: [174, 3320, 15169],
            origin: 15169
        ),
        Sample(
            name: "without a path the exporter's origin counts",
            segments: [],
            originAS: 15169,
            hops: [15169],
            origin: 15169
        ),
        Sample(
            name: "our own address has no origin abroad",
            segments: [],
            originAS: 100,
            hops: [],
            origin: nil
        ),
        Sample(name: "nothing known", segments: [], hops: [], origin: nil),
    ]

    static let hygiene = PathHygiene(
        own: [ASN(rawValue: 100), ASN(rawValue: 101)],
        routeServers: [ASN(rawValue: 9000)]
    )

    @Test("a path is cleaned", arguments: samples)
    func clean(_ sample: Sample) {
        let clean = Self.hygiene.clean(
            sample.path,
            originAS: ASN(rawValue: sample.originAS)
        )
        #expect(clean.hops.map(\.rawValue) == sample.hops)
        #expect(clean.origin?.rawValue == sample.origin)
    }

    @Test("ASes of a group count as its first, whichever way they come")
    func groups() {
        var inventory = Inventory()
        let asns = [15169, 36040, 19527].map { ASN(rawValue: $0) }
        inventory.groups = [.init(id: "content", asns: asns)]
        let hygiene = PathHygiene(inventory)
        func hops(_ numbers: UInt32...) -> [UInt32] {
            hygiene.clean(ASPath(sequence: numbers.map { ASN(rawValue: $0) })).hops.map(\.rawValue)
        }
        #expect(hops(174, 36040) == [174, 15169])
        #expect(hops(174, 36040, 15169, 19527) == [174, 15169])
        #expect(hops(15169, 174) == [15169, 174])
        let origin = hygiene.clean(ASPath(), originAS: ASN(rawValue: 19527)).origin
        #expect(origin == ASN(rawValue: 15169))
    }

    @Test("members of our confederation are ours, also in a plain sequence, and so is its number")
    func confederation() {
        var inventory = Inventory()
        inventory.network.asns = [ASN(rawValue: 65_010)]
        inventory.network.confederation = Confederation(
            identifier: ASN(rawValue: 100),
            members: [ASN(rawValue: 65_010), ASN(rawValue: 65_011)]
        )
        let path = ASPath(sequence: [65_011, 100, 174, 15_169].map { ASN(rawValue: $0) })
        let clean = PathHygiene(inventory).clean(path)
        #expect(clean.hops.map(\.rawValue) == [174, 15_169])
        #expect(clean.reserved == [])
    }

    @Test("numbers that are no network's are named and stay on the way")
    func marked() {
        let numbers: [UInt32] = [174, 23_456, 64_512, 64_500, 15_169]
        let clean = Self.hygiene.clean(ASPath(sequence: numbers.map { ASN(rawValue: $0) }))
        #expect(clean.hops.map(\.rawValue) == numbers)
        #expect(clean.reserved.map(\.rawValue) == [23_456, 64_512])
    }

    @Test(
        "reserved, private and documentation numbers are nobody's to ask",
        arguments: [
            0, 23_456, 64_496, 64_511, 64_512, 65_534, 65_535, 65_536, 65_551, 4_200_000_000,
            4_294_967_294, 4_294_967_295,
        ] as [UInt32]
    )
    func reserved(_ number: UInt32) {
        #expect(!Self.hygiene.canBeCandidate(ASN(rawValue: number)))
    }

    @Test(
        "the numbers beside them are",
        arguments: [1, 23_455, 23_457, 64_495, 65_552, 4_199_999_999] as [UInt32]
    )
    func ordinary(_ number: UInt32) {
        #expect(Self.hygiene.canBeCandidate(ASN(rawValue: number)))
    }

    @Test("in an example network, documentation numbers stand for real ones; private do not")
    func example() {
        let hygiene = PathHygiene(own: [ASN(rawValue: 64_500)], routeServers: [])
        #expect(hygiene.canBeCandidate(ASN(rawValue: 64_501)))
        #expect(hygiene.canBeCandidate(ASN(rawValue: 65_540)))
        #expect(!hygiene.canBeCandidate(ASN(rawValue: 64_512)))
        #expect(!hygiene.canBeCandidate(ASN(rawValue: 65_535)))
    }
}
