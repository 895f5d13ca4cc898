// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import Testing
import Wire

@Suite("MRTDecoder")
struct MRTDecoderTests {
    /// One thing that was handed on: "198.51.100.7 AS64500 +203.0.113.0/24 path 64500 via
    /// 192.0.2.1".
    private struct Result {
        var lines: [String] = []
        var statistics = MRTStatistics()
        var times: [Int64] = []
    }

    /// Reads records of `(type, subtype, body)`, all of 2001-09-09 01:46:40 UTC.
    private func read(_ records: (type: UInt16, subtype: UInt16, body: String)...) -> Result {
        var decoder = MRTDecoder()
        var result = Result()
        for record in records {
            let body = hex(record.body)
            let numbers = [UInt8(record.type), 0, UInt8(record.subtype)]
            let length = [UInt8(body.count >> 8), UInt8(body.count & 255)]
            let octets = hex("3b9aca00 00") + numbers + [0, 0] + length + body
            var reader = WireReader(octets.span, as: "MRT header")
            guard let header = try? MRTHeader(&reader) else { continue }
            var lines: [String] = []
            var times: [Int64] = []
            decoder.decode(header, &reader) { peer, update in
                let from = "\(peer.source.name) \(peer.source.asn)"
                for route in update.withdrawn { lines.append("\(from) -\(route.prefix)") }
                let hop = update.attributes.nextHop.map { "\($0)" } ?? "nowhere"
                let how = "path \(update.attributes.asPath) via \(hop)"
                for route in update.announced {
                    let identifier = route.pathIdentifier
                    let suffix = identifier == 0 ? "" : " id \(identifier)"
                    lines.append("\(from) +\(route.prefix)\(suffix) \(how)")
                }
                times.append(update.time)
            } stateChanged: { peer, change in
                let from = "\(peer.source.name) \(peer.source.asn)"
                lines.append("\(from) state \(change.old) to \(change.new)")
                times.append(change.time)
            }
            result.lines += lines
            result.times += times
        }
        result.statistics = decoder.statistics
        return result
    }

    /// Two peers: 198.51.100.7 in AS64500 (two octets), 2001:db8::7 in AS4200000000.
    private static let peers = """
        c0000201 0003 616263 0002 \
        00 0a000001 c6336407 fbf4 \
        03 0a000002 20010db8000000000000000000000007 fa56ea00
        """
    private static let attributes = Attribute.mandatory  // 20 octets
    private static let entry = "0000 3b9aca01 0014 \(attributes)"

