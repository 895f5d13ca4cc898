// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import RouteReception
import Routing
import Settings
import TestSupport
import Testing

@testable import Collector

@Suite("routes neighbors")
struct NeighborsDocumentTests {
    private let source = RouteSource(name: "rr1", address: .v4(1), asn: ASN(rawValue: 64500))

    private func neighbor(_ name: String, md5: Bool = false) -> Settings.Neighbor {
        var neighbor = Settings.Neighbor(name: name, address: .v4(1), asn: ASN(rawValue: 64500))
        if md5 { neighbor.md5 = .environment("KEY") }
        return neighbor
    }

    private func feed(_ neighbors: [Settings.Neighbor]) -> RouteFeed {
        RouteFeed(
            table: RoutingTable(),
            neighbors: neighbors,
            mostUpdates: 1000,
            clock: WallClock()
        )
    }

    private func text(_ feed: RouteFeed, _ neighbors: [Settings.Neighbor]) -> String {
        NeighborsDocument(
            neighbors: neighbors,
            sessions: feed.sessions(),
            standings: feed.standings()
        )
        .text("table")
    }

    private func entered(_ state: String, since: Int64, lastError: String = "") -> SessionState {
        SessionState(
            neighbor: "rr1",
            state: state,
            since: since,
            ipv4Prefixes: 0,
            ipv6Prefixes: 0,
            lastError: lastError
        )
    }

    @Test("a session tells its prefixes and whether they are all there; one that ended, how stale")
    func session() async throws {
        let neighbors = [neighbor("rr1")]
        let feed = feed(neighbors)
        feed.sessionChanged(source, entered("established", since: 1_767_225_600))
        feed.sessionEstablished(
            source,
            EstablishedSession(families: [.ipv4, .ipv6], holdSeconds: 90, hasGracefulRestart: true)
        )
        var update = RouteUpdate(time: WallClock.nanoseconds())
        update.announced = [.init(IPPrefix(.v4(0xc000_0200), length: 24))]
        update.attributes.asPath = ASPath(sequence: [ASN(rawValue: 64510)])
        update.endOfRIB = [.ipv4]
        feed.received(update, from: source)
        await feed.settle()
        #expect(
            text(feed, neighbors) == "rr1  0.0.0.1  AS64500  established since "
                + "2026-01-01T00:00:00Z  1 IPv4, 0 IPv6 prefixes  no End-of-RIB yet of ipv6\n"
        )
        var last = RouteUpdate(time: WallClock.nanoseconds())
        last.endOfRIB = [.ipv6]
        feed.received(last, from: source)
        await feed.settle()
        #expect(text(feed, neighbors).hasSuffix("1 IPv4, 0 IPv6 prefixes  End-of-RIB seen\n"))

        feed.sessionEnded(source, reason: "hold timer expired")
        feed.sessionChanged(source, entered("active", since: 1_767_225_660))
        await feed.settle()
        let ended = text(feed, neighbors)
        #expect(ended.contains("active since 2026-01-01T00:01:00Z  1 IPv4"))
        #expect(ended.contains("STALE, for "))
        #expect(ended.hasSuffix("last error: hold timer expired\n"))
    }

    @Test("without a collector the store still tells that a session has ended, its routes stale")
    func stored() {
        var session = entered("active", since: 1_767_225_660)
        session.ipv4Prefixes = 7
        let text = NeighborsDocument(
            neighbors: [neighbor("rr1")],
            sessions: [session],
            standings: []
        )
        .text("table")
        #expect(text.hasSuffix("7 IPv4, 0 IPv6 prefixes  STALE\n"), "\(text)")
    }

    @Test("one that never connected and has a key is said to look like one with a wrong key")
    func wrongKey() {
        let words = "no connection since the start; with md5 a wrong secret looks like this"
        let neighbors = [neighbor("rr1", md5: true)]
        let feed = feed(neighbors)
        feed.sessionChanged(source, entered("active", since: 1))
        #expect(text(feed, neighbors).hasSuffix("last error: \(words)\n"))
        #expect(feed.sessions().map(\.lastError) == [words])
        feed.sessionEstablished(
            source,
            EstablishedSession(families: [.ipv4], holdSeconds: 90, hasGracefulRestart: true)
        )
        #expect(feed.standings().map(\.lastError) == [""])

        let open = self.feed([neighbor("rr1")])
        open.sessionChanged(source, entered("active", since: 1))
        #expect(open.standings().map(\.lastError) == [""])
    }

    @Test("segments that the kernel drops for their signature are counted from the start on")
    func kernelCounters() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/netstat"
        func write(_ found: Int, _ failure: Int) throws {
            let text = """
                TcpExt: SyncookiesSent TCPMD5NotFound TCPMD5Unexpected TCPMD5Failure
                TcpExt: 7 \(found) 0 \(failure)
                IpExt: InNoRoutes
                IpExt: 0

                """
            try Data(text.utf8).write(to: URL(filePath: path))
        }
        var none = TCPSignatureFailures(path: path)
        #expect(none.look().isEmpty)
        try write(5, 2)
        var failures = TCPSignatureFailures(path: path)
        try write(6, 9)
        let found = failures.look().map { "\($0.reason) \($0.count)" }
        #expect(found == ["wrong 7", "missing 1", "unexpected 0"])
        #expect(failures.look().allSatisfy { $0.count == 0 })
    }
}
