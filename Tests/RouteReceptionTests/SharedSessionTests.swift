// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import RouteDecoding
import TestSupport
import Testing
import Wire

/// Sessions of real routers, held against what tshark has of them.
@Suite(
    "Shared data: BGP sessions",
    .enabled(if: SharedData.folder != nil, "there is no ../shared/data here")
)
struct SharedSessionTests {
    /// Captures in which tshark has other routes, each with the reason.
    static let exceptions = [
        "bgp/the-tcpdump-group__tcpdump/bgp-addpath.pcap":
            "two MP_REACH_NLRI in one message end the session (RFC 7606, section 3 (g))",
        "bgp/the-tcpdump-group__tcpdump/bgp-ub.pcap":
            "made to break decoders: messages that end the session, in a segment that is cut off",
    ]

    /// Captures in which AS4_PATH says what AS_PATH cannot (RFC 6793): tshark prints them apart.
    static let merged: Set = ["bgp/the-tcpdump-group__tcpdump/bgp-4byte-asn.pcap"]

    static let captures: [String] = {
        guard let folder = SharedData.folder,
            let rows = try? SharedData.rows(
                folder.appending(path: "oracle/bgp-bmp-tshark-summary.shared.tsv")
            )
        else { return [] }
        return rows.compactMap(\.["file"]).filter { $0.hasPrefix("bgp/") }
    }()

    @Test("captured sessions have the routes that tshark has", arguments: captures)
    func routes(capture: String) throws {
        let folder = try #require(SharedData.folder)
        let answer = folder.appending(path: "oracle/\(capture).tshark-bgp.tsv")
        var expected: [CapturedRoute: Int] = [:]
        for row in try SharedData.rows(answer) {
            guard let route = CapturedRoute(row) else { continue }
            expected[route, default: 0] += 1
        }
        let streams = try SharedData.streams(folder.appending(path: capture))
        let sessions = CapturedSessions(streams)
        var found = sessions.routes
        if Self.merged.contains(capture) {
            found = Self.narrowed(found)
            expected = Self.narrowed(expected)
        }
        let differing = Set(expected.keys).union(found.keys).filter { found[$0] != expected[$0] }
        if let reason = Self.exceptions[capture] {
            #expect(!differing.isEmpty, "no exception any more: \(reason)")
        } else {
            #expect(differing.isEmpty, "of \(expected.count): \(sessions.errors)")
        }
    }

    private static func narrowed(_ routes: [CapturedRoute: Int]) -> [CapturedRoute: Int] {
        Dictionary(routes.map { ($0.key.narrowed, $0.value) }, uniquingKeysWith: +)
    }

    @Test("there are captures, with routes in many")
    func isThere() { #expect(Self.captures.count >= 45) }
}

/// A unicast route as tshark's table has it.
struct CapturedRoute: Hashable, CustomStringConvertible {
    var isAnnounced: Bool
    var prefix: String
    var pathIdentifier: String
    var asPath: String
    var nextHop: String

    init?(_ row: [String: String]) {
        guard let family = row["afi/safi"], family == "1/1" || family == "2/1",
            let action = row["action"], action != "-", let prefix = row["prefix"]
        else { return nil }
        isAnnounced = action == "A"
        self.prefix = prefix
        pathIdentifier = row["path_id"] ?? ""
        let path = row["as_path"] ?? ""
        asPath = path == "empty" ? "" : path
        // Of two next hops tshark prints the link-local one too.
        let hop = row["next_hop"] ?? ""
        let isBoth = hop.hasPrefix("IPv6=")
        nextHop = isBoth ? String(hop.dropFirst(5).prefix { $0 != " " }) : hop
    }

    /// With the numbers of four octets as a neighbor of two writes them.
    var narrowed: CapturedRoute {
        var route = self
        route.asPath = asPath.split(separator: " ").map { word in
            UInt32(word).map { $0 > UInt16.max } == true ? "23456" : String(word)
        }.joined(separator: " ")
        return route
    }

