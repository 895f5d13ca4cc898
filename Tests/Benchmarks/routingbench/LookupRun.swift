// SPDX-License-Identifier: Apache-2.0

import Model
import Routing

/// Looks up a list of addresses, so many at a time.
///
/// Addresses are kept as short as the reference has them; to make them what the table takes is part
/// of the work.
struct LookupRun: ~Copyable {
    private let family: AddressFamily
    private let ipv4: [UInt32]
    private let ipv6: [UInt128]
    private let table: FilledTable
    private let reader: RoutingTableReader
    private let bulk: Int

    init(_ list: AddressList, in table: FilledTable, bulk: Int) {
        family = list.family
        ipv4 = list.family == .ipv4 ? list.addresses.map { UInt32($0 >> 96) } : []
        ipv6 = list.family == .ipv6 ? list.addresses : []
        self.table = table
        self.bulk = bulk
        reader = table.table.makeReader()
        reader.goOnline()
    }

    private var count: Int { max(ipv4.count, ipv6.count) }

    private func fill(_ addresses: inout [IPAddress], from start: Int) {
        if family == .ipv4 {
            for index in addresses.indices { addresses[index] = .v4(ipv4[start + index]) }
        } else {
            for index in addresses.indices { addresses[index] = .v6(ipv6[start + index]) }
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

    /// Seconds for the routes of all in one view.
    func matches() -> Double {
        let lists = [ViewList](repeating: [table.view], count: bulk)
        var matches: [RouteMatch] = []
        return seconds {
            each { _, addresses in reader.routes(to: addresses, views: lists, into: &matches) }
        }
    }

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

    /// Which prefix each address has, counted from 1 in their order; 0 for none.
    func answers() -> [UInt32] {
        var answers = [UInt32](repeating: 0, count: count)
        var found = [UInt32](repeating: 0, count: bulk)
        each { start, addresses in
            var output = found.mutableSpan
            reader.prefixes(of: addresses.span, into: &output)
            for index in 0..<bulk { answers[start + index] = table.positions[Int(found[index])] }
        }
        return answers
    }

    /// Whether a single lookup, and the match in the view, have the same prefix as the batch.
    func matchesAgree() -> Bool {
        let lists = [ViewList](repeating: [table.view], count: bulk)
        var found = [UInt32](repeating: 0, count: bulk)
        var matches: [RouteMatch] = []
        var agree = true
        each { _, addresses in
            var output = found.mutableSpan
            reader.prefixes(of: addresses.span, into: &output)
            reader.routes(to: addresses, views: lists, into: &matches)
            for index in 0..<bulk {
                let prefix = found[index]
                if matches[index].prefix.rawValue != prefix { agree = false }
                if reader.prefix(of: addresses[index]) != prefix { agree = false }
            }
        }
        return agree
    }
}
