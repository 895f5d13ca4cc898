// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import TestSupport
import Testing
import Wire

@Suite("MRTTableEncoder")
struct MRTTableEncoderTests {
    /// What our own reader finds in the records: sources with updates of one route each.
    private func read(
        _ octets: [UInt8]
    ) throws -> (
        routes: [(source: RouteSource, update: RouteUpdate)], subtypes: [UInt16],
        statistics: MRTStatistics
    ) {
        var decoder = MRTDecoder()
        var reader = WireReader(octets.span, as: "MRT header")
        var routes: [(source: RouteSource, update: RouteUpdate)] = []
        var subtypes: [UInt16] = []
        while !reader.isAtEnd {
            let header = try MRTHeader(&reader)
            #expect(header.isPlausible)
            subtypes.append(header.subtype)
            var record = try reader.read(octets: header.length, as: "MRT record")
            decoder.decode(header, &record) { peer, update in
                routes.append((peer.source, update))
            } stateChanged: { _, _ in
            }
        }
        return (routes, subtypes, decoder.statistics)
    }

    private func entry(
        _ peer: UInt16,
        _ attributes: PathAttributes = PathAttributes(),
        identifier: UInt32 = 0
    ) -> MRTTableEncoder.Entry {
        MRTTableEncoder.Entry(
            peer: peer,
            originated: 1_700_000_000,
            pathIdentifier: identifier,
            attributes: attributes
        )
    }

    @Test("what is written is read back, route by route", arguments: 1...6 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = RandomRoutes(seed: seed)
        var encoder = MRTTableEncoder(timestamp: 1_700_000_300)
        encoder.begin(view: "er1.fra", peers: random.sources)
        var expected: [(source: RouteSource, update: RouteUpdate)] = []
        for number in 0..<2_000 {
            let family: AddressFamily = number % 3 == 0 ? .ipv6 : .ipv4
            let prefix = random.prefix(family)
            var entries: [MRTTableEncoder.Entry] = []
            for _ in 0...random.number(below: 4) {
                let peer = Int(random.number(below: UInt64(random.sources.count)))
                let identifier = random.number(below: 4) == 0 ? random.number(below: 9) : 0
                let attributes = random.attributes(family)
                entries.append(
                    entry(UInt16(peer), attributes, identifier: UInt32(identifier))
                )
                var update = RouteUpdate(time: 1_700_000_000 * 1_000_000_000)
                update.announced = [.init(prefix, pathIdentifier: UInt32(identifier))]
                update.attributes = attributes
                var source = random.sources[peer]
                source.name = "\(source.address)"
                source.rib = .file
                source.weight = RIBKind.file.defaultWeight
                expected.append((source, update))
            }
            encoder.add(prefix, entries)
        }
        let (routes, _, statistics) = try read(encoder.takeRecords())
        #expect(statistics.malformed.isEmpty)
        #expect(encoder.entries == expected.count && encoder.leftOut == 0)
        try #require(routes.count == expected.count)
        for (found, wanted) in zip(routes, expected) {
            #expect(found.source == wanted.source)
            #expect(found.update == wanted.update)
        }
    }

    @Test("path identifiers are written where a peer has several paths, or has numbered its one")
    func subtypes() throws {
        var encoder = MRTTableEncoder(timestamp: 1)
        encoder.begin(view: "", peers: RandomRoutes(seed: 1).sources)
        let four = IPPrefix(.v4(0xc633_6400), length: 24)
        let six = IPPrefix(.v6(0x2001_0db8 << 96), length: 32)
        encoder.add(four, [entry(0), entry(1)])
        encoder.add(six, [entry(0)])
        encoder.add(four, [entry(0), entry(0, identifier: 1)])
        encoder.add(six, [entry(0, identifier: 7)])
        encoder.add(four, [entry(0), entry(0)])
        let (routes, subtypes, _) = try read(encoder.takeRecords())
        #expect(subtypes == [1, 2, 4, 8, 10, 8])
        #expect(routes.count == 8)
    }

