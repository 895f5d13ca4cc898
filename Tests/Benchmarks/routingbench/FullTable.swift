// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import Routing

/// A full table as several routers have it: real prefixes, made-up paths.
///
/// 50,000 attribute sets; of each further router 30 % of the prefixes have another set than of the
/// first, and all next hops are its own.
struct FullTable: Sendable {
    static let sets = 50_000
    let prefixes: [IPPrefix]

    static func mix(_ number: UInt64) -> UInt64 {
        var number = number &+ 0x9e37_79b9_7f4a_7c15
        number = (number ^ number >> 30) &* 0xbf58_476d_1ce4_e5b9
        number = (number ^ number >> 27) &* 0x94d0_49bb_1331_11eb
        return number ^ number >> 31
    }

    /// Which set the prefix of that number has in `view`.
    static func set(of prefix: Int, view: Int) -> Int {
        let common = mix(UInt64(prefix))
        let own = mix(UInt64(prefix) << 8 | UInt64(view) | 1 << 62)
        let isOwn = view > 0 && own % 10 < 3
        return Int((isOwn ? own >> 8 : common >> 8) % UInt64(sets))
    }

    /// As a decoder makes them anew for each session.
    static func attributes(_ set: Int) -> SharedAttributes {
        var attributes = PathAttributes()
        let number = UInt32(set)
        let path = [64_500 + number % 16, 3_000 + number % 997, 200_000 + number, 5 + number % 7]
        attributes.asPath = ASPath(sequence: path.map(ASN.init(rawValue:)))
        attributes.origin = .igp
        attributes.localPreference = 100
        attributes.communities = [number, number ^ 0xffff, 64_500 << 16 | number & 0xffff]
        return SharedAttributes(attributes)
    }

    /// The set that has `path`.
    static func set(of path: ASPath) -> UInt32 {
        let members = path.segments.first?.members ?? []
        return members.count > 2 ? members[2].rawValue &- 200_000 : 0
    }

    static func nextHop(_ set: Int, view: Int) -> IPAddress {
        .v4(10 << 24 | UInt32(view) << 16 | UInt32(set % 500))
    }

    static func source(_ view: Int) -> RouteSource {
        RouteSource(
            name: "router \(view)",
            address: .v4(10 << 24 | UInt32(view) << 16 | 1),
            asn: ASN(rawValue: 64_500),
            routerID: UInt32(view + 1)
        )
    }

    /// The numbers of the prefixes by set, for updates that are packed as a router packs them, and
    /// where the first of each set is; two large arrays, whose memory goes when they do.
    func bySet(view: Int) -> (numbers: [Int32], starts: [Int32]) {
        var starts = [Int32](repeating: 0, count: Self.sets + 1)
        for number in prefixes.indices { starts[Self.set(of: number, view: view) + 1] += 1 }
        for set in 0..<Self.sets { starts[set + 1] += starts[set] }
        var numbers = [Int32](repeating: 0, count: prefixes.count)
        var next = starts
        for number in prefixes.indices {
            let set = Self.set(of: number, view: view)
            numbers[Int(next[set])] = Int32(number)
            next[set] += 1
        }
        return (numbers, starts)
    }
}

extension FullTable {
    /// Tells `writer` all that the router of `view` has, and lets the retention pass, so that what
    /// was there while the table came is forgotten; returns the seconds that the updates took.
    func load(
        _ view: Int,
        as id: ViewID,
        by writer: inout RoutingTableWriter,
        time: inout Int64
    ) -> Double {
        let (numbers, starts) = bySet(view: view)
        var taken = 0.0
        for set in 0..<Self.sets {
            var update = RouteUpdate(time: time + Int64(set) * 200_000)
            update.shared = Self.attributes(set)
            update.nextHop = Self.nextHop(set, view: view)
            let part = numbers[Int(starts[set])..<Int(starts[set + 1])]
            update.announced = part.map { .init(prefixes[Int($0)]) }
            taken += processorSeconds { writer.apply(update, from: Self.source(view), to: id) }
        }
        for _ in 0..<12 {
            time += 100_000_000_000
            writer.reclaim(at: time)
        }
        return taken
    }
}

/// What this process has, in MB.
func residentMegabytes() -> Double {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0
    return pages * Double(sysconf(Int32(_SC_PAGESIZE))) / 1e6
}

/// The processor seconds of this thread that `body` takes: what others do beside it does not count.
func processorSeconds(_ body: () -> Void) -> Double {
    func now() -> Double {
        var time = timespec()
        // Safe: `time` outlives the call.
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
    let start = now()
    body()
    return now() - start
}

/// A figure that has to be on one side of a bound.
enum Goal {
    case atLeast(Double)
    case atMost(Double)

    func isReached(_ value: Double) -> Bool {
        switch self {
        case .atLeast(let bound): value >= bound
        case .atMost(let bound): value <= bound
        }
    }

    var bound: Double {
        switch self {
        case .atLeast(let bound), .atMost(let bound): bound
        }
    }
}
