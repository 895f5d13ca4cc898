// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import Wire

/// The octets that `text` spells in hexadecimal digits; blanks only group them.
func hex(_ text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map {
        UInt8(digits[$0] << 4 | digits[$0 + 1])
    }
}

/// The prefixes that `texts` spell.
func routes(_ texts: String...) -> [RouteUpdate.Reachability] {
    texts.compactMap { IPPrefix($0).map { RouteUpdate.Reachability($0) } }
}

extension ASPath {
    static func of(_ members: UInt32...) -> ASPath {
        ASPath(sequence: members.map(ASN.init(rawValue:)))
    }
}

/// What became of one UPDATE.
struct Outcome {
    var updates: [RouteUpdate] = []
    var errors: [PathAttributeError] = []
    /// Why the session must be reset.
    var reset: BGPError?

    /// Decodes the body of an UPDATE.
    init(ofUpdate body: [UInt8], _ options: BGPSessionOptions = BGPSessionOptions()) {
        var reader = WireReader(body.span, as: "UPDATE")
        var updates: [RouteUpdate] = []
        do throws(BGPError) {
            errors = try BGPUpdateDecoder(options).decode(&reader, at: 7) { updates.append($0) }
        } catch {
            reset = error
        }
        self.updates = updates
    }
}

/// The body of an UPDATE.
func update(withdrawn: String = "", attributes: String = "", announced: String = "") -> [UInt8] {
    func sized(_ octets: [UInt8]) -> [UInt8] {
        [UInt8(octets.count >> 8), UInt8(octets.count & 255)] + octets
    }
    return sized(hex(withdrawn)) + sized(hex(attributes)) + hex(announced)
}

/// Whole attributes as they stand on the wire.
enum Attribute {
    static let origin = "40 01 01 00"
    static let asPath = "40 02 06 02 01 0000fbf4"  // 64500
    static let nextHop = "40 03 04 c0000201"  // 192.0.2.1
    static let mandatory = "\(origin) \(asPath) \(nextHop)"
    /// 2001:db8:1::/48 with next hop 2001:db8::1.
    static let reachIPv6 =
        "80 0e 1c 0002 01 10 20010db8000000000000000000000001 00 30 20010db80001"
    static let unreachIPv6 = "80 0f 0a 0002 01 30 20010db80001"
}
