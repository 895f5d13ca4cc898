// SPDX-License-Identifier: Apache-2.0

extension PathAttributes {
    /// Extended communities as routers print them: "rt:64500:1", "soo:192.0.2.1:7"; those of other
    /// kinds as their octets, "0x4004000000000064" (RFC 4360, sections 3 to 5; RFC 5668).
    public var extendedCommunityTexts: [String] { extendedCommunities.map(Self.text) }

    private static func text(_ community: UInt64) -> String {
        let kind = community >> 56
        let name: String? =
            switch community >> 48 & 0xff {
            case 2: "rt"
            case 3: "soo"
            default: nil
            }
        let low = community & 0xffff_ffff
        switch (kind, name) {
        case (0, let name?): return "\(name):\(community >> 32 & 0xffff):\(low)"
        case (1, let name?):
            let address = IPAddress.v4(UInt32(truncatingIfNeeded: community >> 16))
            return "\(name):\(address):\(community & 0xffff)"
        case (2, let name?): return "\(name):\(community >> 16 & 0xffff_ffff):\(community & 0xffff)"
        default:
            let digits = String(community, radix: 16)
            return "0x" + String(repeating: "0", count: 16 - digits.count) + digits
        }
    }
}
