// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Writes small captures, frame by frame, for the tests to read.
struct CaptureWriter {
    /// LINKTYPE numbers, as pcap files hold them.
    enum Link: UInt32 {
        case loopback = 0
        case ethernet = 1
        case rawIP = 101
        case linuxCooked1 = 113
        case linuxCooked2 = 276
        /// One that is not read.
        case pointToPoint = 9
    }

    private(set) var octets: [UInt8]

    /// A pcap file with times in nanoseconds, most significant octet first.
    init(_ link: Link = .rawIP) {
        octets =
            Self.big(0xa1b2_3c4d as UInt32) + Self.big(2 as UInt16) + Self.big(4 as UInt16)
            + Self.big(0 as UInt64) + Self.big(65535 as UInt32) + Self.big(link.rawValue)
    }

    /// Adds a frame captured at `time`, in nanoseconds since 1970-01-01 00:00 UTC.
    mutating func add(_ frame: [UInt8], at time: UInt64 = 1_000_000_000, wire: Int? = nil) {
        octets += Self.big(UInt32(time / 1_000_000_000)) + Self.big(UInt32(time % 1_000_000_000))
        octets += Self.big(UInt32(frame.count)) + Self.big(UInt32(wire ?? frame.count)) + frame
    }

    /// Puts the capture in a file, lends `body` its path, and removes it.
    func withFile<Result>(_ body: (String) throws -> Result) throws -> Result {
        try Self.withFile(octets, body)
    }

    static func withFile<Result>(
        _ octets: [UInt8],
        _ body: (String) throws -> Result
    ) throws -> Result {
        let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data(octets).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        return try body(url.path)
    }

    static func big<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        (0..<Value.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
}

/// Packets, octet by octet, from 192.0.2.1 to 192.0.2.2 and from 2001:db8::1 to 2001:db8::2.
enum Packet {
    static let udpHeaderOctets = 8

    static func udp(_ payload: [UInt8], length: Int? = nil) -> [UInt8] {
        CaptureWriter.big(40000 as UInt16) + CaptureWriter.big(2055 as UInt16)
            + CaptureWriter.big(UInt16(length ?? payload.count + udpHeaderOctets)) + [0, 0]
            + payload
    }

    /// An IPv4 packet or, where `more` or `offset` says so, a fragment.
    static func version4(
        _ payload: [UInt8],
        upperLayer: UInt8 = 17,
        offset: Int = 0,
        more: Bool = false,
        identification: UInt16 = 7,
        options: [UInt8] = []
    ) -> [UInt8] {
        let place = UInt16(offset / 8) | (more ? 0x2000 : 0)
        let head: [UInt8] = [0x45 + UInt8(options.count / 4), 0]
        return head + CaptureWriter.big(UInt16(20 + options.count + payload.count))
            + CaptureWriter.big(identification) + CaptureWriter.big(place)
            + [64, upperLayer, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2] + options + payload
    }

    static func version6(_ payload: [UInt8], nextHeader: UInt8 = 17) -> [UInt8] {
        let source: [UInt8] = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
        let destination = source.dropLast() + [2]
        return [0x60, 0, 0, 0] + CaptureWriter.big(UInt16(payload.count)) + [nextHeader, 64]
            + source + destination + payload
    }

    /// An IPv6 fragment header and what stands behind it.
    static func fragment6(
        _ part: [UInt8],
        offset: Int,
        more: Bool,
        nextHeader: UInt8 = 17
    ) -> [UInt8] {
        let place = CaptureWriter.big(UInt16(offset) | (more ? 1 : 0))
        return version6([nextHeader, 0] + place + [0, 0, 0, 9] + part, nextHeader: 44)
    }
}
