// SPDX-License-Identifier: Apache-2.0

import Model

extension Keys {
    static let exchange = Section<Exchange>(
        "an exchange",
        initial: { _ in Exchange(id: "") },
        rows: [
            .key("id", .name, \.id, required: true, "What interconnects and prices refer to."),
            .optional(
                "peeringdb",
                .integer(1...Int(Int32.max)),
                \.peeringDB,
                "Its identifier in PeeringDB."
            ),
            .key("lan", .list(of: .prefix), \.lan, "The prefixes of the peering LAN."),
            .key(
                "members",
                .list(of: .section(member)),
                \.members,
                "Who is on the LAN: by MAC address a packet's sender is known for certain."
            ),
            .later("ixf", "member lists in IX-F format."),
            .optional(
                "routeServers",
                .section(routeServers),
                \.routeServers,
                "The route servers: never the peer."
            ),
        ]
    )

    private static let member = Section<Exchange.Member>(
        "a member",
        initial: { _ in Exchange.Member(asn: .zero) },
        rows: [
            .key("asn", .asn, \.asn, required: true, "The member's AS number."),
            .key("addresses", .list(of: .address), \.addresses, "Its addresses on the LAN."),
            .key("macs", .list(of: .mac), \.macs, "The MAC addresses of its routers."),
        ]
    )

    private static let routeServers = Section<Exchange.RouteServers>(
        "the route servers",
        initial: { _ in Exchange.RouteServers(asn: .zero) },
        rows: [
            .key("asn", .asn, \.asn, required: true, "Their AS number."),
            .key(
                "requiredPerFamily",
                .integer(0...16),
                \.requiredPerFamily,
                "How many sessions each address family needs to be safe."
            ),
            .key("addresses", .list(of: .address), \.addresses, "Their addresses on the LAN."),
        ]
    )
}

extension Keys {
    static let interconnect = Section<Interconnect>(
        "an interconnect",
        initial: { _ in Interconnect(id: "", kind: .private) },
        rows: dealRows + placeRows
    )

    private static let dealRows: [Row<Interconnect>] = [
        .key("id", .name, \.id, required: true, "Its name in reports, alerts and exports."),
        .custom(
            "kind",
            .word(),
            required: true,
            "What it is built of.",
            set: { interconnect, kind, _ in
                interconnect.kind = kind
                interconnect.relationship = kind.defaultRelationship
                interconnect.settlement = kind.defaultSettlement
            },
            get: { interconnect, _ in interconnect.kind }
        ),
        .key(
            "relationship",
            .word(),
            \.relationship,
            default: "transit for kind transit, customer for kind customer, else peer",
            "What the other side is to us."
        ),
        .key(
            "settlement",
            .word(),
            \.settlement,
            default: "paidByUs for kind transit, paidToUs for kind customer, else free",
            "Who pays."
        ),
        .key(
            "peers",
            .list(of: .asn),
            \.peers,
            "AS numbers on the other side; none at an exchange, where each packet tells."
        ),
        .optional("via", .asn, \.via, "AS number of the carrier in between, for kind carrier."),
        .key("routing", .word(), \.routing, "How routes come: by BGP, or as `staticPrefixes`."),
        .key(
            "staticPrefixes",
            .list(of: .prefix),
            \.staticPrefixes,
            "The prefixes reached over it, for routing static."
        ),
    ]

    private static let placeRows: [Row<Interconnect>] = [
        .optional("exchange", .name, \.exchange, "The exchange, for kind exchange."),
        .optional("contract", .name, \.contract, "The contract that prices it."),
        .key(
            "interfaces",
            .list(of: interfaceReference, least: 1),
            \.interfaces,
            required: true,
            "The interfaces it runs over."
        ),
        .key(
            "addresses",
            .list(of: .address),
            \.addresses,
            "Addresses of the far routers, as next hops name them."
        ),
        .key(
            "tags",
            .list(of: .name),
            \.tags,
            "Words of your own; alert rules can select by them."
        ),
        .custom(
            "valid",
            .section(validity),
            default: "always",
            "The days on which it counts, in network.timezone.",
            set: { interconnect, days, reading in
                guard let range = days.range(in: reading.surroundings.timezone) else { return }
                interconnect.valid = range
            },
            get: { interconnect, settings in
                Validity(interconnect.valid, in: settings.inventory.network.timezone)
            }
        ),
    ]
}

// MARK: - References to interfaces

/// An interface as the configuration names it.
private struct InterfaceName {
    var exporter = ""
    var index: UInt32?
    var name: String?
    var vlan: UInt16?
}

extension Keys {
    private static let interfaceName = Section<InterfaceName>(
        "an interface",
        initial: { _ in InterfaceName() },
        rows: [
            .key("exporter", .name, \.exporter, required: true, "The exporter's name."),
            .optional(
                "index",
                .integer(1...UInt32.max),
                \.index,
                "The interface's ifIndex, if it is not named."
            ),
            .optional(
                "name",
                .text,
                \.name,
                "The interface's name, as the exporter's `interfaces` list it."
            ),
            .optional(
                "vlan",
                .integer(1...4094),
                \.vlan,
                default: "all VLANs",
                "Only frames of this VLAN (IEEE 802.1Q)."
            ),
        ]
    )

    private static let interfaceReference = Kind<InterfaceName>.section(interfaceName)
        .map(
            { name, _, reading in resolve(name, &reading) },
            back: { reference, _ in
                InterfaceName(
                    exporter: reference.exporter,
                    index: reference.index,
                    vlan: reference.vlan
                )
            }
        )

    @Sendable
    private static func resolve(
        _ name: InterfaceName,
        _ reading: inout Reading
    ) -> Interconnect.InterfaceReference? {
        guard !name.exporter.isEmpty else { return nil }
        let path = reading.path
        let exporters = reading.surroundings.exporters
        guard let exporter = exporters.first(where: { $0.name == name.exporter }) else {
            reading.reportUnknown(
                path + ".exporter",
                "there is no exporter \(name.exporter)",
                name.exporter,
                among: exporters.map(\.name)
            )
            return nil
        }
        guard name.name != nil || name.index != nil else {
            reading.report(path, "no interface is named", expected: "a name or an index")
            return nil
        }
        var index = name.index
        if let word = name.name {
            guard let named = exporter.interfaces.first(where: { $0.name == word }) else {
                reading.reportUnknown(
                    path + ".name",
                    "exporter \(exporter.name) has no interface \(word)",
                    word,
                    among: exporter.interfaces.compactMap(\.name)
                )
                return nil
            }
            if let index, index != named.index {
                reading.report(
                    path + ".index",
                    "interface \(word) has the index \(named.index), not \(index)",
                    expected: "either the name or the index"
                )
            }
            index = named.index
        }
        return index.map {
            Interconnect.InterfaceReference(exporter: exporter.name, index: $0, vlan: name.vlan)
        }
    }
}
