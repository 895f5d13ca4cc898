// SPDX-License-Identifier: Apache-2.0

public import Model

/// A peer that MRT records name.
public struct MRTPeer: Equatable, Sendable {
    /// Its place among all peers met, from 0 on, in the order they were met.
    public let number: Int
    public let source: RouteSource
}

/// The peers that MRT files name, so that one that is in several files is one and the same.
///
/// # How it works
///
/// A table dump has address, AS and BGP identifier of a peer; a message of a session has the first
/// two, and of the AS, in old records, 16 bits only. So what a message lacks is taken from what is
/// known: it is from the peer of that address and AS that was met last, and where the AS is
/// AS_TRANS (RFC 6793, section 4.2.2), from the one of that address whose AS fits no 16 bits. A
/// table dump that comes after the messages gives a peer its BGP identifier no more: the routes
/// told before would be of another source.
public struct MRTPeers: Sendable {
    /// All peers met.
    public private(set) var all: [MRTPeer] = []

    /// The last one met of each address and AS.
    private var latest: [Key: Int] = [:]
    private var exact: [RouteSource: Int] = [:]
    /// The last one met of each address whose AS fits no 16 bits.
    private var largeASNs: [IPAddress: Int] = [:]

    private struct Key: Hashable {
        var address: IPAddress
        var asn: ASN
    }

    /// More than any collector has; what comes beyond is not known.
    static let most = 65_536

    public init() {}

    /// The peer of a message; nil beyond the bound.
    mutating func peer(_ address: IPAddress, _ asn: ASN) -> MRTPeer? {
        if let known = latest[Key(address: address, asn: asn)] { return all[known] }
        if asn == .transition, let known = largeASNs[address] { return all[known] }
        return add(address, asn, routerID: 0)
    }

    /// The peer of a table dump; nil beyond the bound.
    mutating func peer(_ address: IPAddress, _ asn: ASN, routerID: UInt32) -> MRTPeer? {
        let known = latest[Key(address: address, asn: asn)].map { all[$0] }
        if let known, known.source.routerID == routerID || known.source.routerID == 0 {
            return known
        }
        if let known, routerID == 0 { return known }
        return add(address, asn, routerID: routerID)
    }

    private mutating func add(_ address: IPAddress, _ asn: ASN, routerID: UInt32) -> MRTPeer? {
        let source = RouteSource(
            name: address.description,
            address: address,
            asn: asn,
            routerID: routerID,
            rib: .file
        )
        let number = exact[source] ?? all.count
        if number == all.count {
            guard number < Self.most else { return nil }
            all.append(MRTPeer(number: number, source: source))
            exact[source] = number
        }
        latest[Key(address: address, asn: asn)] = number
        if asn.rawValue > UInt16.max { largeASNs[address] = number }
        return all[number]
    }
}

/// What became of a session (RFC 6396, section 4.4.1).
public struct MRTStateChange: Equatable, Sendable {
    /// In nanoseconds since 1970-01-01 00:00 UTC.
    public let time: Int64
    /// Numbers of the states, from 1, Idle, to 6, Established (RFC 4271, section 8.2.2); some
    /// routers have more.
    public let old: UInt16
    public let new: UInt16

    public init(time: Int64, old: UInt16, new: UInt16) {
        self.time = time
        self.old = old
        self.new = new
    }

    /// Whether the peer's routes are gone with it.
    public var isDown: Bool { new != 6 }
}
