// SPDX-License-Identifier: Apache-2.0

import Model

/// The keys of the configuration, section by section; each is one row.
///
/// Rows are read in the order they stand in, whatever the order in the file: a section may rely on
/// what the rows before it have set.
enum Keys {
    static let root = Section<Settings>(
        "the configuration",
        initial: { _ in Settings() },
        rows: generalRows + inventoryRows + laterRows
    )

    private static let generalRows: [Row<Settings>] = [
        include,
        .optional(
            "collector",
            .name,
            \.collector,
            default: "the name of the host",
            "Name of this collector in every row it stores."
        ),
        .inside(
            "network",
            network,
            \.inventory.network,
            required: true,
            "The network that is accounted for.",
            then: { settings, reading in
                reading.surroundings.currency = settings.inventory.network.currency
                reading.surroundings.timezone = settings.inventory.network.timezone
            }
        ),
        .inside("store", store, \.store, "Where volumes are kept."),
        .optional(
            "state",
            .path,
            \.state,
            default: "state/ beside the main file",
            "Directory of templates, samplers and route snapshots, which survive a restart."
        ),
        .optional(
            "control",
            .socketPath,
            \.control,
            default: "peerage.sock beside the main file",
            "The UNIX socket by which commands reach a running collector."
        ),
        .key(
            "slotSeconds",
            .integer(of: [60, 180, 300, 900]),
            \.slotSeconds,
            unit: "seconds",
            "Length of an accounting slot."
        ),
        .key(
            "flushSeconds",
            .integer(1...60),
            \.flushSeconds,
            unit: "seconds",
            "How often running totals are written to the store."
        ),
        .key(
            "latenessSeconds",
            .integer(2...86_400),
            \.latenessSeconds,
            unit: "seconds",
            "How long after its end a slot takes increments before it is sealed: at least twice "
                + "`flushSeconds`."
        ),
        .inside("learn", learn, \.learn, "Exporters that are held until they are adopted."),
        .inside("limits", limits, \.limits, "How much the collector remembers at most."),
        .inside("listen", listen, \.listen, "The sockets the collector opens."),
    ]

    private static let inventoryRows: [Row<Settings>] = [
        .custom(
            "exporters",
            .list(of: .section(exporter)),
            "The routers that report flows; datagrams of others are counted and refused.",
            set: { settings, exporters, reading in
                settings.inventory.exporters = exporters
                reading.surroundings.exporters = exporters
            },
            get: { settings, _ in settings.inventory.exporters }
        ),
        .key(
            "neighbors",
            .list(of: .section(neighbor)),
            \.neighbors,
            "The routers whose BGP sessions are accepted; each fills a view of its name."
        ),
        .key(
            "stations",
            .list(of: .section(station)),
            \.stations,
            """
            The routers whose BMP connections are accepted; each fills a view of its name, and one \
            of its name and the route distinguisher for each VPN.
            """
        ),
        .key("tables", .list(of: .section(table)), \.tables, "MRT files loaded at the start."),
        .key(
            "exchanges",
            .list(of: .section(exchange)),
            \.inventory.exchanges,
            "The Internet exchanges the network is connected to."
        ),
        .key(
            "contracts",
            .list(of: .section(contract)),
            \.inventory.contracts,
            "What was agreed with suppliers and customers."
        ),
        .key(
            "interconnects",
            .list(of: .section(interconnect)),
            \.inventory.interconnects,
            "The places where traffic is exchanged."
        ),
        .key(
            "groups",
            .list(of: .section(group)),
            \.inventory.groups,
            "ASes that count as one: as the first of them."
        ),
        .inside("prices", prices, \.prices, "What peering would cost, in network.currency."),
        .inside("alerts", alerts, \.alerts, "What is watched, and who is told."),
    ]

    private static let laterRows: [Row<Settings>] = [
        .later("registry", "PeeringDB, IX-F and AS relationship files."),
        .later("policies", "peering policies."),
        .later("corrections", "corrections of wrong rates."),
    ]

    /// Taken out before the keys are read: the row says what it is.
    private static let include = Row<Settings>(
        name: "include",
        expected: "a file, or a list of files",
        isRequired: false,
        isSupported: true,
        read: { _, _, _ in },
        show: { _, _ in nil },
        schema: { _ in
            [
                "anyOf": .list([
                    ["type": "string"], ["type": "array", "items": ["type": "string"]],
                ]),
                "description": """
                Files whose keys are read as if they stood here; lists are joined, \
                and a single value may be given once only.
                """,
            ]
        }
    )
}

// MARK: - The network

extension Keys {
    static let network = Section<Inventory.Network>(
        "the network",
        initial: { _ in Inventory.Network() },
        rows: [
            .key(
                "asns",
                .list(of: .asn, least: 1),
                \.asns,
                required: true,
                "The network's own AS numbers."
            ),
            .key(
                "siblings",
                .list(of: .asn),
                \.siblings,
                "Other AS numbers of the same organization: never candidates for peering."
            ),
            .optional(
                "confederation",
                .section(confederation),
                \.confederation,
                default: "none",
                "The confederation that the first of asns is a member of (RFC 5065)."
            ),
            .key(
                "prefixes",
                .list(of: .prefix),
                \.prefixes,
                """
                The network's own prefixes: they tell which way a packet went when nothing else \
                does.
                """
            ),
            .key("timezone", .timezone, \.timezone, "IANA time zone in which months begin."),
            .key("currency", .currency, \.currency, "ISO 4217 code of the prices."),
        ]
    )

    private static let confederation = Section<Confederation>(
        "the confederation",
        initial: { _ in Confederation(identifier: .zero, members: []) },
        rows: [
            .key(
                "identifier",
                .asn,
                \.identifier,
                required: true,
                "The AS number that is seen from outside."
            ),
            .custom(
                "members",
                .list(of: .asn, least: 1),
                required: true,
                "The AS numbers inside: their routers are neighbors of our own AS.",
                set: { confederation, members, _ in confederation.members = Set(members) },
                get: { confederation, _ in confederation.members.sorted() }
            ),
        ]
    )

    private static let group = Section<Inventory.Group>(
        "a group",
        initial: { _ in Inventory.Group(id: "", asns: []) },
        rows: [
            .key("id", .name, \.id, required: true, "Name of the group."),
            .key(
                "asns",
                .list(of: .asn, least: 1),
                \.asns,
                required: true,
                "Its AS numbers, the one that the others count as first."
            ),
        ]
    )
}