    @Test("next hops of the other family, and none, are read back")
    func nextHops() throws {
        var encoder = MRTTableEncoder(timestamp: 1)
        encoder.begin(view: "", peers: RandomRoutes(seed: 1).sources)
        let hops: [IPAddress?] = [nil, .v4(0xc000_0201), .v6(0x2001_0db8 << 96 | 1)]
        let prefixes = [
            IPPrefix(.v4(0xc633_6400), length: 24), IPPrefix(.v6(0x2001_0db8 << 96), length: 32),
        ]
        var expected: [IPAddress?] = []
        for prefix in prefixes {
            for hop in hops {
                var attributes = PathAttributes()
                attributes.nextHop = hop
                encoder.add(prefix, [entry(0, attributes)])
                expected.append(hop)
            }
        }
        let (routes, _, statistics) = try read(encoder.takeRecords())
        #expect(routes.map(\.update.attributes.nextHop) == expected)
        #expect(statistics.malformed.isEmpty)
    }

    @Test("a route that two clusters reflected has a CLUSTER_LIST of two, by which it is compared")
    func clusters() {
        var attributes = PathAttributes()
        attributes.clusterCount = 2
        var encoder = MRTTableEncoder(timestamp: 1)
        encoder.begin(view: "", peers: RandomRoutes(seed: 1).sources)
        encoder.add(IPPrefix(.v4(0xc633_6400), length: 24), [entry(0, attributes)])
        #expect(encoder.takeRecords().suffix(11).elementsEqual(hex("80 0a 08 00000000 00000000")))
    }

    @Test("a path that was cut off for its length stays one of no known origin")
    func cutPath() throws {
        var attributes = PathAttributes()
        for _ in 0..<5 {
            attributes.asPath.append(.sequence, Array(repeating: ASN(rawValue: 64500), count: 204))
        }
        attributes.asPath.append(.sequence, Array(repeating: ASN(rawValue: 64501), count: 4))
        attributes.asPath.append(.set, [])
        var encoder = MRTTableEncoder(timestamp: 1)
        encoder.begin(view: "", peers: RandomRoutes(seed: 1).sources)
        encoder.add(IPPrefix(.v4(0xc633_6400), length: 24), [entry(0, attributes)])
        let (routes, _, statistics) = try read(encoder.takeRecords())
        #expect(routes.first?.update.attributes.asPath == attributes.asPath)
        #expect(routes.first?.update.attributes.asPath.originAS == nil)
        #expect(statistics.malformed.isEmpty)
    }

    @Test("attributes that fit no record are left out and counted, the others stay")
    func tooLong() throws {
        var attributes = PathAttributes()
        attributes.communities = Array(repeating: 1, count: 16_000)
        attributes.largeCommunities = Array(repeating: LargeCommunity(1, 2, 3), count: 200)
        var encoder = MRTTableEncoder(timestamp: 1)
        encoder.begin(view: "", peers: RandomRoutes(seed: 1).sources)
        let prefix = IPPrefix(.v4(0xc633_6400), length: 24)
        encoder.add(prefix, [entry(0), entry(1, attributes)])
        encoder.add(prefix, [entry(1, attributes)])
        #expect(encoder.leftOut == 2 && encoder.entries == 1)
        let (routes, subtypes, _) = try read(encoder.takeRecords())
        #expect(subtypes == [1, 2] && routes.count == 1)
    }

    @Test("a prefix with more paths than fit a record goes on in the next")
    func manyPaths() throws {
        var attributes = PathAttributes()
        attributes.communities = Array(repeating: 1, count: 15_000)
        var encoder = MRTTableEncoder(timestamp: 1)
        encoder.begin(view: "", peers: RandomRoutes(seed: 1).sources)
        let entries = (0..<256).map { entry(0, attributes, identifier: $0) }
        encoder.add(IPPrefix(.v4(0xc633_6400), length: 24), entries)
        let (routes, subtypes, _) = try read(encoder.takeRecords())
        #expect(routes.map { $0.update.announced.first?.pathIdentifier } == (0..<256).map { $0 })
        #expect(subtypes.count > 2 && subtypes.dropFirst().allSatisfy { $0 == 8 })
    }
}
