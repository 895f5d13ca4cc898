// SPDX-License-Identifier: Apache-2.0

public import Model

/// One thing a family of exporters does differently from the standard, and how it is put right.
///
/// Quirks are applied to the finished ``FlowRecord``, after decoding and before attribution, so
/// that the decoders stay as plain as the documents they follow. An operator switches them on by
/// name for one exporter.
///
/// To add one: its word in Model's `Exporter.Quirk`, a row in ``table``, a sample in
/// `ExporterQuirkTests`.
public struct ExporterQuirk: Sendable {
    public let name: Exporter.Quirk
    /// Who does it: device, software, setting.
    public let evidence: String
    public let correct: @Sendable (inout FlowRecord) -> Void

    public static let table: [ExporterQuirk] = [
        ExporterQuirk(
            name: .octetsIncludeEthernetHeader,
            evidence: "switches whose flow records count the frame, 14 octets a packet more",
            correct: {
                // What says itself that it counts frames is put right later; a sampled packet
                // counts by its own header.
                guard $0.octetsBasis != .layer2, $0.flowProtocol != .sflow5 else { return }
                let (headers, overflow) = $0.packets.multipliedReportingOverflow(by: 14)
                if !overflow { $0.octets -= min($0.octets, headers) }
            }
        ),
        ExporterQuirk(
            name: .interfaceZeroIsDiscarded,
            evidence:
                "routers that report packets dropped by an access list with output interface 0",
            correct: {
                guard $0.egressKind == .interface, !$0.has(.egressInterface) else { return }
                $0.egressKind = .discarded
            }
        ),
    ]

    /// The quirks of these names, in the order of the names.
    public static func named(_ names: [Exporter.Quirk]) -> [ExporterQuirk] {
        names.compactMap { name in table.first { $0.name == name } }
    }
}
