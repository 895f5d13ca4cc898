// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import RouteDecoding
import RouteReception
import Routing

/// How long it takes to load a full table from an MRT file, beside `bgpdump -m -q`.
///
/// The file is a TABLE_DUMP_V2 of one peer, in the order of the prefixes, each with any of 50,000
/// sets of attributes; plain, and compressed by gzip.
struct TableFileCase {
    private static let attributeSets = 50_000
    /// Of the time of bgpdump, at most.
    private static let goal = 0.1

    let options: BenchOptions

    init(_ options: BenchOptions) { self.options = options }

    func run() throws -> Bool {
        let prefixes = try PrefixList(file: options.prefixes).prefixes
        let plain = "\(options.work)/table.mrt"
        try write(prefixes, to: plain)
        _ = try Self.run(["gzip", "-kf6", plain], output: nil)
        let isThere = (try? Self.run(["bgpdump", "-v"], output: nil)) != nil
        var isReached = true
        for (name, path) in [("mrt.plain", plain), ("mrt.gzip", "\(plain).gz")] {
            var ours = (wall: Figures(), processor: Figures())
            var theirs = (wall: Figures(), processor: Figures())
            for _ in 0..<options.rounds {
                let time = try load(path, expecting: prefixes.count)
                ours.wall.add(time.wall)
                ours.processor.add(time.processor)
                guard isThere else { continue }
                let printed = try Self.run(["bgpdump", "-m", "-q", path], output: "/dev/null")
                theirs.wall.add(printed.wall)
                theirs.processor.add(printed.processor)
            }
            let pairs = [
                ("wall", ours.wall, theirs.wall), ("cpu", ours.processor, theirs.processor),
            ]
            for (kind, own, other) in pairs {
                FigureLine(
                    name: "\(name).\(kind)",
                    unit: "s",
                    value: own,
                    reference: isThere ? ("bgpdump", other) : nil
                ).print()
                guard isThere else { continue }
                let ratio = own.median / other.median
                if ratio > Self.goal { isReached = false }
                Swift.print("routing.\(name).\(kind) ratio \(ratio) goal <= \(Self.goal)")
            }
        }
        return isReached
    }

    /// Writes a table of all the prefixes.
    private func write(_ prefixes: [IPPrefix], to path: String) throws {
        var numbers = Numbers(state: 7)
        let peer = RouteSource(
            name: "peer",
            address: .v4(0xc000_0201),
            asn: ASN(rawValue: 64500),
            routerID: 1
        )
        let sets = (0..<Self.attributeSets).map { _ in Self.attributes(&numbers) }
        var encoder = MRTTableEncoder(timestamp: 1_700_000_000)
        encoder.begin(view: "", peers: [peer])
        var octets: [UInt8] = []
        let sorted = prefixes.sorted {
            ($0.family == .ipv4 ? 0 : 1, $0.address.bits, $0.length)
                < ($1.family == .ipv4 ? 0 : 1, $1.address.bits, $1.length)
        }
        for prefix in sorted {
            var attributes = sets[Int.random(in: 0..<sets.count, using: &numbers)]
            if prefix.family == .ipv6 { attributes.nextHop = .v6(0x2001_0db8 << 96 | 1) }
            encoder.add(
                prefix,
                [.init(peer: 0, originated: 1_699_999_000, attributes: attributes)]
            )
            if encoder.count > 1 << 20 { octets += encoder.takeRecords() }
        }
        octets += encoder.takeRecords()
        try Data(octets).write(to: URL(filePath: path))
    }

    /// A path of three to seven ASes, some communities, a next hop.
    private static func attributes(_ numbers: inout Numbers) -> PathAttributes {
        var attributes = PathAttributes()
        attributes.origin = .igp
        let length = Int.random(in: 3...7, using: &numbers)
        attributes.asPath = ASPath(
            sequence: (0..<length).map { _ in
                ASN(rawValue: UInt32.random(in: 1...400_000, using: &numbers))
            }
        )
        attributes.nextHop = .v4(0xc000_0201)
        for _ in 0..<Int.random(in: 0...6, using: &numbers) {
            attributes.communities.append(UInt32.random(in: 1 << 16...1 << 31, using: &numbers))
        }
        return attributes
    }

    private struct Time {
        var wall: Double
        var processor: Double
    }

    /// Loads a file into a new table.
    private func load(_ path: String, expecting count: Int) throws -> Time {
        let before = Self.processorSeconds(RUSAGE_SELF.rawValue)
        var loaded = 0
        let table = RoutingTable()
        var failure: (any Error)?
        let wall = Self.wallSeconds {
            do {
                var writer = table.makeWriter()
                let view = writer.view(named: "router")
                var file = try MRTFile.opened(path)
                try file.read { peer, update in
                    writer.apply(update, from: peer.source, to: view)
                    loaded += 1
                } expecting: {
                    writer.expect($0)
                }
            } catch {
                failure = error
            }
        }
        let processor = Self.processorSeconds(RUSAGE_SELF.rawValue) - before
        if let failure { throw failure }
        guard loaded == count else {
            throw BenchError("\(loaded) routes were loaded, not \(count)")
        }
        return Time(wall: wall, processor: processor)
    }

    private static func run(_ command: [String], output: String?) throws -> Time {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        process.standardOutput =
            output.flatMap { FileHandle(forWritingAtPath: $0) } ?? FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let before = processorSeconds(RUSAGE_CHILDREN.rawValue)
        var status: Int32 = 0
        var failure: (any Error)?
        let wall = Self.wallSeconds {
            do {
                try process.run()
                process.waitUntilExit()
                status = process.terminationStatus
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        guard status != 127 else { throw BenchError("\(command[0]) is not installed") }
        return Time(wall: wall, processor: processorSeconds(RUSAGE_CHILDREN.rawValue) - before)
    }

    private static func wallSeconds(_ body: () -> Void) -> Double {
        let elapsed = ContinuousClock().measure(body)
        return elapsed / .seconds(1)
    }

    private static func processorSeconds(_ who: Int32) -> Double {
        var usage = rusage()
        // Safe: the call fills the one structure it is given.
        unsafe getrusage(who, &usage)
        let time = { (value: timeval) in Double(value.tv_sec) + Double(value.tv_usec) / 1e6 }
        return time(usage.ru_utime) + time(usage.ru_stime)
    }
}
