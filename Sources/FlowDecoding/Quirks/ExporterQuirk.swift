// SPDX-License-Identifier: Apache-2.0

public import Model

/// One thing a family of exporters does differently from the standard, and how it is put right.
///
/// Quirks are applied to the finished ``FlowRecord``, after decoding and before attribution, so
/// that the decoders stay as plain as the documents they follow. An operator switches them on by
/// name for one exporter.
///
/// To add one, add a row to ``table`` and a sample to `ExporterQuirkTests`.
public struct ExporterQuirk: Sendable {
    /// Name in the configuration.
    public let name: String
    /// Who does it: device, software, setting.
    public let evidence: String
    public let correct: @Sendable (inout FlowRecord) -> Void

    public static let table: [ExporterQuirk] = [
        ExporterQuirk(
            name: "octets-include-ethernet-header",
            evidence: "switches whose flow records count the frame, 14 octets a packet more",
            correct: {
                let (headers, overflow) = $0.packets.multipliedReportingOverflow(by: 14)
                if !overflow { $0.octets -= min($0.octets, headers) }
            }
        ),
        ExporterQuirk(
            name: "interface-zero-is-discarded",
            evidence:
                "routers that report packets dropped by an access list with output interface 0",
            correct: { if !$0.has(.egressInterface) { $0.egressKind = .discarded } }
        ),
    ]

    /// The quirk of this name; nil when there is none.
    public static func named(_ name: String) -> ExporterQuirk? {
        table.first { $0.name == name }
    }
}
