// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import Model
import NIOCore

/// What a session's TCP socket is told: signatures, hops, and when to give up sending.
enum SessionSocket {
    /// What TTL security needs everybody to send (RFC 5082, section 3).
    private static let sentTTL = 255

    /// Prepares a socket that will listen on `address`; sockets that it accepts inherit the rest.
    ///
    /// The TTL is set here and not on what is accepted: a neighbor with TTL security drops our
    /// SYN already when it comes with less.
    static func prepare(_ listener: any Channel, on address: IPAddress) throws {
        try send(withTTL: sentTTL, on: listener, to: address)
        try listener.syncOptions?.setOption(option(.tcp, CLinux_TCP_SAVE_SYN), value: 1)
        guard address.family == .ipv6 else { return }
        // "::" takes IPv4 as well, whatever net.ipv6.bindv6only says.
        try listener.syncOptions?.setOption(option(.ipv6, CLinux_IPV6_V6ONLY), value: 0)
        try listener.syncOptions?.setOption(option(.ip, CLinux_IP_TTL), value: sentTTL)
    }

    /// Sends with that time to live, to addresses of the family of `address`.
    static func send(withTTL ttl: Int, on channel: any Channel, to address: IPAddress) throws {
        let option =
            address.family == .ipv4
            ? option(.ip, CLinux_IP_TTL) : option(.ipv6, CLinux_IPV6_UNICAST_HOPS)
        try channel.syncOptions?.setOption(option, value: ttl)
    }

    /// The TTL that the SYN of an accepted connection came with; nil when the kernel does not know.
    ///
    /// What came before ``accept(atMost:on:from:)`` took effect can only be judged by it.
    static func arrivalTTL(of channel: any Channel) -> EventLoopFuture<Int?> {
        guard let options = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededFuture(nil)
        }
        let syn: EventLoopFuture<CLinux_savedSYN> = options.unsafeGetSocketOption(
            level: SocketOptionLevel(IPPROTO_TCP),
            name: SocketOptionName(CLinux_TCP_SAVED_SYN)
        )
        return syn.map { syn in
            switch syn.octets.0 >> 4 {
            case 4: Int(syn.octets.8)  // RFC 791, section 3.1
            case 6: Int(syn.octets.7)  // RFC 8200, section 3
            default: nil
            }
        }.recover { _ in nil }
    }

    /// The least TTL of what comes over at most `hops` hops.
    static func leastTTL(hops: Int) -> Int { 256 - max(1, min(hops, 255)) }

    /// Drops what comes over more than `hops` hops (RFC 5082, section 3 and appendix A; IP_MINTTL
    /// in ip(7)).
    static func accept(atMost hops: Int, on channel: any Channel, from peer: IPAddress) throws {
        let least = leastTTL(hops: hops)
        // A mapped peer sends IPv4 packets.
        let isIPv4 = peer.unmapped.family == .ipv4
        let option =
            isIPv4
            ? option(.ip, CLinux_IP_MINTTL) : option(.ipv6, CLinux_IPV6_MINHOPCOUNT)
        try channel.syncOptions?.setOption(option, value: least)
    }

    /// Ends the connection when the neighbor has taken nothing of ours for the send hold time:
    /// 8 minutes, or twice the hold time where that is longer (RFC 9687, section 6).
    ///
    /// The kernel knows when that is: our messages are so few that its buffer takes them for days.
    static func giveUpSending(after hold: Int, on channel: any Channel) throws {
        let seconds = sendHoldSeconds(hold)
        guard seconds > 0 else { return }
        try channel.syncOptions?.setOption(
            option(.tcp, CLinux_TCP_USER_TIMEOUT),
            value: seconds * 1000
        )
    }

    /// The send hold time that goes with a hold time; both in seconds, 0 for none.
    static func sendHoldSeconds(_ hold: Int) -> Int { hold == 0 ? 0 : max(480, 2 * hold) }

    /// Requires signatures (RFC 2385) by `key` of what `peer` sends to `listener`; nil takes that
    /// away.
    ///
    /// Of a family that does not come to `listener` there is nothing to require.
    static func sign(
        _ key: [UInt8]?,
        with peer: IPAddress,
        on listener: any Channel,
        at address: IPAddress
    ) -> EventLoopFuture<Void> {
        let eventLoop = listener.eventLoop
        // The kernel takes an empty key for none, and of a longer one we would cut the end.
        guard key.map({ (1...Int(CLinux_md5KeyOctets)).contains($0.count) }) ?? true else {
            return eventLoop.makeFailedFuture(KeyLengthError(count: key?.count ?? 0))
        }
        guard let options = listener as? any SocketOptionProvider,
            address.family == .ipv6 || peer.family == .ipv4
        else { return eventLoop.makeSucceededVoidFuture() }
        // IPv4 comes to an IPv6 socket as mapped addresses.
        let mapped = peer.family == .ipv4 ? 0xffff << 32 | peer.bits >> 96 : peer.bits
        let isIPv6 = address.family == .ipv6
        let octets = isIPv6 ? octets(mapped, 16) : octets(peer.bits >> 96, 4)
        // Safe: reads 4 octets of an address of AF_INET, 16 of one of AF_INET6, and those of the
        // key; keeps none of the pointers.
        let signature = unsafe CLinux_md5SignatureOf(
            isIPv6 ? AF_INET6 : AF_INET,
            octets,
            key ?? [],
            UInt32(clamping: key?.count ?? 0)
        )
        let signed: EventLoopFuture<Void> = options.unsafeSetSocketOption(
            level: SocketOptionLevel(IPPROTO_TCP),
            name: SocketOptionName(CLinux_TCP_MD5SIG),
            value: signature
        )
        guard key == nil else { return signed }
        return signed.flatMapError { error in
            // There was none to take away.
            (error as? IOError)?.errnoCode == ENOENT
                ? eventLoop.makeSucceededVoidFuture() : eventLoop.makeFailedFuture(error)
        }
    }

    /// A key that is none.
    private struct KeyLengthError: Error, CustomStringConvertible {
        var count: Int
        var description: String {
            "the key has \(count) octets, expected 1 to \(CLinux_md5KeyOctets)"
        }
    }

    /// The low `count` octets of a number, most significant first.
    private static func octets(_ bits: UInt128, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: bits >> UInt128(8 * (count - 1 - $0))) }
    }

    private static func option(
        _ level: NIOBSDSocket.OptionLevel,
        _ name: CInt
    ) -> ChannelOptions.Types.SocketOption {
        .init(level: level, name: NIOBSDSocket.Option(rawValue: name))
    }
}
