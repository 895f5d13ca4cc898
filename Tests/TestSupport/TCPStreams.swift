// SPDX-License-Identifier: Apache-2.0

package import Model

/// What TCP connections of a capture carried, each direction for itself: for captures of sessions
/// that others recorded.
///
/// # How it works
///
/// Packets are put in order by sequence number. A stream begins with its SYN or, where that was not
/// captured, with its first octets. Retransmitted octets count once, early segments wait; where one
/// is missing for good the stream ends, for what follows has no known beginning. Reads pcap and
/// pcapng, both orders of octets, of Ethernet, Cisco HDLC, Linux cooked and raw IP links; fragments
/// are left out.
package struct TCPStreams {
    /// One direction of one connection.
    package struct Stream {
        package var source: IPAddress
        package var sourcePort: UInt16
        package var destination: IPAddress
        package var destinationPort: UInt16
        package var octets: [UInt8] = []
        /// Whether octets are missing behind these.
        package var isCutOff: Bool { !early.isEmpty }

        /// What was sent behind the gaps, each part by itself.
        package var behindGaps: [[UInt8]] {
            guard let next else { return [] }
            var parts: [[UInt8]] = []
            var end: UInt32?
            for (sequence, octets) in early.sorted(by: { $0.key &- next < $1.key &- next }) {
                let known = end.map { Int(Int32(bitPattern: $0 &- sequence)) } ?? -1
                if known < 0 { parts.append([]) }
                guard known < octets.count else { continue }
                parts[parts.count - 1] += octets[max(known, 0)...]
                end = sequence &+ UInt32(octets.count)
            }
            return parts
        }

        fileprivate var next: UInt32?
        /// Segments that came before their turn, by sequence number.
        fileprivate var early: [UInt32: [UInt8]] = [:]
    }

    /// In the order of their first packets; a port that is used again begins another.
    package private(set) var streams: [Stream] = []
    private var current: [Direction: Int] = [:]
    private var isLittleEndian = true
    private var linkTypes: [UInt32] = []

    private struct Direction: Hashable {
        var source: IPAddress
        var sourcePort: UInt16
        var destination: IPAddress
        var destinationPort: UInt16
    }

    /// - Parameter capture: A whole file.
    package init(_ capture: [UInt8]) {
        let file = capture[...]
        switch Self.number(file, 0, 4, isLittleEndian: true) {
        case 0xa1b2_c3d4, 0xa1b2_3c4d: readPackets(file)
        case 0xd4c3_b2a1, 0x4d3c_b2a1:
            isLittleEndian = false
            readPackets(file)
        case 0x0a0d_0d0a: readBlocks(file)
        default: break
        }
    }

    private static func number(
        _ octets: ArraySlice<UInt8>,
        _ offset: Int,
        _ count: Int,
        isLittleEndian: Bool = false
    ) -> UInt32? {
        guard offset >= 0, octets.count >= offset + count else { return nil }
        let part = octets[(octets.startIndex + offset)...].prefix(count)
        let ordered = isLittleEndian ? Array(part.reversed()) : Array(part)
        return ordered.reduce(0) { $0 << 8 | UInt32($1) }
    }

    private func number(_ octets: ArraySlice<UInt8>, _ offset: Int, _ count: Int = 4) -> Int? {
        Self.number(octets, offset, count, isLittleEndian: isLittleEndian).map { Int($0) }
    }
}

// MARK: - Files

extension TCPStreams {
    private mutating func readPackets(_ file: ArraySlice<UInt8>) {
        guard let link = number(file, 20) else { return }
        var rest = file.dropFirst(24)
        while let length = number(rest, 8), rest.count >= 16 + length {
            readFrame(rest.dropFirst(16).prefix(length), link: UInt32(link & 0xffff))
            rest = rest.dropFirst(16 + length)
        }
    }

    /// pcapng: blocks, of which sections, interfaces and enhanced packets matter.
    private mutating func readBlocks(_ file: ArraySlice<UInt8>) {
        var rest = file
        while rest.count >= 12 {
            if number(rest, 0) == 0x0a0d_0d0a {
                isLittleEndian = Self.number(rest, 8, 4, isLittleEndian: true) == 0x1a2b_3c4d
                linkTypes = []
            }
            guard let type = number(rest, 0), let length = number(rest, 4), length >= 12,
                rest.count >= length
            else { return }
            let body = rest.dropFirst(8).prefix(length - 12)
            if type == 1, let link = number(body, 0, 2) { linkTypes.append(UInt32(link)) }
            if type == 6, let interface = number(body, 0), linkTypes.indices.contains(interface),
                let captured = number(body, 12)
            {
                readFrame(body.dropFirst(20).prefix(captured), link: linkTypes[interface])
            }
            rest = rest.dropFirst(length)
        }
    }

