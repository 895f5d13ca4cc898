// SPDX-License-Identifier: Apache-2.0

import Model
import Routing

/// Looks up a list of addresses, so many at a time, each in one view.
///
/// Addresses are kept as short as the reference has them; to make them what the table takes is part
/// of the work.
struct LookupRun: ~Copyable {
    private let family: AddressFamily
    private let ipv4: [UInt32]
    private let ipv6: [UInt128]
    /// What an exporter of each view has.
    private let lists: [ViewList]
    /// The view of each address; empty where all are looked up in the first.
    private let choice: [UInt8]
    private let reader: RoutingTableReader
    private let bulk: Int

    init(
        _ list: AddressList,
        in table: RoutingTable,
        _ views: [ViewID],
        choice: [UInt8] = [],
        bulk: Int
    ) {
        family = list.family
        ipv4 = list.family == .ipv4 ? list.addresses.map { UInt32($0 >> 96) } : []
        ipv6 = list.family == .ipv6 ? list.addresses : []
        lists = views.map { [$0] }
        self.choice = choice
        self.bulk = bulk
        reader = table.makeReader()
        reader.goOnline()
    }

    private var count: Int { max(ipv4.count, ipv6.count) }

    private func fill(_ addresses: inout [IPAddress], from start: Int) {
        let range = start..<start + addresses.count
        var output = addresses.mutableSpan
        if family == .ipv4 {
            let input = ipv4.span.extracting(range)
            for index in 0..<input.count { output[index] = .v4(input[index]) }
        } else {
            let input = ipv6.span.extracting(range)
            for index in 0..<input.count { output[index] = .v6(input[index]) }
        }
    }

    private func each(_ body: (_ start: Int, [IPAddress]) -> Void) {
        var addresses = [IPAddress](repeating: .v4(0), count: bulk)
        for start in stride(from: 0, through: count - bulk, by: bulk) {
            fill(&addresses, from: start)
            body(start, addresses)
            reader.quiesce()
        }
    }

    /// Seconds for the longest prefixes of all.
    func batch() -> Double {
        var found = [UInt32](repeating: 0, count: bulk)
        return seconds {
            each { _, addresses in
                var output = found.mutableSpan
                reader.prefixes(of: addresses.span, into: &output)
            }
        }
    }

    /// The same with the matches in the view of each.
    private func eachMatched(_ body: (_ start: Int, [IPAddress], [RouteMatch]) -> Void) {
        var lists = [ViewList](repeating: self.lists[0], count: bulk)
        var matches: [RouteMatch] = []
        each { start, addresses in
            if !choice.isEmpty {
                for index in 0..<bulk { lists[index] = self.lists[Int(choice[start + index])] }
            }
            reader.routes(to: addresses, views: lists, into: &matches)
            body(start, addresses, matches)
        }
    }

    private func eachRouted(_ body: (_ start: Int, [RoutePath]) -> Void) {
        let times = [Int64](repeating: .max, count: bulk)
        var paths: [RoutePath] = []
        eachMatched { start, _, matches in
            reader.paths(of: matches, nextHops: [], times: times, into: &paths)
            body(start, paths)
        }
    }

    /// Seconds for the matches of all, each of which says what route it is.
    func matches() -> Double { seconds { eachMatched { _, _, _ in } } }

    /// Seconds for the paths of all: next hop, ASes, source.
    func paths() -> Double { seconds { eachRouted { _, _ in } } }

    /// Seconds for the longest prefixes of all, one after the other.
    func single() -> Double {
        var sum: UInt32 = 0
        let time = seconds {
            each { _, addresses in
                for address in addresses { sum &+= reader.prefix(of: address) }
            }
        }
        return sum == 0 ? 0 : time
    }

    /// The index of each address's longest prefix.
    func prefixes() -> [UInt32] {
        var prefixes: [UInt32] = []
        var found = [UInt32](repeating: 0, count: bulk)
        each { _, addresses in
            var output = found.mutableSpan
            reader.prefixes(of: addresses.span, into: &output)
            prefixes += found
        }
        return prefixes
    }

    /// What `body` makes of the path of each address.
    func routes<Result>(_ body: (RoutePath, borrowing RoutingTableReader) -> Result) -> [Result] {
        var results: [Result] = []
        eachRouted { _, paths in
            for path in paths { results.append(body(path, reader)) }
        }
        return results
    }

    /// Whether a single lookup, and the match in the view, have the same prefix as the batch.
    func matchesAgree() -> Bool {
        var found = [UInt32](repeating: 0, count: bulk)
        var agree = true
        eachMatched { _, addresses, matches in
            var output = found.mutableSpan
            reader.prefixes(of: addresses.span, into: &output)
            for index in 0..<bulk {
                let prefix = found[index]
                if matches[index].prefix.rawValue != prefix { agree = false }
                if reader.prefix(of: addresses[index]) != prefix { agree = false }
            }
        }
        return agree
    }
}
