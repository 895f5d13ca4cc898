// SPDX-License-Identifier: Apache-2.0

/// A file of captured packets, pcap or pcapng, read for the UDP datagrams in it.
///
/// # How it works
///
///     file ── SavedPackets ── LinkLayer ── IPPacket ── (FragmentReassembler) ── UDP payload
///
/// libpcap knows the file formats and gives whole frames; these are copied once, and all that
/// follows reads the copy with bounds checks. A packet that is no UDP datagram is counted in
/// ``skippedPackets`` and passed over. A datagram sent in fragments comes when its last fragment
/// does, with that one's time.
///
/// Where the lengths in the headers disagree with one another or with what was captured, the
/// smallest holds. Checksums are not checked: hosts leave them to hardware that comes after the
/// capture.
public struct CaptureFile: ~Copyable {
    /// What was passed over so far; whole when ``next()`` has returned nil or thrown.
    public private(set) var skippedPackets = SkippedPackets()

    private var packets: SavedPackets
    private let linkLayer: LinkLayer
    private var reassembler = FragmentReassembler()
    private var isAtEnd = false

    private init(_ packets: consuming SavedPackets) {
        linkLayer = LinkLayer(dataLinkType: packets.dataLinkType)
        self.packets = packets
    }

    /// Opens the capture at `path`, or on standard input for "-".
    ///
    /// - Parameter path: A file, or "-".
    /// - Returns: The capture, before its first packet.
    /// - Throws: ``CaptureError/unreadable(path:reason:)`` when it cannot be opened or is no
    ///   capture, ``CaptureError/cutOff(path:)`` when it ends inside its own header.
    public static func opened(_ path: String) throws(CaptureError) -> CaptureFile {
        CaptureFile(try SavedPackets.opened(path))
    }

    /// The next UDP datagram; nil at the end.
    ///
    /// - Returns: A datagram with its payload as captured, or nil.
    /// - Throws: ``CaptureError/cutOff(path:)`` when the file ends inside a packet, after all
    ///   before it; ``CaptureError/unreadable(path:reason:)`` when what follows is no packet.
    ///   Every call after that returns nil.
    public mutating func next() throws(CaptureError) -> CapturedDatagram? {
        while !isAtEnd {
            do {
                guard let packet = try packets.next() else { break }
                if let datagram = datagram(in: packet) { return datagram }
            } catch {
                finish()
                throw error
            }
        }
        finish()
        return nil
    }

    /// Fragments still waiting now wait in vain.
    private mutating func finish() {
        isAtEnd = true
        reassembler.abandonAll()
        skippedPackets.fragment = reassembler.abandoned
    }

    private mutating func datagram(in packet: SavedPacket) -> CapturedDatagram? {
        var octets = PacketOctets(packet.octets)
        guard linkLayer.removeHeader(of: &octets), var ip = IPPacket(octets) else {
            skippedPackets.other += 1
            return nil
        }
        if let fragment = ip.fragment, ip.mayCarryUDP {
            let whole = reassembler.add(ip, as: fragment, at: packet.arrival)
            skippedPackets.fragment = reassembler.abandoned
            guard let whole else { return nil }
            ip = whole
        }
        switch ip.upperLayer {
        case IPProtocol.udp:
            guard let datagram = CapturedDatagram(ip, arrival: packet.arrival) else { break }
            return datagram
        case IPProtocol.tcp:
            skippedPackets.tcp += 1
            return nil
        case IPProtocol.sctp:
            skippedPackets.sctp += 1
            return nil
        default:
            break
        }
        skippedPackets.other += 1
        return nil
    }
}

/// Packets of a capture that gave no UDP datagram, by what they were.
public struct SkippedPackets: Equatable, Sendable {
    public var tcp = 0
    public var sctp = 0
    /// Fragments of datagrams that never became whole.
    public var fragment = 0
    /// All else: other protocols, other link layers, and headers that could not be read.
    public var other = 0

    public init() {}
}

/// Why a capture, or the rest of it, cannot be read.
public enum CaptureError: Error, Equatable {
    /// It cannot be opened, is no capture, or what follows is no packet.
    case unreadable(path: String, reason: String)
    /// It ends inside a packet; all before that was read.
    case cutOff(path: String)
}

extension CaptureError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadable(let path, let reason): "\(path): \(reason)"
        case .cutOff(let path): "\(path): cut off in the middle of a packet"
        }
    }
}
