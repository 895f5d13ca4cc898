// SPDX-License-Identifier: Apache-2.0

extension CollectorMetrics {
    /// The collector's metrics, by name.
    ///
    /// To add one, add a row here and count it in ``CollectorMetrics``.
    package static let descriptions: [MetricDescription] =
        flowDescriptions + routeDescriptions + storeDescriptions + processDescriptions

    private static let flowDescriptions: [MetricDescription] = [
        .init(
            "peerage_datagrams_total",
            .counter,
            "Flow export datagrams received from an exporter."
        ),
        .init(
            "peerage_duplicate_datagrams_total",
            .counter,
            "Datagrams of an exporter that came twice, and counted once."
        ),
        .init(
            "peerage_errors_total",
            .counter,
            "Failed parts of datagrams that were otherwise read."
        ),
        .init(
            "peerage_exporter_last_seen_seconds",
            .gauge,
            "Arrival of the last datagram, in seconds since 1970-01-01 00:00 UTC."
        ),
        .init(
            "peerage_exporter_skew_seconds",
            .gauge,
            "By how much the exporter's clock is ahead of the collector's."
        ),
        .init(
            "peerage_flows_not_sent_total",
            .counter,
            "Flows that an exporter says it could not send."
        ),
        .init(
            "peerage_interconnect_octets_total",
            .counter,
            "Octets that crossed an interconnect, as estimated from the samples."
        ),
        .init(
            "peerage_kernel_drops_total",
            .counter,
            "Datagrams that the kernel dropped because a socket's buffer was full."
        ),
        .init(
            "peerage_lost_records_total",
            .counter,
            "Flow records lost on the way, by estimate where the protocol numbers datagrams."
        ),
        .init("peerage_octets_total", .counter, "Octets that an exporter's records stand for."),
        .init("peerage_records_total", .counter, "Flow records received from an exporter."),
        .init(
            "peerage_refused_datagrams_total",
            .counter,
            "Datagrams that were not decoded: because of where they came from, or as duplicates."
        ),
        .init(
            "peerage_next_hop_mismatches_total",
            .counter,
            "Flows that named a next hop that no path to their prefix has, in the exporter's views."
        ),
        .init(
            "peerage_samples_dropped_total",
            .counter,
            "Samples that an sFlow agent says it had to drop."
        ),
        .init(
            "peerage_samples_lost_total",
            .counter,
            "Samples missing by the numbers of their sources, in datagrams that were not lost."
        ),
        .init(
            "peerage_sequence_lost_total",
            .counter,
            "Lost by the exporter's own sequence numbers, in the unit of its protocol."
        ),
        .init(
            "peerage_series",
            .gauge,
            "Rows of an exporter in its fullest slot, as held to limits.series."
        ),
        .init("peerage_templates", .gauge, "Templates known of an exporter."),
        .init(
            "peerage_undecoded_datagrams_total",
            .counter,
            "Datagrams of which nothing could be read."
        ),
    ]

    private static let routeDescriptions: [MetricDescription] = [
        .init(
            "peerage_neighbor_stale",
            .gauge,
            "1 while routes of a session that has ended are kept, else 0."
        ),
        .init(
            "peerage_bgp_connections_over_limit_total",
            .counter,
            "BGP connections closed because too many waited to be established."
        ),
        .init(
            "peerage_bgp_pauses_total",
            .counter,
            "How often a BGP session stopped reading because the queue of updates was full."
        ),
        .init(
            "peerage_bgp_session_errors_total",
            .counter,
            "BGP sessions ended by an error of the neighbor, by the error."
        ),
        .init(
            "peerage_bgp_skipped_updates_total",
            .counter,
            "UPDATEs with routes of families that are not used, by AFI and SAFI: 1/128."
        ),
        .init(
            "peerage_bmp_add_path_mismatch_total",
            .counter,
            "BMP messages whose path identifiers are not as the peer's OPENs say."
        ),
        .init(
            "peerage_bmp_malformed_total",
            .counter,
            "BMP messages, and UPDATEs in them, that could not be read."
        ),
        .init("peerage_bmp_messages_total", .counter, "BMP messages received of a station."),
        .init(
            "peerage_bmp_peer_up_missing_total",
            .counter,
            "Tables whose routes were reported without a Peer Up of their peer."
        ),
        .init("peerage_neighbor_up", .gauge, "1 while the BGP session is established, else 0."),
        .init("peerage_route_queue_depth", .gauge, "Route updates that wait to be applied."),
        .init("peerage_routes", .gauge, "Prefixes with a route in a view."),
        .init("peerage_station_peers", .gauge, "Peers that are up at a BMP station."),
        .init("peerage_station_up", .gauge, "1 while a BMP station is connected, else 0."),
        .init(
            "peerage_tcp_md5_drops_total",
            .counter,
            "TCP segments that the kernel dropped for their MD5 signature, on the whole host."
        ),
    ]

    private static let storeDescriptions: [MetricDescription] = [
        .init(
            "peerage_flush_rows",
            .histogram,
            "Rows that one flush handed to the store.",
            bounds: [10, 100, 1_000, 10_000, 100_000, 1_000_000]
        ),
        .init(
            "peerage_flush_seconds",
            .histogram,
            "How long the store took for one flush.",
            bounds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
        ),
        .init("peerage_store_octets", .gauge, "Size of the store's files."),
        .init("peerage_store_waiting_rows", .gauge, "Rows that the store has not taken yet."),
    ]

    private static let processDescriptions: [MetricDescription] = [
        .init("peerage_build_info", .gauge, "1, with the version that runs."),
        .init(
            "peerage_octets_without_base_total",
            .counter,
            "Octets of running totals that only set the base of the next."
        ),
        .init("peerage_clock_steps_total", .counter, "How often the wall clock was set."),
        .init(
            "peerage_limit_reached_total",
            .counter,
            "How often something configured as bounded was at its bound."
        ),
        .init("peerage_open_descriptors", .gauge, "File descriptors the process has open."),
        .init(
            "peerage_reload_total",
            .counter,
            "Reloads of the configuration, by whether it was accepted or refused."
        ),
        .init("peerage_resident_octets", .gauge, "Memory of the process that is resident."),
        .init(
            "peerage_start_time_seconds",
            .gauge,
            "When the process began, in seconds since 1970-01-01 00:00 UTC."
        ),
    ]
}
