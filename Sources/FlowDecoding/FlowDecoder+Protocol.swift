// SPDX-License-Identifier: Apache-2.0

public import Model
import Wire

/// What a datagram is, by its first octets.
extension FlowDecoder {
    /// Whether a UDP payload is a flow export, by its first octets.
    public static func isFlowExport(_ payload: RawSpan) -> Bool { flowProtocol(of: payload) != nil }

    /// The protocol of a UDP payload by its first octets; nil when it is no flow export.
    public static func flowProtocol(of payload: RawSpan) -> FlowProtocol? {
        var reader = WireReader(payload, as: "datagram")
        let octets = reader.remaining
        guard let version = try? reader.read(UInt16.self) else { return nil }
        switch version {
        case 0:
            let isFive = (try? reader.read(UInt16.self)) == 5
            return isFive && octets >= DecodingWork.sFlowHeaderOctets ? .sflow5 : nil
        case 5: return octets >= DecodingWork.netFlow5HeaderOctets ? .netflow5 : nil
        case 9: return octets >= DecodingWork.netFlow9HeaderOctets ? .netflow9 : nil
        case 10: return octets >= DecodingWork.ipfixHeaderOctets ? .ipfix : nil
        default: return nil
        }
    }

    /// What of a UDP payload that is no flow export for us is to be said: that it is one of a
    /// version that is not decoded, or that it is none.
    static func problem(with payload: RawSpan) -> DecodingProblem {
        var reader = WireReader(payload, as: "datagram")
        let octets = reader.remaining
        let version = (try? reader.read(UInt16.self)) ?? .max
        let isOld: Bool =
            switch version {
            // NetFlow v1 has a header of 16 octets, v7 and v6 of 24, v8 of 28.
            case 1: octets >= 16
            case 6, 7: octets >= 24
            case 8: octets >= 28
            // sFlow 2 and 4, with the address of an IPv4 agent.
            case 0: octets >= 24 && [2, 4].contains((try? reader.read(UInt16.self)) ?? 0)
            default: false
            }
        return isOld
            ? DecodingProblem(.unsupportedVersion, subject: "version", offset: 0)
            : DecodingProblem(.notFlowExport, subject: "datagram", offset: 0)
    }

    /// The agent address in an sFlow datagram, by which a relay's exporters are told apart; nil
    /// when there is none.
    public static func sFlowAgent(of datagram: borrowing Datagram) -> IPAddress? {
        guard flowProtocol(of: datagram.octets) == .sflow5 else { return nil }
        var reader = WireReader(datagram.octets, as: "sFlow agent address")
        do throws(WireError) {
            try reader.skip(octets: 4)
            return try reader.readSFlowAddress()
        } catch {
            return nil
        }
    }
}
