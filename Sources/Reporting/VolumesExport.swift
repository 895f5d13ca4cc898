// SPDX-License-Identifier: Apache-2.0

import Analysis
import Model

/// The monthly volumes as finance takes them: one CSV row an interconnect, peer and direction.
///
/// The columns are fixed, whatever has data: what is not known yet is an empty cell. Amounts are
/// exact decimals: a gigabyte is 1,000,000,000 octets, a megabit 1,000,000 bits. Each row ends in a
/// digest of the row before it, as written, so that a changed figure shows.
public struct VolumesExport: Sendable {
    /// Lower-case hexadecimal SHA-256 of octets; injected, so that this module needs no library.
    public typealias Hash = @Sendable ([UInt8]) -> String

    /// The header row (INTERFACE section 5).
    public static let columns = [
        "period_start", "period_end", "timezone", "interconnect", "kind", "relationship",
        "settlement", "supplier", "contract", "peer_asn", "peer_name", "facility", "exchange",
        "direction", "octets", "gigabytes", "average_mbps", "percentile95_mbps", "peak_mbps",
        "peak_at", "slots_expected", "slots_present", "completeness_percent", "interval_percent",
        "source", "run", "status", "row_sha256",
    ]

    /// Below this completeness a figure is provisional, in hundredths of a percent (DOMAIN 3g).
    static let provisionalBelow = 9900

    private let input: ReportInput
    private let run: String
    private let hash: Hash

    /// An export of `input`; `run` names the billing run the figures belong to, if any.
    public init(of input: ReportInput, run: String = "", hash: @escaping Hash) {
        self.input = input
        self.run = run
        self.hash = hash
    }

    /// The whole file.
    public func csv() -> String {
        var text = Self.columns.joined(separator: ",") + "\r\n"
        let slots = input.slots
        let rows = InterconnectVolumes.rows(
            of: input.volumes,
            inventory: input.inventory,
            slots: slots,
            byFamily: false
        )
        for row in rows {
            let line = CSVWriter.line(identity(of: row) + figures(of: row, slots: slots.count))
            text += line + "," + hash(Array(line.utf8)) + "\r\n"
        }
        return text
    }

    private func identity(of row: InterconnectVolume) -> [(text: String, isText: Bool)] {
        let interconnect = row.place.interconnect(in: input.inventory)
        let contract = interconnect?.contract.flatMap { input.inventory.contract($0) }
        let cells: [ReportCell] = [
            .time(input.period.lowerBound),
            .time(input.period.upperBound),
            .text(input.timezone),
            .text(row.place.name(in: input.inventory)),
            .optional(interconnect?.kind.rawValue),
            .optional(interconnect?.relationship.rawValue),
            .optional(interconnect?.settlement.rawValue),
            .optional(contract?.supplier),
            .optional(interconnect?.contract),
            .known(row.peerAS),
            input.nameCell(row.peerAS),
            .none,
            .optional(interconnect?.exchange),
            .text(row.direction.word),
        ]
        return cells.map(\.csv)
    }

    private func figures(
        of row: InterconnectVolume,
        slots: Int
    ) -> [(text: String, isText: Bool)] {
        let completeness = input.completenessBasisPoints
        let isProvisional = completeness < Self.provisionalBelow
        let decimals = [
            DecimalText.text(UInt128(row.measure.octets), decimals: 9),
            DecimalText.text(UInt128(row.averageBitsPerSecond), decimals: 6),
            DecimalText.text(UInt128(row.percentile95BitsPerSecond), decimals: 6),
            DecimalText.text(UInt128(row.peakBitsPerSecond), decimals: 6),
        ].map { (text: $0, isText: false) }
        let counts: [ReportCell] = [
            .time(row.peakAt),
            .count(UInt64(input.expectedSlots)),
            .count(UInt64(slots)),
            .percent(Double(completeness) / 100),
            .percent(row.measure.intervalPercent ?? 0),
            .text("flow"),
            .text(run),
            .text(isProvisional ? "provisional" : "open"),
        ]
        return [ReportCell.octets(row.measure.octets).csv] + decimals + counts.map(\.csv)
    }
}
