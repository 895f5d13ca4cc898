// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import Routing
import Synchronization

/// Full tables in many views: memory, updates, lookups beside them, removal.
struct ViewsCase: ~Copyable {
    private let full: FullTable
    private let count: Int
    private let table = RoutingTable()
    private var writer: RoutingTableWriter
    private var views: [ViewID] = []
    private var time: Int64 = 1_700_000_000_000_000_000

    /// Whether all figures are what they have to be.
    private var isReached = true

    private static let mostViews = 8

    init(_ options: BenchOptions) throws {
        full = FullTable(prefixes: try PrefixList(file: options.prefixes).prefixes)
        count = Self.mostViews
        writer = table.makeWriter()
    }

    mutating func run() -> Bool {
        fill()
        readersBesideWriter()
        updates()
        removal()
        return isReached
    }

    /// Prints a line of JSON.
    private mutating func report(
        _ name: String,
        _ value: Double,
        _ unit: String,
        _ goal: Goal? = nil
    ) {
        let rounded = (value * 100).rounded() / 100
        var line = "{\"name\":\"routing/\(name)\",\"value\":\(rounded),\"unit\":\"\(unit)\""
        if let goal {
            line += ",\"goal\":\(goal.bound),\"reached\":\(goal.isReached(value))"
            if !goal.isReached(value) { isReached = false }
        }
        print(line + "}")
    }

    private mutating func fill() {
        let empty = residentMegabytes()
        var last = empty
        for view in 0..<count {
            views.append(writer.view(named: "router \(view)"))
            let taken = full.load(view, as: views[view], by: &writer, time: &time)
            report("views/load \(view + 1)", taken, "s")
            let now = residentMegabytes()
            report(
                "views/memory \(view + 1)",
                now - last,
                "MB",
                .atMost(view == 0 ? 160 : 16)
            )
            last = now
        }
        report("views/memory", last - empty, "MB")
        report("views/memory of arrays", Double(writer.footprint.octets) / 1e6, "MB")
    }

    /// Updates as a router sends them: random prefixes of the table, a few a message.
    private mutating func updates() {
        var numbers = UInt64(1)
        var applied = 0
        var prepared: [(RouteUpdate, Int)] = []
        // As a decoder hands them on that knows the octets again.
        let known = (0..<FullTable.sets).map { FullTable.attributes($0) }
        for round in 0..<60_000 {
            numbers = FullTable.mix(numbers)
            let view = Int(numbers % UInt64(count))
            // Every fifth has attributes that are new.
            let set = Int(numbers >> 8 % UInt64(FullTable.sets))
            var update = RouteUpdate(time: time + Int64(round) * 100_000)
            update.shared =
                round % 5 == 0 ? FullTable.attributes(100_000 + round) : known[set % 50_000]
            update.nextHop = FullTable.nextHop(set % 50_000, view: view)
            for step in 0..<(1 + round % 7) {
                let number = FullTable.mix(numbers &+ UInt64(step)) % UInt64(full.prefixes.count)
                let reachability = RouteUpdate.Reachability(full.prefixes[Int(number)])
                if round % 11 == 0 {
                    update.withdrawn.append(reachability)
                } else {
                    update.announced.append(reachability)
                }
            }
            prepared.append((update, view))
        }
        let taken = processorSeconds {
            for (update, view) in prepared {
                writer.apply(update, from: FullTable.source(view), to: views[view])
                applied += update.announced.count + update.withdrawn.count
            }
        }
        report("updates", Double(applied) / taken / 1e3, "k/s", .atLeast(500))
        time += 10_000_000_000
        let reclaimed = processorSeconds { writer.reclaim(at: time) }
        report("updates/reclaim", reclaimed * 1e3, "ms")
    }

    /// Lookups a second of one reader, from address to path, in batches of 256.
    private func lookups(for time: Double) -> Double {
        Looker(full: full, table: table, views: views).run(for: time)
    }

