// SPDX-License-Identifier: Apache-2.0

/// The export protocols, by the first octets of a datagram.
public enum FlowProtocol: UInt8, Hashable, Sendable, CaseIterable, BitwiseCopyable {
    case sflow5 = 0
    case ipfix = 1
    case netflow9 = 2
    case netflow5 = 3

    /// The word in JSON output and metrics.
    public var word: String {
        switch self {
        case .sflow5: "sflow5"
        case .ipfix: "ipfix"
        case .netflow9: "netflow9"
        case .netflow5: "netflow5"
        }
    }
}

/// What the octets of a record count (INTERFACE, `octetsBasis`).
public enum OctetsBasis: UInt8, Hashable, Sendable, CaseIterable, BitwiseCopyable {
    /// The outermost IP packet.
    case ip = 0
    /// A running total of the flow; the increment is formed by flow.
    case total = 1
    /// After a middlebox function (IE 23).
    case post = 2
    /// The layer-2 frame (IE 352).
    case layer2 = 3

    /// The word in JSON output.
    public var word: String {
        switch self {
        case .ip: "ip"
        case .total: "total"
        case .post: "post"
        case .layer2: "layer2"
        }
    }
}
