// SPDX-License-Identifier: Apache-2.0

import Model

/// What the header of a datagram says of its exporter: what was lost, whether it began anew, by how
/// much its clock is off.
extension DecodingWork {
    /// Watches the datagram that was decoded last.
    mutating func watch(_ state: inout ExporterState) {
        guard let message, let sequence = outcome.sequence else { return }
        let header = SequenceHeader(
            sequence: sequence,
            records: messageRecords,
            flows: messageRecords.map { max($0 - outcome.optionsRecords, 0) },
            uptime: message.flowProtocol == .ipfix ? nil : message.uptime,
            arrival: message.arrival,
            exportTime: message.exportTime
        )
        let source: SequenceTracker.Source =
            message.flowProtocol == .sflow5
            ? SequenceTracker.Source(agent: outcome.agent, subAgent: outcome.subAgent ?? 0)
            : SequenceTracker.Source(message)
        let verdict = state.sequences.take(header, of: source, limit: limits.sequences)
        outcome.sequenceLost = verdict.lost
        outcome.lostRecords = verdict.lostRecords
        outcome.sequenceLeapt = verdict.isBroken
        // Options tell of a restart after the numbers did.
        let isNews = message.arrival &- state.lastRestart > TemplateCache.confirmationTime
        if verdict.hasRestarted || (hasBooted && isNews) {
            outcome.exporterRestarted = true
            state.lastRestart = message.arrival
            state.templates.exporterRestarted(at: message.arrival)
        }
        if message.exportTime != 0 { state.skew.add(Self.skew(message)) }
        if message.flowProtocol == .sflow5 {
            watchSources(&state, of: source.key, datagram: sequence)
        }
    }

    /// Export time less arrival, in nanoseconds.
    ///
    /// IPFIX and NetFlow v9 write whole seconds, rounded down: half a second less on average.
    private static func skew(_ message: MessageContext) -> Int64 {
        let rounding: Int64 = message.flowProtocol == .netflow5 ? 0 : 500_000_000
        return message.exportTime &+ rounding &- message.arrival
    }
}
