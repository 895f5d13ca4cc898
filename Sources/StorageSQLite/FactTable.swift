// SPDX-License-Identifier: Apache-2.0

import Model

/// A row of any of the fact tables: when, four numbers of dimensions (0 for those a table lacks),
/// how much.
struct FactRow {
    /// Start of the slot, or of the hour.
    var period: Int64
    /// In the order of the table's columns; an origin AS stands for itself.
    var dimensions: SIMD4<Int64>
    var measure: Measure
}

/// The four tables of facts, and the two statements each of them needs.
///
/// `upsert` takes the period, the dimensions, generation, collector and the five sums of a measure.
/// `select` takes the bounds of the period and gives rows of one shape for all four, in the order
/// of the primary key: so SQLite sums while it reads and sorts nothing.
enum FactTable: CaseIterable {
    case interface, neighbor, path, prefix

    /// How many of a row's dimensions it has.
    var dimensionCount: Int {
        switch self {
        case .interface: 1
        case .neighbor, .prefix: 2
        case .path: 4
        }
    }

    var upsert: String {
        switch self {
        case .interface: Self.upsertInterface
        case .neighbor: Self.upsertNeighbor
        case .path: Self.upsertPath
        case .prefix: Self.upsertPrefix
        }
    }

    var select: String {
        switch self {
        case .interface: Self.selectInterface
        case .neighbor: Self.selectNeighbor
        case .path: Self.selectPath
        case .prefix: Self.selectPrefix
        }
    }
}

extension FactTable {
    private static let upsertInterface = """
        INSERT INTO interface_fact VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET
            octets = octets + excluded.octets,
            packets = packets + excluded.packets,
            unscaled_octets = unscaled_octets + excluded.unscaled_octets,
            unscaled_packets = unscaled_packets + excluded.unscaled_packets,
            variance = variance + excluded.variance
        """

    private static let upsertNeighbor = """
        INSERT INTO neighbor_fact VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET
            octets = octets + excluded.octets,
            packets = packets + excluded.packets,
            unscaled_octets = unscaled_octets + excluded.unscaled_octets,
            unscaled_packets = unscaled_packets + excluded.unscaled_packets,
            variance = variance + excluded.variance
        """

    private static let upsertPath = """
        INSERT INTO path_fact VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET
            octets = octets + excluded.octets,
            packets = packets + excluded.packets,
            unscaled_octets = unscaled_octets + excluded.unscaled_octets,
            unscaled_packets = unscaled_packets + excluded.unscaled_packets,
            variance = variance + excluded.variance
        """

    private static let upsertPrefix = """
        INSERT INTO prefix_fact VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET
            octets = octets + excluded.octets,
            packets = packets + excluded.packets,
            unscaled_octets = unscaled_octets + excluded.unscaled_octets,
            unscaled_packets = unscaled_packets + excluded.unscaled_packets,
            variance = variance + excluded.variance
        """

    private static let selectInterface = """
        SELECT slot, interface_key, 0, 0, 0,
            SUM(octets), SUM(packets), SUM(unscaled_octets), SUM(unscaled_packets), SUM(variance)
        FROM interface_fact WHERE slot >= ? AND slot < ?
        GROUP BY slot, interface_key
        """

    private static let selectNeighbor = """
        SELECT slot, interface_key, evidence, 0, 0,
            SUM(octets), SUM(packets), SUM(unscaled_octets), SUM(unscaled_packets), SUM(variance)
        FROM neighbor_fact WHERE slot >= ? AND slot < ?
        GROUP BY slot, interface_key, evidence
        """

    private static let selectPath = """
        SELECT slot, interface_key, evidence, as_path, origin_as,
            SUM(octets), SUM(packets), SUM(unscaled_octets), SUM(unscaled_packets), SUM(variance)
        FROM path_fact WHERE slot >= ? AND slot < ?
        GROUP BY slot, interface_key, evidence, as_path, origin_as
        """

    private static let selectPrefix = """
        SELECT hour, interface_key, prefix, 0, 0,
            SUM(octets), SUM(packets), SUM(unscaled_octets), SUM(unscaled_packets), SUM(variance)
        FROM prefix_fact WHERE hour >= ? AND hour < ?
        GROUP BY hour, interface_key, prefix
        """
}
