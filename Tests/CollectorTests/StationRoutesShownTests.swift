// SPDX-License-Identifier: Apache-2.0

import Model
import RouteReception
import Settings
import Testing

@testable import Collector

/// What people are shown of the routes that stations report.
@Suite("Routes of stations, as they are shown")
struct StationRoutesShownTests: StationSuite {
    @Test("lookup --all shows every path, best first, and what put it before the next")
    func lookup() async throws {
        let feed = feed()
        let other = source(.postPolicy, .v4(0xc633_6401))
        var longer = update(["198.18.1.0/24"])
        longer.attributes.asPath = ASPath(sequence: [64_603, 64_604].map(ASN.init(rawValue:)))
        feed.received(update(["198.18.1.0/24"], asn: 64_601), from: source(.prePolicy))
        feed.received(longer, from: other)
        feed.received(update(["198.18.1.0/24"], asn: 64_602), from: source(.postPolicy))
        await feed.settle()
        let query = RoutesQuery(live: feed)
        let address = IPAddress.v4(0xc612_0101)
        let text = query.lookup([address], all: true, .table)
        let lines = text.split(separator: "\n").map { String($0) }
        #expect(lines.count == 4)
        #expect(lines[1].contains("rib postPolicy") && lines[1].contains("best true"))
        #expect(lines[1].contains("beforeNext AS path length 1 before 2"))
        #expect(lines[2].contains("beforeNext weight 300 before 100"))
        #expect(lines[3].contains("rib prePolicy") && !lines[3].contains("beforeNext"))
        #expect(query.lookup([address], .table).split(separator: "\n").count == 1)
        #expect(query.summary(.jsonl).contains(#""source":"bmp""#))
    }

    @Test("lookup --all says what really decides: LLGR_STALE, CLUSTER_LIST, Adj-RIB-Out")
    func reasons() async throws {
        let feed = feed()
        let peers = (1...4 as ClosedRange<UInt32>).map { source(.postPolicy, .v4($0)) }
        var updates = peers.map { _ in update(["198.18.1.0/24"]) }
        updates[0].attributes.clusterCount = 2
        updates[0].announced[0].pathIdentifier = 7
        updates[1].attributes.clusterCount = 1
        updates[2].attributes.communities = [0xffff_0006]
        updates[2].attributes.localPreference = 500
        for (source, update) in zip(peers, updates) { feed.received(update, from: source) }
        feed.tableLost(peers[2], reason: "test")
        await feed.settle()
        let query = RoutesQuery(live: feed)
        let lines = query.lookup([.v4(0xc612_0101)], all: true, .table).split(separator: "\n")
            .map { String($0) }
        #expect(lines.count == 5)
        #expect(lines[1].contains("peer 0.0.0.4") && lines[1].contains("length 0 before 1"))
        #expect(lines[2].contains("beforeNext CLUSTER_LIST length 1 before 2"))
        #expect(lines[3].contains("beforeNext LLGR_STALE last"))
        #expect(lines[3].contains("pathIdentifier 7") && !lines[3].contains("stale"))
        #expect(lines[4].contains("peer 0.0.0.3") && lines[4].contains("stale true"))
        #expect(!lines[4].contains("pathIdentifier"), "there is none")
        let json = query.lookup([.v4(0xc612_0101)], all: true, .jsonl)
        #expect(json.contains(#""pathIdentifier":0"#) && json.contains(#""stale":true"#))
    }

    @Test("routes neighbors shows each station, and its tables behind it")
    func document() async throws {
        let feed = feed()
        feed.tableBegan(source(.postPolicy), [.ipv4])
        feed.received(update(["198.18.1.0/24"]), from: source(.postPolicy))
        await feed.settle()
        var standing = StationStanding(name: "er1", address: .v4(1))
        (standing.state, standing.peersUp, standing.systemName) = ("connected", 1, "er1.fra")
        standing.since = 1_767_225_600
        let document = NeighborsDocument(
            neighbors: [],
            sessions: [],
            standings: [],
            stations: StationsDocument(
                stations: settings().stations,
                standings: [standing],
                tables: feed.tables()
            )
        )
        #expect(
            document.text("table") == """
                er1  0.0.0.1  BMP  connected since 2026-01-01T00:00:00Z  1 peers up  er1.fra
                  192.0.2.9  AS64510  postPolicy  reported  1 IPv4, 0 IPv6 prefixes  \
                no End-of-RIB yet of ipv4

                """
        )
        let lines = document.text("jsonl").split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[1].contains(#""rib":"postPolicy""#))
        #expect(lines.allSatisfy { $0.contains(#""kind":"bmp""#) })
    }
}
