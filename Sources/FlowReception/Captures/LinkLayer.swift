// SPDX-License-Identifier: Apache-2.0

import CPcap

/// What stands before the IP packet in the frames of a capture.
enum LinkLayer {
    case ethernet
    /// Linux "any" captures (LINKTYPE_LINUX_SLL).
    case linuxCooked1
    /// The same with the interface's index (LINKTYPE_LINUX_SLL2).
    case linuxCooked2
    /// BSD loopback: the address family in four octets.
    case loopback
    /// Nothing: the frame is the IP packet.
    case rawIP
    /// One we do not read: all its packets are skipped.
    case unknown

    /// More 802.1Q tags than this are no frame of a network we know.
    private static let maximumTags = 4

    /// The layer for one of libpcap's DLT numbers.
    init(dataLinkType: Int32) {
        switch dataLinkType {
        case DLT_EN10MB: self = .ethernet
        case DLT_LINUX_SLL: self = .linuxCooked1
        case DLT_LINUX_SLL2: self = .linuxCooked2
        case DLT_NULL, DLT_LOOP: self = .loopback
        case DLT_RAW, DLT_IPV4, DLT_IPV6: self = .rawIP
        default: self = .unknown
        }
    }

    /// Moves past the header of `frame`; false when no IP packet follows.
    func removeHeader(of frame: inout PacketOctets) -> Bool {
        switch self {
        case .ethernet:
            frame.skip(12) && Self.removeEtherType(of: &frame)
        case .linuxCooked1:
            frame.skip(14) && Self.removeEtherType(of: &frame)
        case .linuxCooked2:
            Self.removeLinuxCooked2(of: &frame)
        case .loopback:
            Self.removeFamily(of: &frame)
        case .rawIP:
            true
        case .unknown:
            false
        }
    }

    /// Moves past an EtherType and the 802.1Q tags it announces.
    private static func removeEtherType(of frame: inout PacketOctets) -> Bool {
        guard let etherType = frame.read(UInt16.self) else { return false }
        return removeTags(of: &frame, etherType: etherType)
    }

    private static func removeTags(of frame: inout PacketOctets, etherType: UInt16) -> Bool {
        var etherType = etherType
        for _ in 0...maximumTags {
            switch etherType {
            case 0x0800, 0x86dd:
                return true
            case 0x8100, 0x88a8, 0x9100:  // IEEE 802.1Q, 802.1ad, and before the standard
                guard frame.skip(2), let next = frame.read(UInt16.self) else { return false }
                etherType = next
            default:
                return false
            }
        }
        return false
    }

    /// The protocol comes first there, and 18 octets of other fields after it.
    private static func removeLinuxCooked2(of frame: inout PacketOctets) -> Bool {
        guard let etherType = frame.read(UInt16.self), frame.skip(18) else { return false }
        return removeTags(of: &frame, etherType: etherType)
    }

    /// The family is in the byte order of the host that captured, and IPv6 has a number by system.
    private static func removeFamily(of frame: inout PacketOctets) -> Bool {
        guard let family = frame.read(UInt32.self) else { return false }
        return [family, family.byteSwapped].contains { [2, 10, 24, 28, 30].contains($0) }
    }
}