    init(_ route: RouteUpdate.Reachability, _ attributes: PathAttributes?) {
        isAnnounced = attributes != nil
        prefix = "\(route.prefix)"
        pathIdentifier = route.pathIdentifier == 0 ? "" : "\(route.pathIdentifier)"
        asPath = attributes.map { "\($0.asPath)" } ?? ""
        nextHop = attributes?.nextHop.map { "\($0)" } ?? ""
    }

    var description: String {
        "\(isAnnounced ? "A" : "W") \(prefix) id \(pathIdentifier) path \(asPath) via \(nextHop)"
    }
}

/// Reads the sessions of a capture as the two ends of each agreed in it.
struct CapturedSessions {
    private(set) var routes: [CapturedRoute: Int] = [:]
    /// What was wrong with messages.
    private(set) var errors: [String] = []

    init(_ streams: [TCPStreams.Stream]) {
        var opens: [[IPAddress]: BGPOpen] = [:]
        for stream in streams {
            for message in Self.messages(stream) where message.type == .open {
                var reader = WireReader(message.body.span, as: "OPEN")
                opens[[stream.source, stream.destination]] = try? BGPOpen(&reader)
            }
        }
        for stream in streams {
            let messages = Self.messages(stream)
            let updates = messages.filter { $0.type == .update }.map(\.body)
            let ours = opens[[stream.source, stream.destination]]
            let theirs = opens[[stream.destination, stream.source]]
            let isKnown = ours != nil && theirs != nil
            let isWide = ours?.hasFourOctetASNs != false && theirs?.hasFourOctetASNs != false
            // Where the capture lacks the OPENs, the terms by which most can be read.
            let widths = isKnown ? [isWide] : isWide ? [true, false] : [false]
            let readings = [[], AddressFamily.allCases].flatMap { families in
                widths.map { Reading(updates, hasFourOctetASNs: $0, addPath: families) }
            }
            guard let best = readings.min(by: { $0.errors.count < $1.errors.count }) else {
                continue
            }
            routes.merge(best.routes, uniquingKeysWith: +)
            errors += best.errors
        }
    }

    private struct Reading {
        var routes: [CapturedRoute: Int] = [:]
        var errors: [String] = []

        init(_ updates: [[UInt8]], hasFourOctetASNs: Bool, addPath: [AddressFamily]) {
            var options = BGPSessionOptions(hasFourOctetASNs: hasFourOctetASNs)
            options.addPathFamilies = addPath
            for body in updates { read(body, options) }
        }

        private mutating func read(_ body: [UInt8], _ options: BGPSessionOptions) {
            var reader = WireReader(body.span, as: "UPDATE")
            var changes: [RouteUpdate] = []
            do throws(BGPError) {
                let found = try BGPUpdateDecoder(options).decode(&reader, at: 0) {
                    changes.append($0)
                }
                errors += found.map { "\($0)" }
            } catch {
                errors.append("\(error)")
            }
            for change in changes {
                for route in change.withdrawn { routes[CapturedRoute(route, nil), default: 0] += 1 }
                for route in change.announced {
                    routes[CapturedRoute(route, change.attributes), default: 0] += 1
                }
            }
        }
    }

    private struct Message {
        var type: BGPMessageType
        var body: [UInt8]
    }

    private static func messages(_ stream: TCPStreams.Stream) -> [Message] {
        ([stream.octets] + stream.behindGaps).flatMap { messages($0) }
    }

    /// The whole messages of a part; octets before the first header are passed over.
    private static func messages(_ octets: [UInt8]) -> [Message] {
        let marker = [UInt8](repeating: 0xff, count: 16)
        var messages: [Message] = []
        var start = 0
        while start + BGPMessageHeader.octets <= octets.count {
            var reader = WireReader(octets.span, as: "message")
            guard octets[start...].starts(with: marker), (try? reader.skip(octets: start)) != nil,
                let header = try? BGPMessageHeader(&reader, longest: 65_535),
                start + header.length <= octets.count
            else {
                start += 1
                continue
            }
            let end = start + header.length
            let body = Array(octets[(start + BGPMessageHeader.octets)..<end])
            messages.append(Message(type: header.type, body: body))
            start = end
        }
        return messages
    }
}
