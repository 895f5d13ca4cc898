// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import Routing
import Testing

@Suite("Routing table against a linear scan")
struct RoutingEqualityTests {
    static let views = 8
    /// Prefixes announced or withdrawn with each seed; `Deploy/test equality` asks for a million.
    static let operations =
        ProcessInfo.processInfo.environment["ROUTING_OPERATIONS"].flatMap { Int($0) } ?? 40_000

    /// Sources, prefixes close to each other and a few attribute sets, drawn at random.
    struct Generator {
        var numbers: Numbers
        let sources: [RouteSource]
        let prefixes: [IPPrefix]
        let attributes: [PathAttributes]

        init(seed: UInt64) {
            var numbers = Numbers(seed: seed)
            let routerIDs: [UInt32] = [7, 3, 3, 9, 1]
            sources = (0..<5).map { (index: Int) -> RouteSource in
                RouteSource(
                    name: "neighbor \(index)",
                    address: .v4(0xc000_0200 + UInt32(index)),
                    asn: ASN(rawValue: 64500 + UInt32(index % 2)),
                    routerID: routerIDs[index],
                    isExternal: index != 2,
                    rib: index == 4 ? .postPolicy : .session,
                    weight: index == 4 ? 300 : 200
                )
            }
            prefixes = (0..<260).map { _ in Self.prefix(using: &numbers) }
            attributes = (0..<60).map { _ in Self.attributes(using: &numbers) }
            self.numbers = numbers
        }

        /// Of few bits, so that prefixes lie in each other and share nodes; some default routes.
        static func prefix(using numbers: inout Numbers) -> IPPrefix {
            let address = address(using: &numbers)
            let lengths: [UInt8] =
                address.family == .ipv4
                ? [0, 1, 7, 8, 12, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 28, 31, 32]
                : [0, 3, 16, 20, 29, 32, 33, 36, 40, 44, 47, 48, 56, 63, 64, 65, 96, 127, 128]
            return IPPrefix(address, length: lengths.randomElement(using: &numbers) ?? 0)
        }

        static func address(using numbers: inout Numbers) -> IPAddress {
            var bits: UInt128 = 0
            for place in [
                0, 7, 14, 16, 18, 20, 22, 23, 24, 27, 30, 31, 40, 47, 62, 63, 64, 100, 127,
            ]
            where UInt8.random(in: 0..<3, using: &numbers) == 0 {
                bits |= 1 << UInt128(127 - place)
            }
            guard Bool.random(using: &numbers) else { return .v6(bits) }
            return .v4(UInt32(truncatingIfNeeded: bits >> 96))
        }

        static func attributes(using numbers: inout Numbers) -> PathAttributes {
            var attributes = PathAttributes()
            let length = Int.random(in: 0...3, using: &numbers)
            let members = (0..<length).map { _ in
                ASN(rawValue: UInt32.random(in: 64500...64503, using: &numbers))
            }
            attributes.asPath = ASPath(sequence: members)
            if Bool.random(using: &numbers) { attributes.asPath.append(.set, [ASN(rawValue: 1)]) }
            attributes.origin = [.igp, .incomplete].randomElement(using: &numbers) ?? .igp
            attributes.nextHop = .v4(UInt32.random(in: 1...5, using: &numbers))
            attributes.localPreference = [nil, 100, 200].randomElement(using: &numbers) ?? nil
            attributes.multiExitDiscriminator = [nil, 0, 5].randomElement(using: &numbers) ?? nil
            attributes.clusterCount = [0, 0, 1, 2].randomElement(using: &numbers) ?? 0
            if Int.random(in: 0..<5, using: &numbers) == 0 {
                attributes.communities = [0xfde8_0001, 0xffff_0006]  // LLGR_STALE
            }
            attributes.originatorID = [nil, nil, 5].randomElement(using: &numbers) ?? nil
            return attributes
        }

        mutating func update(time: Int64) -> RouteUpdate {
            var update = RouteUpdate(time: time)
            update.attributes = attributes.randomElement(using: &numbers) ?? PathAttributes()
            for _ in 0..<Int.random(in: 1...4, using: &numbers) {
                let prefix = prefixes.randomElement(using: &numbers) ?? prefixes[0]
                let identifier = UInt32.random(in: 0...1, using: &numbers)
                let reachability = RouteUpdate.Reachability(prefix, pathIdentifier: identifier)
                if Int.random(in: 0..<5, using: &numbers) < 3 {
                    update.announced.append(reachability)
                } else {
                    update.withdrawn.append(reachability)
                }
            }
            return update
        }
    }

