// SPDX-License-Identifier: Apache-2.0

import Attribution
import Model
import Routing

/// A network to attribute by: eight edge routers with 40 interfaces each, three exchanges with 300
/// members each, and a table of 10,000 IPv4 and 2,500 IPv6 prefixes in two views.
struct Scene {
    static let exporters = 8
    static let exchanges = 3
    static let members = 300
    static let views = 2
    static let ipv4Prefixes = 10_000
    static let ipv6Prefixes = 2_500

    /// What an interface number stands for, the same at each router.
    enum Port {
        static let inside: Range<UInt32> = 1..<9
        static let backbone: Range<UInt32> = 9..<13
        static let exchange: Range<UInt32> = 13..<16
        static let `private`: Range<UInt32> = 16..<34
        static let transit: Range<UInt32> = 34..<36
        static let carrier: Range<UInt32> = 36..<37
        static let nobody: Range<UInt32> = 37..<41
    }

    let inventory: Inventory
    let table: RoutingTable
    let viewLists: [ViewList]
    private let writer: RoutingTableWriterBox

    init() {
        inventory = Self.makeInventory()
        table = RoutingTable()
        let box = RoutingTableWriterBox(table.makeWriter())
        writer = box
        let ids = (0..<Self.views).map { box.fill(view: "rr\($0)", number: $0) }
        viewLists = (0..<Self.exporters).map { [ids[$0 % Self.views]] }
    }

    static func member(_ exchange: Int, _ number: Int) -> ASN {
        ASN(rawValue: UInt32(100_000 + exchange * 1_000 + number))
    }

    static func address(_ exchange: Int, _ number: Int) -> IPAddress {
        .v4(0xc3_0000_00 + UInt32(exchange) << 16 + UInt32(number) + 1)
    }

    static func mac(_ exchange: Int, _ number: Int) -> MACAddress {
        MACAddress(rawValue: 0x0200_0000_0000 + UInt64(exchange) << 16 + UInt64(number))
    }

    /// The first address of the prefix of that number.
    static func prefix(_ number: Int) -> IPPrefix {
        number < ipv4Prefixes
            ? IPPrefix(.v4(0x1000_0000 + UInt32(number) << 13), length: UInt8(19 + number % 6))
            : IPPrefix(
                .v6(UInt128(0x2400_0000_0000 + UInt64(number) << 16) << 80),
                length: UInt8(32 + number % 4 * 4)
            )
    }

    private static func makeInventory() -> Inventory {
        var inventory = Inventory()
        inventory.network.asns = [ASN(rawValue: 64500)]
        inventory.network.prefixes = [
            "203.0.113.0/24", "198.51.100.0/22", "192.0.2.0/24", "100.64.0.0/12", "10.0.0.0/8",
            "2001:db8::/32", "2001:db8:8000::/34", "2001:678:10::/48",
        ].compactMap { IPPrefix($0) }
        for number in 0..<exchanges {
            var exchange = Exchange(id: "ix\(number)")
            exchange.lan = [IPPrefix(address(number, 0), length: 21)]
            exchange.routeServers = .init(asn: ASN(rawValue: 64_520 + UInt32(number)))
            exchange.members = (0..<members).map {
                .init(
                    asn: member(number, $0),
                    addresses: [address(number, $0)],
                    macs: [mac(number, $0)]
                )
            }
            inventory.exchanges.append(exchange)
        }
        for number in 0..<exporters { add(exporter: number, to: &inventory) }
        return inventory
    }

    private static func add(exporter number: Int, to inventory: inout Inventory) {
        let name = "er\(number)"
        var exporter = Exporter(name: name)
        exporter.addresses = [.v4(0x0a00_0001 + UInt32(number))]
        exporter.views = ["rr\(number % views)"]
        if number % 2 == 1 { exporter.defaultRate = SamplingRate(1_000) }
        for index in Port.inside.lowerBound..<Port.nobody.upperBound {
            var interface = Exporter.Interface(index: index)
            interface.name = "et-0/0/\(index)"
            interface.speed = 100_000_000_000
            if Port.inside.contains(index) { interface.role = .internal }
            if Port.backbone.contains(index) { interface.role = .backbone }
            exporter.interfaces.append(interface)
        }
        inventory.exporters.append(exporter)

        func connect(
            _ kind: Interconnect.Kind,
            _ index: UInt32,
            _ change: (inout Interconnect) -> Void
        ) {
            var interconnect = Interconnect(id: "\(name)-\(index)", kind: kind)
            interconnect.interfaces = [.init(exporter: name, index: index)]
            interconnect.tags = ["bench"]
            change(&interconnect)
            inventory.interconnects.append(interconnect)
        }
        for (offset, index) in Port.exchange.enumerated() {
            connect(.exchange, index) { $0.exchange = "ix\(offset)" }
        }
        for index in Port.private {
            connect(.private, index) { $0.peers = [ASN(rawValue: 200_000 + index)] }
        }
        for index in Port.transit {
            connect(.transit, index) { $0.peers = [ASN(rawValue: 64_600 + index)] }
        }
        for index in Port.carrier {
            connect(.carrier, index) { interconnect in
                interconnect.peers = [ASN(rawValue: 210_001), ASN(rawValue: 210_002)]
                interconnect.via = ASN(rawValue: 210_000)
                interconnect.staticPrefixes = [prefix(number), prefix(ipv4Prefixes + number)]
            }
        }
    }
}

/// Holds the writer for as long as its table is looked up in.
final class RoutingTableWriterBox {
    private var writer: RoutingTableWriter

    init(_ writer: consuming RoutingTableWriter) { self.writer = writer }

    /// Announces all prefixes to a view of that name, 50 with the same attributes at a time.
    func fill(view name: String, number: Int) -> ViewID {
        let view = writer.view(named: name)
        let source = RouteSource(
            name: name,
            address: .v4(UInt32(number)),
            asn: ASN(rawValue: 64500)
        )
        var next = 0
        let all = Scene.ipv4Prefixes + Scene.ipv6Prefixes
        while next < all {
            var update = RouteUpdate(time: 1_699_000_000_000_000_000)
            let end = min(next + 50, all)
            for prefix in next..<end { update.announced.append(.init(Scene.prefix(prefix))) }
            let neighbor = Scene.member(next % Scene.exchanges, next / 50 % Scene.members)
            update.attributes.asPath = ASPath(sequence: [
                neighbor, ASN(rawValue: UInt32(300_000 + next)),
                ASN(rawValue: UInt32(400_000 + next)),
            ])
            update.attributes.nextHop = Scene.address(
                next % Scene.exchanges,
                next / 50 % Scene.members
            )
            writer.apply(update, from: source, to: view)
            next = end
        }
        return view
    }
}
