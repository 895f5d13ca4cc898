// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// Datagrams that come twice.
///
/// The same octets, from the same address and port, within a minute: that is the network's doing,
/// not the exporter's, for the sequence number is among them. Looked for before anything is read,
/// so that a duplicate changes no state.
///
/// Some exporters do not number: then equal octets may well be two datagrams. So a datagram is a
/// duplicate only where the numbers of its stream move; see ``SequenceStream/movedAt``.
extension FlowDecoder {
    /// Whether the datagram, of that hash, came a moment ago.
    func isDuplicate(_ datagram: borrowing Datagram, _ hash: UInt64, state: Int) -> Bool {
        guard exporters[state].duplicates.contains(hash, at: datagram.arrival),
            let source = SequenceTracker.Source(of: datagram)
        else { return false }
        return exporters[state].sequences.isNumbered(source, at: datagram.arrival)
    }

    /// Remembers a datagram of which something was read.
    mutating func remember(
        _ hash: UInt64,
        _ outcome: DatagramOutcome,
        at arrival: Int64,
        state: Int
    ) {
        if outcome.exporterRestarted { exporters[state].duplicates.removeAll() }
        guard outcome.undecoded == nil else { return }
        let (limits, count) = (limits, exporters.count)
        exporters[state].duplicates.insert(hash, at: arrival, limit: limits.duplicates(of: count))
    }
}

extension SequenceTracker.Source {
    /// What the sequence number of a datagram is counted for; nil when its header is cut short.
    init?(of datagram: borrowing Datagram) {
        guard let flowProtocol = FlowDecoder.flowProtocol(of: datagram.octets) else { return nil }
        var reader = WireReader(datagram.octets, as: "datagram")
        var context = MessageContext(datagram, flowProtocol)
        do throws(WireError) {
            switch flowProtocol {
            case .sflow5:
                try reader.skip(octets: 4)
                let agent = try reader.readSFlowAddress()
                self.init(agent: agent, subAgent: try reader.read())
                return
            case .netflow5:
                try reader.skip(octets: 20)
                context.domain = UInt32(try reader.read(UInt16.self))
            case .netflow9:
                try reader.skip(octets: 16)
                context.domain = try reader.read()
            case .ipfix:
                try reader.skip(octets: 12)
                context.domain = try reader.read()
            }
        } catch {
            return nil
        }
        self.init(context)
    }
}