    @Test("a table dump: each entry is a route of its peer, at the time it was learned")
    func tableDumpV2() {
        let rib = "00000000 18 cb0071 0002 \(Self.entry) 0001 3b9aca02 0014 \(Self.attributes)"
        let result = read((13, 1, Self.peers), (13, 2, rib))
        #expect(
            result.lines == [
                "198.51.100.7 AS64500 +203.0.113.0/24 path 64500 via 192.0.2.1",
                "2001:db8::7 AS4200000000 +203.0.113.0/24 path 64500 via 192.0.2.1",
            ]
        )
        #expect(result.times == [1_000_000_001_000_000_000, 1_000_000_002_000_000_000])
        #expect(result.statistics.tableRoutes == 2)
        #expect(result.statistics.malformed == [:])
    }

    @Test("the next hop of IPv6 stands alone (RFC 6396, section 4.3.4), or as some write it, whole")
    func nextHop() {
        let common = "\(Attribute.origin) \(Attribute.asPath)"
        let bare = "80 0e 11 10 20010db8000000000000000000000001 \(common)"
        let whole = "80 0e 15 0002 01 10 20010db8000000000000000000000001 00 \(common)"
        let pair = """
            80 0e 21 20 20010db8000000000000000000000001 fe800000000000000000000000000001 \(common)
            """
        for attributes in [bare, whole, pair] {
            let octets = hex(attributes)
            let size = String(octets.count + 0x10000, radix: 16).dropFirst()
            let rib = "00000000 20 20010db8 0001 0001 3b9aca01 \(size) \(attributes)"
            #expect(
                read((13, 1, Self.peers), (13, 4, rib)).lines == [
                    "2001:db8::7 AS4200000000 +2001:db8::/32 path 64500 via 2001:db8::1"
                ]
            )
        }
    }

    @Test("with ADD-PATH an entry has a path identifier (RFC 8050, section 4)")
    func addPath() {
        let rib = "00000000 18 cb0071 0001 0000 3b9aca01 00000009 0014 \(Self.attributes)"
        #expect(
            read((13, 1, Self.peers), (13, 8, rib)).lines == [
                "198.51.100.7 AS64500 +203.0.113.0/24 id 9 path 64500 via 192.0.2.1"
            ]
        )
    }

    @Test("an entry that cannot be read is counted, the others are read")
    func brokenEntry() {
        let broken = "0000 3b9aca01 0004 40 01 01 03"
        let stranger = "0007 3b9aca01 0014 \(Self.attributes)"
        let rib = "00000000 18 cb0071 0003 \(broken) \(stranger) \(Self.entry)"
        let result = read((13, 1, Self.peers), (13, 2, rib))
        #expect(result.lines.count == 1)
        #expect(
            result.statistics.malformed == [
                "route with ORIGIN: value": 1, "peer not in PEER_INDEX_TABLE": 1,
            ]
        )
    }

    @Test(
        "a record that cannot be read is counted, the next is read",
        arguments: [
            "00000000 21 cb0071", "00000000 18 cb0071 0002 \(entry)", "00000000 18 cb0071 ffff",
            "00",
        ]
    )
    func brokenRecord(_ body: String) {
        let rib = "00000000 18 cb0071 0001 \(Self.entry)"
        let result = read((13, 1, Self.peers), (13, 2, body), (13, 2, rib))
        #expect(result.lines.last?.contains("+203.0.113.0/24 path 64500") == true)
        #expect(result.statistics.malformed.values.reduce(0, +) == 1)
    }

    @Test("a session that goes down says so, with its peer and time (RFC 6396, section 4.4.1)")
    func stateChanges() {
        let four = "0000fbf4 0000fbf5 0000 0001 c6336407 c6336401"
        let two = "fbf4 fbf5 0000 0001 c6336407 c6336401"
        let result = read(
            (16, 5, "\(four) 0006 0001"),
            (17, 0, "000003e8 \(two) 0006 0003"),
            (5, 3, "fbf4 c6336407 0006 0001")
        )
        #expect(
            result.lines == [
                "198.51.100.7 AS64500 state 6 to 1", "198.51.100.7 AS64500 state 6 to 3",
                "198.51.100.7 AS64500 state 6 to 1",
            ]
        )
        let second: Int64 = 1_000_000_000_000_000_000
        #expect(result.times == [second, second + 1_000_000, second])
        #expect(MRTStateChange(time: 0, old: 6, new: 1).isDown)
        #expect(!MRTStateChange(time: 0, old: 5, new: 6).isDown)
    }

    @Test("a message is from the peer of the table dump, whose BGP identifier it does not have")
    func samePeer() {
        var decoder = MRTDecoder()
        var sources: [RouteSource] = []
        let message = "\(Self.marker) 002f 02 0000 0014 \(Self.attributes) 18 cb0071"
        let large =
            "5ba0 fbf5 0000 0002 20010db8000000000000000000000007 "
            + String(
                repeating: "0",
                count: 32
            )
        let records: [(UInt16, UInt16, String)] = [
            (13, 1, Self.peers), (13, 2, "00000000 18 cb0071 0001 \(Self.entry)"),
            (16, 4, "0000fbf4 0000fbf5 0000 0001 c6336407 c6336401 \(message)"),
            (
                16, 1,
                "fbf4 fbf5 0000 0001 c6336407 c6336401 \(Self.marker) 001b 02 0004 18 cb0071 0000"
            ),
            (16, 1, "\(large) \(Self.marker) 001b 02 0004 18 cb0071 0000"),
        ]
        for (type, subtype, text) in records {
            let body = hex(text)
            let length = [UInt8(body.count >> 8), UInt8(body.count & 255)]
            let octets =
                hex("3b9aca00") + [0, UInt8(type), 0, UInt8(subtype), 0, 0] + length + body
            var reader = WireReader(octets.span, as: "MRT header")
            guard let header = try? MRTHeader(&reader) else { continue }
            decoder.decode(header, &reader) { peer, _ in
                sources.append(peer.source)
            } stateChanged: { _, _ in
            }
        }
        #expect(sources.map(\.routerID) == [0x0a00_0001, 0x0a00_0001, 0x0a00_0001, 0x0a00_0002])
        #expect(Set(sources).count == 2)
        #expect(sources.last?.asn == ASN(rawValue: 4_200_000_000))
        #expect(sources.allSatisfy { $0.rib == .file && $0.weight == 50 })
        #expect(decoder.peers.all.map(\.number) == [0, 1])
    }

    @Test("a table dump that comes behind the messages does not make a second source")
    func laterDump() {
        let session = "0000fbf4 0000fbf5 0000 0001 c6336407 c6336401"
        var decoder = MRTDecoder()
        var sources: Set<RouteSource> = []
        let rib = "00000000 18 cb0071 0001 \(Self.entry)"
        let state = "\(session) 0003 0006"
        for (type, subtype, text) in [(16, 5, state), (13, 1, Self.peers), (13, 2, rib)] {
            let body = hex(text)
            let octets =
                hex("3b9aca00") + [0, UInt8(type), 0, UInt8(subtype), 0, 0, 0, UInt8(body.count)]
                + body
            var reader = WireReader(octets.span, as: "MRT header")
            guard let header = try? MRTHeader(&reader) else { continue }
            decoder.decode(header, &reader) { peer, _ in
                sources.insert(peer.source)
            } stateChanged: { peer, _ in
                sources.insert(peer.source)
            }
        }
        #expect(sources.count == 1)
    }

    @Test("routes of other families and kinds are passed over and counted")
    func skipped() {
        let result = read((13, 3, "00"), (13, 6, "00"), (11, 0, "00"), (48, 0, "00"), (16, 6, ""))
        #expect(result.lines == [])
        #expect(result.statistics.skipped == 5)
        let kinds = result.statistics.skippedRecords
        #expect(kinds[MRTKind(type: 13, subtype: 6)] == 1)
        #expect(
            kinds.keys.map { "\($0)" }.sorted() == [
                "RIB_GENERIC", "RIB_IPV4_MULTICAST", "type 11, subtype 0", "type 16, subtype 6",
                "type 48, subtype 0",
            ]
        )
        #expect(result.statistics.records == 5)
    }

    @Test("the old TABLE_DUMP has two-octet AS numbers, and AS4_PATH counts")
    func tableDump() {
        let attributes = "40 01 01 00 40 02 06 02 02 fbf4 5ba0 40 03 04 c0000201"
        let four = "c0 11 0a 02 02 0000fbf4 fa56ea00"
        let record = "0000 0000 cb007100 18 01 3b9aca01 c6336407 fbf4 0021 \(attributes) \(four)"
        let size = hex(attributes + four).count
        #expect(size == 0x21)
        #expect(
            read((12, 1, record)).lines == [
                "198.51.100.7 AS64500 +203.0.113.0/24 path 64500 4200000000 via 192.0.2.1"
            ]
        )
    }

    private static let marker = String(repeating: "f", count: 32)

    @Test("messages of a session, with seconds or microseconds (RFC 6396, sections 4.4 and 3)")
    func messages() {
        let message = "\(Self.marker) 002f 02 0000 0014 \(Self.attributes) 18 cb0071"
        let session = "0000fbf4 0000fbf5 0000 0001 c6336407 c6336401"
        let result = read(
            (16, 4, "\(session) \(message)"),
            (17, 4, "000003e8 \(session) \(message)")
        )
        let line = "198.51.100.7 AS64500 +203.0.113.0/24 path 64500 via 192.0.2.1"
        #expect(result.lines == [line, line])
        #expect(result.times == [1_000_000_000_000_000_000, 1_000_000_000_001_000_000])
        #expect(result.statistics.updates == 2)
    }

    @Test("a session of two-octet AS numbers, and a withdrawal over IPv6")
    func twoOctets() {
        let message = "\(Self.marker) 001b 02 0004 18 cb0071 0000"
        let session = """
            fbf4 fbf5 0000 0002 20010db8000000000000000000000007 20010db8000000000000000000000001
            """
        let result = read((16, 1, "\(session) \(message)"))
        #expect(result.lines == ["2001:db8::7 AS64500 -203.0.113.0/24"])
    }

    @Test("state changes and messages that announce nothing are told apart")
    func otherMessages() {
        let session = "0000fbf4 0000fbf5 0000 0001 c6336407 c6336401"
        let result = read(
            (16, 5, "\(session) 0003 0006"),
            (16, 4, "\(session) \(Self.marker) 0013 04"),
            (16, 4, "\(session) \(Self.marker) 0010 04"),
            (16, 4, "\(session) \(Self.marker) 0017 02 0003 0000")
        )
        #expect(result.lines == ["198.51.100.7 AS64500 state 3 to 6"])
        #expect(result.statistics.stateChanges == 1)
        #expect(result.statistics.skipped == 1)
        #expect(
            result.statistics.malformed == [
                "malformed BGP4MP": 1,
                "UPDATE: UPDATE Message Error/Malformed Attribute List": 1,
            ]
        )
    }

    @Test("the deprecated BGP type of 1999 is read, too")
    func deprecated() {
        let attributes = "40 01 01 00 40 02 04 02 01 fbf4 40 03 04 c0000201"
        let record = "fbf4 c6336407 fbf5 c6336401 0000 0012 \(attributes) 18 cb0071"
        #expect(
            read((5, 1, record)).lines == [
                "198.51.100.7 AS64500 +203.0.113.0/24 path 64500 via 192.0.2.1"
            ]
        )
    }

    @Test("no octet changed and no cut makes the decoder do anything but read or count")
    func mutations() {
        let rib = "00000000 18 cb0071 0002 \(Self.entry) 0001 3b9aca02 0014 \(Self.attributes)"
        let message = "\(Self.marker) 002f 02 0000 0014 \(Self.attributes) 18 cb0071"
        let session = "0000fbf4 0000fbf5 0000 0001 c6336407 c6336401"
        let records: [(UInt16, UInt16, [UInt8])] = [
            (13, 1, hex(Self.peers)), (13, 2, hex(rib)), (13, 4, hex(rib)), (13, 8, hex(rib)),
            (12, 1, hex("0000 0000 cb007100 18 01 3b9aca01 c6336407 fbf4 0014 \(Self.attributes)")),
            (16, 4, hex("\(session) \(message)")), (17, 9, hex("00000000 \(session) \(message)")),
            (5, 1, hex("fbf4 c6336407 fbf5 c6336401 0000 0014 \(Self.attributes) 18 cb0071")),
        ]
        var decoder = MRTDecoder()
        var delivered = 0
        var count = 0
        func run(_ type: UInt16, _ subtype: UInt16, _ body: [UInt8]) {
            let start = hex("3b9aca00 00") + [UInt8(type), 0, UInt8(subtype), 0, 0, 0, 0]
            let octets = start + body
            var reader = WireReader(octets.span, as: "MRT header")
            guard let header = try? MRTHeader(&reader) else { return }
            decoder.decode(header, &reader) { _, _ in
                delivered += 1
            } stateChanged: { _, _ in
                delivered += 1
            }
            count += 1
        }
        for (type, subtype, body) in records {
            for length in 0...body.count { run(type, subtype, Array(body[..<length])) }
            for index in body.indices {
                for value in [0, 1, 0x7f, 0x80, 0xff, body[index] ^ 0x10] {
                    run(13, 1, hex(Self.peers))
                    var octets = body
                    octets[index] = value
                    run(type, subtype, octets)
                }
            }
        }
        #expect(decoder.statistics.records == count)
        #expect(delivered > 0)
        #expect(!decoder.statistics.malformed.isEmpty)
    }
}
