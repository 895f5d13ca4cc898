// SPDX-License-Identifier: Apache-2.0

import Model

/// Puts datagrams together that were sent in IP fragments.
///
/// # How it works
///
/// A packet in the making is known by its source, destination and identification, and for IPv4 its
/// protocol (RFC 791 section 3.2, RFC 8200 section 4.5). Its parts are kept in order:
///
///     parts   [0 ..< 1480]  [1480 ..< 2960]      [4440 ..< 5100] last
///                                          ^ gap: not whole yet
///
/// No two parts overlap, so it is whole when the last one is there and the parts' lengths add up
/// to where it ends. The same fragment twice is passed over; any other overlap condemns the packet
/// and all that is still to come of it (RFC 5722 section 4, here for both families).
///
/// What can be kept is bounded: packets, octets, parts of a packet, and age by the times in the
/// capture. The oldest packet goes first. A step costs a search through the packets waiting, which
/// are a handful.
struct FragmentReassembler {
    /// Packets in the making at a time.
    static let maximumPackets = 256
    /// Octets kept at a time.
    static let maximumOctets = 4 << 20
    /// Fragments of a packet: 65,535 octets over the smallest link of IPv6, twice over.
    static let maximumParts = 128
    /// How long a packet may take, in nanoseconds: the 15 seconds of RFC 791, section 3.2.
    static let maximumAge: Int64 = 15_000_000_000

    /// Fragments that came to nothing.
    private(set) var abandoned = 0
    /// Octets kept now.
    private(set) var octets = 0
    /// Oldest first.
    private var waiting: [WaitingPacket] = []

    /// Adds a fragment that arrived at `arrival`; returns the packet when it is whole now.
    mutating func add(
        _ packet: IPPacket,
        as fragment: IPPacket.Fragment,
        at arrival: Int64
    ) -> IPPacket? {
        let part = WaitingPacket.Part(offset: fragment.offset, octets: packet.payload.array)
        makeRoom(for: part.octets.count, at: arrival)
        let index = index(of: PacketKey(packet, fragment), at: arrival)
        let before = waiting[index].octets
        let outcome =
            packet.isCut
            ? waiting[index].condemn()
            : waiting[index].add(part, isLast: fragment.isLast, upperLayer: packet.upperLayer)
        octets += waiting[index].octets - before
        switch outcome {
        case .kept:
            return nil
        case .abandoned(let count):
            abandoned += count
            return nil
        case .whole(let payload, let upperLayer):
            let fragments = remove(at: index)
            let whole = IPPacket(reassembled: payload, like: packet, upperLayer: upperLayer)
            if whole == nil { abandoned += fragments }
            return whole
        }
    }

    /// Gives up all packets that are not whole.
    mutating func abandonAll() {
        while !waiting.isEmpty { abandoned += remove(at: 0) }
    }

    private mutating func makeRoom(for length: Int, at arrival: Int64) {
        while let oldest = waiting.first,
            octets + length > Self.maximumOctets
                || arrival.subtractingReportingOverflow(oldest.arrival).partialValue
                    > Self.maximumAge
        {
            abandoned += remove(at: 0)
        }
    }

    private mutating func index(of key: PacketKey, at arrival: Int64) -> Int {
        if let index = waiting.firstIndex(where: { $0.key == key }) { return index }
        if waiting.count == Self.maximumPackets { abandoned += remove(at: 0) }
        waiting.append(WaitingPacket(key: key, arrival: arrival))
        return waiting.count - 1
    }

    /// Forgets a packet and returns the number of fragments that were kept of it.
    private mutating func remove(at index: Int) -> Int {
        let packet = waiting.remove(at: index)
        octets -= packet.octets
        return packet.parts.count
    }
}

/// What the fragments of a packet have in common.
private struct PacketKey: Equatable {
    let source: IPAddress
    let destination: IPAddress
    let identification: UInt32
    /// 0 for IPv6, where fragments may differ in it.
    let upperLayer: UInt8

    init(_ packet: IPPacket, _ fragment: IPPacket.Fragment) {
        source = packet.source
        destination = packet.destination
        identification = fragment.identification
        upperLayer = packet.source.family == .ipv4 ? packet.upperLayer : 0
    }
}

/// A packet of which not all fragments are there.
private struct WaitingPacket {
    struct Part {
        let offset: Int
        let octets: [UInt8]

        var end: Int { offset + octets.count }
    }

    enum Outcome {
        case kept
        /// This many fragments are of no use.
        case abandoned(Int)
        case whole(payload: [UInt8], upperLayer: UInt8)
    }

    let key: PacketKey
    /// When its first fragment came, in nanoseconds since 1970-01-01 00:00 UTC.
    let arrival: Int64
    /// In ascending order of offset, without overlap.
    private(set) var parts: [Part] = []
    /// Octets of `parts`.
    private(set) var octets = 0
    /// Where the last fragment ends, once it is there.
    private var length: Int?
    /// Protocol in the first fragment: the one that counts (RFC 8200, section 4.5).
    private var upperLayer: UInt8 = 0
    private var isCondemned = false

    init(key: PacketKey, arrival: Int64) {
        self.key = key
        self.arrival = arrival
    }

    mutating func add(_ part: Part, isLast: Bool, upperLayer: UInt8) -> Outcome {
        guard !isCondemned, isPlausible(part, isLast: isLast) else { return condemn() }
        let index = parts.firstIndex { $0.offset >= part.offset } ?? parts.count
        if index < parts.count, parts[index].offset == part.offset,
            parts[index].octets == part.octets
        {
            return .abandoned(1)
        }
        let overlaps =
            (index > 0 && parts[index - 1].end > part.offset)
            || (index < parts.count && parts[index].offset < part.end)
        guard !overlaps, parts.count < FragmentReassembler.maximumParts else { return condemn() }
        parts.insert(part, at: index)
        octets += part.octets.count
        if isLast { length = part.end }
        if part.offset == 0 { self.upperLayer = upperLayer }
        guard octets == length else { return .kept }
        return .whole(payload: parts.flatMap(\.octets), upperLayer: self.upperLayer)
    }

    /// Gives up the packet, and all that is still to come of it; one fragment came just now.
    mutating func condemn() -> Outcome {
        let count = parts.count + 1
        parts = []
        octets = 0
        isCondemned = true
        return .abandoned(count)
    }

    /// Whether a fragment of this place and length can be one of a packet that has `parts`.
    private func isPlausible(_ part: Part, isLast: Bool) -> Bool {
        guard !part.octets.isEmpty, part.end <= 65535 else { return false }
        guard isLast else {
            return part.octets.count % 8 == 0 && length.map { part.end < $0 } ?? true
        }
        return length.map { part.end == $0 } ?? (part.end >= parts.last?.end ?? 0)
    }
}