    /// A reader at work before, while and after 50,000 updates arrive a second.
    private mutating func readersBesideWriter() {
        let idle = lookups(for: 3)
        let looker = Looker(full: full, table: table, views: views)
        let rate = Mutex(0.0)
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            let now = looker.run(for: 3)
            rate.withLock { $0 = now }
            done.signal()
        }
        thread.start()
        var applied = 0
        let clock = ContinuousClock()
        let start = clock.now
        var number = UInt64(7)
        while done.wait(timeout: .now()) == .timedOut {
            for _ in 0..<50 {
                number = FullTable.mix(number)
                let view = Int(number % UInt64(count))
                let set = Int(number >> 16 % UInt64(FullTable.sets))
                let prefix = Int(number >> 24 % UInt64(full.prefixes.count))
                time += 20_000
                var update = RouteUpdate(time: time)
                update.shared = FullTable.attributes(set % 50_000)
                update.nextHop = FullTable.nextHop(set % 50_000, view: view)
                update.announced = [.init(full.prefixes[prefix % full.prefixes.count])]
                writer.apply(update, from: FullTable.source(view), to: views[view])
                applied += 1
            }
            _ = writer.reclaim(at: time, atMost: 2_048)
            let due = start.advanced(by: .microseconds(applied * 20))
            if clock.now < due { Thread.sleep(forTimeInterval: 0.0005) }
        }
        let taken = clock.now - start
        let elapsed = Double(taken.components.seconds) + Double(taken.components.attoseconds) / 1e18
        let busy = rate.withLock { $0 }
        let after = lookups(for: 3)
        report("beside/updates", Double(applied) / elapsed / 1e3, "k/s")
        report("beside/idle", idle / 1e6, "M/s")
        report("beside/busy", busy / 1e6, "M/s")
        report("beside/idle after", after / 1e6, "M/s")
        report("beside/ratio", busy / idle, "", .atLeast(0.9))
    }

    /// A neighbor with a full table goes: one of many, then the rest.
    private mutating func removal() {
        for view in [count - 1, 0] {
            var longest = 0.0
            var sum = 0.0
            func part(_ body: () -> Void) {
                let taken = processorSeconds(body)
                sum += taken
                longest = max(longest, taken)
            }
            var walk = TableWalk()
            while !walk.isDone {
                part { writer.markStale(FullTable.source(view), in: views[view], &walk) }
            }
            report("removal/mark \(view)", sum * 1e3, "ms")
            let marked = sum
            walk = TableWalk()
            while !walk.isDone {
                part {
                    writer.sweepStale(FullTable.source(view), in: views[view], at: time, &walk)
                }
            }
            report("removal/sweep \(view)", (sum - marked) * 1e3, "ms", .atMost(300))
            let swept = sum
            free(part)
            report("removal/reclaim \(view)", (sum - swept) * 1e3, "ms")
            report("removal/longest part \(view)", longest * 1e3, "ms")
        }
        let taken = processorSeconds {
            for view in views {
                writer.remove(view: view, at: time)
            }
        }
        report("removal/other views", taken * 1e3, "ms")
        var sum = 0.0
        var longest = 0.0
        free { body in
            let taken = processorSeconds(body)
            sum += taken
            longest = max(longest, taken)
        }
        report("removal/reclaim all", sum * 1e3, "ms")
        report("removal/reclaim longest part", longest * 1e3, "ms")
        report("removal/prefixes left", Double(writer.footprint.prefixes), "")
        report("removal/memory left", residentMegabytes(), "MB")
    }

    private mutating func free(_ part: (() -> Void) -> Void) {
        for _ in 0..<40 {
            time += 100_000_000_000
            var isDone = false
            while !isDone { part { isDone = writer.reclaim(at: time, atMost: 2_048) } }
        }
    }
}

/// Looks up random covered addresses in random views.
final class Looker: Sendable {
    private let full: FullTable
    private let table: RoutingTable
    private let views: [ViewID]

    init(full: FullTable, table: RoutingTable, views: [ViewID]) {
        self.full = full
        self.table = table
        self.views = views
    }

    /// Lookups a second.
    func run(for time: Double) -> Double {
        let batch = 256
        var addresses: [IPAddress] = []
        var lists: [ViewList] = []
        for number in 0..<(1 << 20) as Range<UInt64> {
            let random = FullTable.mix(number)
            let prefix = full.prefixes[Int(random % UInt64(full.prefixes.count))]
            let bits = (UInt128(FullTable.mix(random)) << 64) >> UInt128(prefix.length)
            let host = prefix.family == .ipv4 ? (bits >> 96) << 96 : bits
            addresses.append(IPAddress(bits: prefix.address.bits | host, family: prefix.family))
            lists.append([views[Int(random >> 40) % views.count]])
        }
        let slices = stride(from: 0, to: addresses.count, by: batch).map { start in
            (Array(addresses[start..<start + batch]), Array(lists[start..<start + batch]))
        }
        let reader = table.makeReader()
        let nextHops: [IPAddress?] = []
        let times = Array(repeating: Int64.max, count: batch)
        var matches: [RouteMatch] = []
        var paths: [RoutePath] = []
        var done = 0
        var none = 0
        let clock = ContinuousClock()
        let start = clock.now
        reader.goOnline()
        let taken = processorSeconds {
            while clock.now - start < .seconds(time) {
                for (addresses, lists) in slices {
                    reader.routes(to: addresses, views: lists, into: &matches)
                    reader.paths(of: matches, nextHops: nextHops, times: times, into: &paths)
                    none += paths[0].isNone ? 1 : 0
                    reader.quiesce()
                    done += batch
                }
            }
        }
        reader.goOffline()
        precondition(none == 0, "an address within a prefix has no route")
        return Double(done) / taken
    }
}
