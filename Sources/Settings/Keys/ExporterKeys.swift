// SPDX-License-Identifier: Apache-2.0

import Model

extension Keys {
    static let exporter = Section<Exporter>(
        "an exporter",
        initial: { _ in Exporter(name: "") },
        rows: placeRows + meaningRows
    )

    private static let placeRows: [Row<Exporter>] = [
        .key("name", .name, \.name, required: true, "Name of the router."),
        .optional("site", .text, \.site, "Where it stands."),
        .key("tags", .list(of: .name), \.tags, "Words of your own."),
        .key(
            "addresses",
            .list(of: .address, least: 1),
            \.addresses,
            required: true,
            "Where its datagrams come from."
        ),
        .key(
            "routerAddresses",
            .list(of: .address),
            \.routerAddresses,
            "Its loopbacks and next-hop-self addresses, as other routers see them."
        ),
    ]

    private static let meaningRows: [Row<Exporter>] = [
        .key(
            "identify",
            .word(),
            \.identify,
            "What `addresses` are: source addresses, or sFlow agent addresses behind a relay."
        ),
        .key(
            "observes",
            .word(),
            \.observes,
            "Where packets are observed when a record does not say; auto goes by other records."
        ),
        .inside("samplingRate", samplingRate, \.self, "One packet in how many is observed."),
        .key(
            "asFields",
            .word(),
            \.asFields,
            "What IE 16 and 17 hold: the origin AS, the neighboring AS, or nothing of use."
        ),
        .key(
            "innerHeaders",
            .innerHeaders,
            \.innerHeaders,
            "Tunnels inside which sampled packets are accounted by their inner addresses."
        ),
        .key(
            "quirks",
            .list(of: .word()),
            \.quirks,
            "Corrections of what it does differently from the standard."
        ),
        .key(
            "views",
            .list(of: .viewName),
            \.views,
            "Views to route by, in order of preference: names of neighbors, stations or tables."
        ),
        .key(
            "otherInterfaces",
            .word(of: [.unknown, .internal]),
            \.otherInterfaces,
            "What an interface is that is not listed."
        ),
        .key(
            "interfaces",
            .list(of: .section(interface)),
            \.interfaces,
            "The interfaces that matter."
        ),
    ]

    private static let samplingRate = Section<Exporter>(
        "a sampling rate",
        initial: { _ in Exporter(name: "") },
        rows: [
            .optional(
                "default",
                .samplingRate,
                \.defaultRate,
                default: "1, flagged as assumed",
                "Counts where the exporter does not say."
            ),
            .optional(
                "override",
                .samplingRate,
                \.overrideRate,
                default: "what the exporter says",
                "Counts whatever the exporter says."
            ),
        ]
    )

    private static let interface = Section<Exporter.Interface>(
        "an interface",
        initial: { _ in Exporter.Interface(index: 0) },
        check: { interface, reading in
            if interface.to != nil, interface.role != .backbone {
                reading.report(
                    reading.path + ".to",
                    "only a backbone interface leads to another exporter",
                    expected: "role: backbone"
                )
            }
        },
        rows: [
            .key("index", .integer(1...UInt32.max), \.index, required: true, "Its ifIndex."),
            .optional("name", .text, \.name, "Its name, by which interconnects may refer to it."),
            .optional(
                "speed",
                .speed,
                \.speed,
                unit: "bits per second",
                "Its speed: what utilization is measured against."
            ),
            .optional(
                "role",
                .word(of: [.internal, .backbone]),
                \.role,
                default: "that of the interconnect that uses it, else unknown",
                "Inside the network, or between its routers."
            ),
            .optional(
                "to",
                .name,
                \.to,
                "The exporter at the other end of a backbone link."
            ),
            .optional(
                "observes",
                .word(),
                \.observes,
                default: "that of the exporter",
                "Where packets of this interface are observed."
            ),
        ]
    )
}
