// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import RouteDecoding

/// Writes what a router tells of a full table: UPDATEs of IPv4, End-of-RIB, UPDATEs of IPv6,
/// End-of-RIB, as they go over the wire, to `feed.bgp`.
///
/// Prefixes that lie beside each other are often of one network: each UPDATE has a run of them, 3.5
/// on average, with one of 50,000 sets of attributes, so that a set comes about six times.
struct FeedCase {
    /// The AS that all paths begin with: that of the router that tells them.
    static let speaker = ASN(rawValue: 64_501)
    private static let attributeSets = 50_000
    private static let longestRun = 60

    private let options: BenchOptions

    init(_ options: BenchOptions) { self.options = options }

    func run() throws -> Bool {
        let list = try PrefixList(file: options.prefixes)
        var numbers = Numbers(state: 11)
        let sets = (0..<Self.attributeSets).map { _ in Self.attributes(&numbers) }
        var feed: [UInt8] = []
        var updates = 0
        for family in AddressFamily.allCases {
            let prefixes = list.of(family).sorted {
                ($0.address.bits, $0.length) < ($1.address.bits, $1.length)
            }
            var start = 0
            while start < prefixes.count {
                let end = min(start + Self.runLength(&numbers), prefixes.count)
                var update = RouteUpdate(time: 0)
                update.attributes = sets[Int.random(in: 0..<sets.count, using: &numbers)]
                if family == .ipv6 { update.nextHop = .v6(0x2001_0db8 << 96 | 1) }
                update.announced = prefixes[start..<end].map { RouteUpdate.Reachability($0) }
                for message in BGPUpdateEncoder.messages(for: update) {
                    feed += message
                    updates += 1
                }
                start = end
            }
            var end = RouteUpdate(time: 0)
            end.endOfRIB = [family]
            for message in BGPUpdateEncoder.messages(for: end) { feed += message }
        }
        try Data(feed).write(to: URL(filePath: "\(options.work)/feed.bgp"))
        let counts = AddressFamily.allCases.map { "\"\($0)\":\(list.of($0).count)" }
        let line =
            "{\"updates\":\(updates),\"octets\":\(feed.count),\(counts.joined(separator: ","))}\n"
        FileHandle.standardOutput.write(Data(line.utf8))
        return true
    }

    /// One half of the UPDATEs have one or two prefixes, few have many.
    private static func runLength(_ numbers: inout Numbers) -> Int {
        var length = 1
        while length < longestRun, Int.random(in: 0..<7, using: &numbers) < 5 { length += 1 }
        return length
    }

    /// What a route of the Internet has: some transit networks, a way through others, an origin
    /// that may stand there several times, marks of those in between.
    private static func attributes(_ numbers: inout Numbers) -> PathAttributes {
        func number(_ range: ClosedRange<UInt32>) -> UInt32 { .random(in: range, using: &numbers) }
        var attributes = PathAttributes()
        attributes.origin = number(1...10) == 1 ? .incomplete : .igp
        var path = [speaker.rawValue, 100 + number(1...16)]
        for _ in 0..<number(0...3) { path.append(1_000 + number(1...5_000)) }
        let origin = number(1...3) == 1 ? 200_000 + number(1...70_000) : 8_000 + number(1...50_000)
        let times = number(1...10) == 1 ? number(2...4) : 1
        path += [UInt32](repeating: origin, count: Int(times))
        attributes.asPath = ASPath(sequence: path.map(ASN.init(rawValue:)))
        attributes.nextHop = .v4(0xc000_0201)
        if number(1...5) == 1 { attributes.multiExitDiscriminator = number(0...200) }
        let marks = number(1...4) == 1 ? 0 : number(1...12)
        let communities = (0..<marks).map { _ in path[1] << 16 | number(1...65_535) }
        attributes.communities = Set(communities).sorted()
        if number(1...8) == 1 {
            attributes.largeCommunities = (0..<number(1...4)).map {
                LargeCommunity(origin, $0, number(0...1_000))
            }
        }
        return attributes
    }
}
