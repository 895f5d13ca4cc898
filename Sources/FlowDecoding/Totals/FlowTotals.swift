// SPDX-License-Identifier: Apache-2.0

/// What the decoder makes of records whose counters are running totals of their flow:
/// octetTotalCount and packetTotalCount (IE 85 and 86).
public enum FlowTotals: Sendable {
    /// They stay what they are.
    case asExported
    /// Each becomes what the flow grew by since its last record: what is to be accounted.
    case increments
}