    @Test(
        "the longest prefix, the best path and the view are those of a scan, while others read",
        arguments: [1, 2] as [UInt64]
    )
    func equality(seed: UInt64) {
        var generator = Generator(seed: seed)
        let table = RoutingTable(retention: 50)
        var writer = table.makeWriter()
        let reader = table.makeReader()
        reader.goOnline()
        var plain = PlainTable(views: Self.views)
        let ids = (0..<Self.views).map { writer.view(named: "view \($0)") }
        let others = BusyReaders(3, of: table, in: ids)
        var operations = 0
        var time: Int64 = 0
        while operations < Self.operations {
            time += 1
            let view = Int.random(in: 0..<Self.views, using: &generator.numbers)
            let source = generator.sources.randomElement(using: &generator.numbers)
            guard let source else { break }
            switch Int.random(in: 0..<1000, using: &generator.numbers) {
            case 0:
                writer.remove(source, from: ids[view])
                plain.remove(source, from: view, staleOnly: false)
            case 1...3:
                writer.markStale(source, in: ids[view])
                plain.markStale(source, in: view)
            case 4...6:
                writer.sweepStale(source, in: ids[view])
                plain.remove(source, from: view, staleOnly: true)
            default:
                let update = generator.update(time: time)
                writer.apply(update, from: source, to: ids[view])
                plain.apply(update, from: source, to: view)
                operations += update.announced.count + update.withdrawn.count
            }
            if time % 7 == 0 { writer.reclaim() }
            if time % 40 == 0 { Self.compare(reader, plain, ids, using: &generator.numbers) }
            reader.quiesce()
        }
        var summary = plain.summary
        #expect(writer.summary() == summary)
        for source in generator.sources { Self.empty(&writer, &plain, of: source, ids) }
        summary = plain.summary
        #expect(writer.summary() == summary && summary.ipv4Prefixes == 0)
        let (faults, found) = others.end()
        #expect(faults == [])
        #expect(found > 0)
    }

    static func empty(
        _ writer: inout RoutingTableWriter,
        _ plain: inout PlainTable,
        of source: RouteSource,
        _ ids: [ViewID]
    ) {
        for (index, id) in ids.enumerated() {
            let counted = plain.views[index].filter { $1.contains { $0.source == source } }.keys
            let counts = PrefixCounts(
                ipv4: counted.count { $0.family == .ipv4 },
                ipv6: counted.count { $0.family == .ipv6 }
            )
            #expect(writer.prefixCounts(of: source, in: id) == counts)
            writer.remove(source, from: id)
            plain.remove(source, from: index, staleOnly: false)
            #expect(writer.prefixCounts(of: source, in: id) == PrefixCounts())
        }
    }

    /// Looks up random addresses in random lists of views, in a batch and one by one.
    static func compare(
        _ reader: borrowing RoutingTableReader,
        _ plain: PlainTable,
        _ ids: [ViewID],
        using numbers: inout Numbers
    ) {
        let addresses = (0..<24).map { _ in Generator.address(using: &numbers) }
        let lists = addresses.map { _ in
            Array((0..<views).shuffled(using: &numbers).prefix(Int(numbers.next() % 5)))
        }
        let viewLists = lists.map { list in ViewList(list.map { ids[$0] }) }
        var matches: [RouteMatch] = []
        reader.routes(to: addresses, views: viewLists, into: &matches)
        for (index, address) in addresses.enumerated() {
            #expect(matches[index] == reader.route(to: address, views: viewLists[index]))
            let route = reader.route(of: matches[index])
            let expected = plain.route(to: address, views: lists[index])
            #expect(route?.view == expected.map { ids[$0.0] })
            #expect(route?.prefix == expected?.1)
            let path = expected?.2
            #expect(reader.attributes(of: matches[index]) == path?.attributes)
            #expect(route.flatMap { reader.source($0.source) } == path?.source)
            #expect(route?.isStale == path?.isStale)
            #expect(route?.nextHop == path?.attributes.nextHop)
            #expect(route.map { reader.asPath($0.asPath) } == path?.attributes.asPath)
        }
    }
}
