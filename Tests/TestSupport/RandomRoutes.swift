// SPDX-License-Identifier: Apache-2.0

public import Model

/// Routes drawn at random, the same on every run: all that a table can hold of one.
public struct RandomRoutes {
    private var state: UInt64
    public let sources: [RouteSource]

    public init(seed: UInt64) {
        state = seed
        sources = (0..<5).map { index in
            let number = UInt32(index)
            return RouteSource(
                name: "peer \(index)",
                address: index % 2 == 0
                    ? .v4(0xc000_0201 + number) : .v6(0x2001_0db8 << 96 | UInt128(number + 1)),
                asn: ASN(rawValue: index < 3 ? 64500 + number : 4_200_000_000 + number),
                routerID: 0x0a00_0001 + number
            )
        }
    }

    public mutating func number(below bound: UInt64) -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var number = state
        number = (number ^ number >> 30) &* 0xbf58_476d_1ce4_e5b9
        number = (number ^ number >> 27) &* 0x94d0_49bb_1331_11eb
        return (number ^ number >> 31) % bound
    }

    private mutating func word(below bound: UInt64 = 1 << 32) -> UInt32 {
        UInt32(truncatingIfNeeded: number(below: bound))
    }

    public mutating func prefix(_ family: AddressFamily) -> IPPrefix {
        switch family {
        case .ipv4:
            let length = UInt8(number(below: 25)) + 8
            return IPPrefix(.v4(1 << 24 | word(below: 200 << 24)), length: length)
        case .ipv6:
            let bits = 0x2001 << 112 | UInt128(word()) << 80 | UInt128(word()) << 48
            return IPPrefix(.v6(bits), length: UInt8(number(below: 113)) + 16)
        }
    }

    public mutating func attributes(_ family: AddressFamily) -> PathAttributes {
        var attributes = PathAttributes()
        attributes.origin = [.igp, .egp, .incomplete][Int(number(below: 3))]
        attributes.asPath = path()
        attributes.nextHop =
            family == .ipv4 ? .v4(word()) : .v6(0x2001_0db8 << 96 | UInt128(word()))
        if number(below: 2) == 0 { attributes.localPreference = word() }
        if number(below: 2) == 0 { attributes.multiExitDiscriminator = word() }
        if number(below: 4) == 0 { attributes.originatorID = word() }
        let many = number(below: 50) == 0
        for _ in 0..<number(below: many ? 400 : 4) { attributes.communities.append(word()) }
        for _ in 0..<number(below: many ? 100 : 3) {
            attributes.largeCommunities.append(LargeCommunity(word(), word(), word()))
        }
        return attributes
    }

    private mutating func path() -> ASPath {
        var path = ASPath()
        func members(_ count: UInt64) -> [ASN] {
            (0..<count).map { _ in ASN(rawValue: 1 + word(below: 4_000_000_000)) }
        }
        let length = number(below: 40) == 0 ? 1 + number(below: 255) : number(below: 6)
        if length > 0 { path.append(.sequence, members(length)) }
        if number(below: 8) == 0 { path.append(.set, members(1 + number(below: 4))) }
        return path
    }
}