    // MARK: - Packets

    private mutating func readFrame(_ frame: ArraySlice<UInt8>, link: UInt32) {
        switch link {
        case 1:  // Ethernet
            var offset = 12
            while [0x8100, 0x88a8].contains(Self.number(frame, offset, 2)) { offset += 4 }
            readPacket(frame.dropFirst(offset + 2))
        case 104: readPacket(frame.dropFirst(4))  // Cisco HDLC
        case 9 where frame.first == 0x0f: readPacket(frame.dropFirst(4))  // the same, called PPP
        case 113: readPacket(frame.dropFirst(16))  // Linux cooked
        case 276: readPacket(frame.dropFirst(20))  // the same, version 2
        case 0, 108: readPacket(frame.dropFirst(4))  // BSD loopback
        case 12, 14, 101, 228, 229: readPacket(frame)  // raw IP
        default: break
        }
    }

    private mutating func readPacket(_ packet: ArraySlice<UInt8>) {
        guard let first = packet.first else { return }
        if first >> 4 == 4, let total = Self.number(packet, 2, 2),
            let fragment = Self.number(packet, 6, 2), fragment & 0x3fff == 0,
            Self.number(packet, 9, 1) == 6, let source = Self.number(packet, 12, 4),
            let destination = Self.number(packet, 16, 4)
        {
            let payload = packet.prefix(Int(total)).dropFirst(Int(first & 15) * 4)
            readSegment(payload, from: .v4(source), to: .v4(destination))
        }
        if first >> 4 == 6, let length = Self.number(packet, 4, 2),
            Self.number(packet, 6, 1) == 6
        {
            let payload = packet.dropFirst(40).prefix(Int(length))
            let addresses = [8, 24].map { start in
                packet.dropFirst(start).prefix(16).reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
            }
            readSegment(payload, from: .v6(addresses[0]), to: .v6(addresses[1]))
        }
    }

    private mutating func readSegment(
        _ segment: ArraySlice<UInt8>,
        from source: IPAddress,
        to destination: IPAddress
    ) {
        guard let from = Self.number(segment, 0, 2), let to = Self.number(segment, 2, 2),
            let sequence = Self.number(segment, 4, 4), let offset = Self.number(segment, 12, 1),
            let flags = Self.number(segment, 13, 1)
        else { return }
        let direction = Direction(
            source: source,
            sourcePort: UInt16(from),
            destination: destination,
            destinationPort: UInt16(to)
        )
        let isFirst = flags & 2 != 0
        let payload = Array(segment.dropFirst(Int(offset >> 4) * 4))
        guard isFirst || !payload.isEmpty else { return }
        let index = stream(direction, isNew: isFirst)
        // A SYN counts one; those that generators put before data count nothing.
        if isFirst { streams[index].next = payload.isEmpty ? sequence &+ 1 : sequence }
        streams[index].add(payload, at: sequence)
    }

    private mutating func stream(_ direction: Direction, isNew: Bool) -> Int {
        if let index = current[direction], !isNew || streams[index].octets.isEmpty { return index }
        streams.append(
            Stream(
                source: direction.source,
                sourcePort: direction.sourcePort,
                destination: direction.destination,
                destinationPort: direction.destinationPort
            )
        )
        current[direction] = streams.count - 1
        return streams.count - 1
    }
}

extension TCPStreams.Stream {
    fileprivate mutating func add(_ payload: [UInt8], at sequence: UInt32) {
        guard !payload.isEmpty else { return }
        let expected = next ?? sequence
        next = expected
        early[sequence] = (early[sequence]?.count ?? 0) > payload.count ? early[sequence] : payload
        // How far each begins behind what is there already; a negative one is early.
        while let next, let found = early.first(where: { Self.isDue($0.key, next) }) {
            early[found.key] = nil
            let known = Int(next &- found.key)
            guard known < found.value.count else { continue }
            octets += found.value[known...]
            self.next = found.key &+ UInt32(found.value.count)
        }
    }

    private static func isDue(_ sequence: UInt32, _ next: UInt32) -> Bool {
        Int32(bitPattern: next &- sequence) >= 0
    }
}
