// SPDX-License-Identifier: Apache-2.0

public import Model

/// What became of one datagram.
public struct DatagramOutcome: Equatable, Sendable {
    /// nil when the datagram is no flow export.
    public var flowProtocol: FlowProtocol?
    /// Why nothing in the datagram could be read; nil when something was, or was held.
    ///
    /// The problems of such a datagram are not in ``FlowBatch/errors``, which holds the failed
    /// parts of datagrams that were otherwise read: each datagram is decoded or undecoded, once.
    public var undecoded: DecodingReason?

    /// Data records and flow samples, those of held Data Sets included.
    public var records = 0
    public var counterSamples = 0
    /// sFlow samples of discarded packets: counted, no traffic.
    public var discardSamples = 0
    /// Template Records, withdrawals included.
    public var templates = 0
    /// Options Template Records, withdrawals included.
    public var optionsTemplates = 0
    public var optionsRecords = 0
    /// Data Sets put aside until their template comes.
    public var heldSets = 0

    /// Observation Domain ID (IPFIX), source id (NetFlow v9), engine type and id (NetFlow v5).
    public var observationDomain: UInt32?
    /// sFlow agent address.
    public var agent: IPAddress?
    public var subAgent: UInt32?
    /// The exporter's sequence number, in the unit of its protocol.
    public var sequence: UInt32?

    /// By how much the count of what was lost on the way changes.
    ///
    /// In the unit of the protocol: packets (NetFlow v9), datagrams (sFlow), flows (NetFlow v5),
    /// Data Records (IPFIX). Negative when what was counted came late; see ``LossCarry``.
    public var sequenceLost: Int64 = 0
    /// The exporter began anew since its last datagram; nothing is counted as lost for that.
    public var exporterRestarted = false
    /// The sequence leapt further than loss explains; what was lost there cannot be said.
    public var sequenceLeapt = false
    /// The datagram is octet for octet one that came a moment ago; nothing in it was counted.
    public var isDuplicate = false
    /// By how much the estimate of the records lost on the way changes; see ``sequenceLost``.
    public var lostRecords: Int64 = 0
    /// Samples the agent says it could not send, its own `drops` (sFlow version 5, section 5).
    public var samplesDropped: UInt64 = 0
    /// Flow samples missing by the numbers of their sources, beside those of lost datagrams.
    public var samplesLost: Int64 = 0
    /// What the exporter's processes say they could not meter or send.
    public var notSent = Unsent()
    /// Data Sets read by a template that an earlier process learned, not confirmed since.
    public var cachedTemplateSets = 0

    public init() {}

    /// Flows, packets and octets that never left the exporter (RFC 7011, sections 4.1 to 4.3).
    public struct Unsent: Equatable, Sendable {
        public var flows: UInt64 = 0
        public var packets: UInt64 = 0
        public var octets: UInt64 = 0

        public init() {}
    }

    static func duplicate(of flowProtocol: FlowProtocol?) -> DatagramOutcome {
        var outcome = DatagramOutcome()
        outcome.flowProtocol = flowProtocol
        outcome.isDuplicate = true
        return outcome
    }

    /// Whether the first octets are those of a flow export, whatever could be read of it.
    public var isFlowExport: Bool { flowProtocol != nil }

    /// Whether anything in the datagram was read or put aside.
    package var isEmpty: Bool {
        records + counterSamples + discardSamples + templates + optionsTemplates + optionsRecords
            + heldSets == 0
    }
}
