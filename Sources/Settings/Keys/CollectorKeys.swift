// SPDX-License-Identifier: Apache-2.0

// What the collector opens, keeps and remembers.

extension Keys {
    static let store = Section<Settings.Store>(
        "the store",
        initial: { _ in Settings.Store() },
        rows: [
            .inside("sqlite", sqlite, \.sqlite, "The embedded store."),
            .later("clickhouse", "the distributed store."),
        ]
    )

    private static let sqlite = Section<Settings.Store.SQLite>(
        "the embedded store",
        initial: { _ in Settings.Store.SQLite() },
        rows: [
            .key("path", .path, \.path, "The database file; made when it does not exist."),
            .optional(
                "backup",
                .section(backup),
                \.backup,
                default: "no backups",
                "Copies of the database, made while it is in use."
            ),
        ]
    )

    private static let backup = Section<Settings.Store.Backup>(
        "the backups",
        initial: { _ in Settings.Store.Backup(directory: "") },
        rows: [
            .key(
                "directory",
                .path,
                \.directory,
                required: true,
                "Where they are kept: on another disk, if there is one."
            ),
            .key("every", .duration(60...2_592_000), \.everySeconds, "From one to the next."),
            .key("keep", .integer(1...1_000), \.keep, "How many are kept, the newest."),
        ]
    )

    static let learn = Section<Settings.Learn>(
        "learning",
        initial: { _ in Settings.Learn() },
        rows: [
            .key(
                "from",
                .list(of: .prefix),
                \.from,
                """
                Where exporters may be that are not listed: what they report is kept apart, and \
                counts when they are adopted.
                """
            ),
            .key(
                "hold",
                .duration(60...7_776_000),
                \.holdSeconds,
                """
                How long what they report is kept: longer than a slot is open, which is \
                slotSeconds and latenessSeconds.
                """
            ),
            .key(
                "exporters",
                .integer(1...1_024),
                \.exporters,
                "How many are kept at once; others are counted and refused."
            ),
        ]
    )

    /// Each bound has a metric and a reason in the ledger; what it costs is memory.
    static let limits = Section<Settings.Limits>(
        "the limits",
        initial: { _ in Settings.Limits() },
        rows: [
            .key("templates", .integer(1...65_536), \.templates, "Templates of one exporter."),
            .key(
                "domains",
                .integer(1...65_536),
                \.domains,
                "Observation domains of one exporter."
            ),
            .key(
                "series",
                .integer(1...10_000_000),
                \.series,
                """
                Rows of one exporter in one slot that name a neighbor or a path; what is beyond \
                is counted in one row an interface.
                """
            ),
            .key(
                "waitingRows",
                .integer(1_000...100_000_000),
                \.waitingRows,
                "Rows that wait in memory while the store is out of reach."
            ),
            .key(
                "routeUpdates",
                .integer(16...16_777_216),
                \.routeUpdates,
                "Route updates that wait to be applied; then the sessions are read no further."
            ),
        ]
    )

    static let listen = Section<Settings.Listen>(
        "the sockets",
        initial: { _ in Settings.Listen() },
        rows: [
            .key(
                "flows",
                .list(of: .endpoint),
                \.flows,
                "UDP addresses and ports for flow exports; each takes every protocol."
            ),
            .optional(
                "bgp",
                .endpoint,
                \.bgp,
                default: "no BGP",
                "TCP address and port on which routers open BGP sessions."
            ),
            .optional(
                "bmp",
                .endpoint,
                \.bmp,
                default: "no BMP",
                "TCP address and port on which routers open BMP connections."
            ),
            .optional(
                "console",
                .endpoint,
                \.console,
                default: "none: the API is on the control socket only",
                "TCP address and port of the API, metrics and health: on loopback."
            ),
            .key(
                "workers",
                .workers,
                \.workers,
                """
                Threads that receive flows; auto is one a processor, at most 16. All datagrams \
                of one exporter come to one of them.
                """
            ),
        ]
    )
}

extension Kind where Value == Int? {
    /// A number of threads, or nil for one a processor.
    fileprivate static var workers: Kind {
        scalar(
            "auto, or an integer from 1 to 64",
            .either,
            schema: [
                "anyOf": .list([
                    ["const": "auto"],
                    ["type": "integer", "minimum": .integer(1), "maximum": .integer(64)],
                ])
            ],
            parse: { text -> Int?? in
                if text == "auto" { return .some(nil) }
                guard text.utf8.allSatisfy({ (48...57).contains($0) }), let count = Int(text),
                    (1...64).contains(count)
                else { return nil }
                return count
            },
            show: { $0.map(OutputValue.integer) ?? "auto" }
        )
    }
}
