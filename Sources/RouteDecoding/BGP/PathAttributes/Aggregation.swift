// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

extension PathAttribute {
    /// ATOMIC_AGGREGATE: an empty mark that accounting does not need (RFC 4271, section 5.1.6).
    static func atomicAggregate(
        _: inout WireReader,
        _: inout DecodedAttributes,
        _: BGPSessionOptions
    ) throws(WireError) {}

    /// AGGREGATOR: who formed the aggregate (RFC 4271, section 5.1.7); decides whether AS4_PATH
    /// holds (RFC 6793, section 4.2.3).
    static func aggregator(
        _ value: inout WireReader,
        _ decoded: inout DecodedAttributes,
        _ options: BGPSessionOptions
    ) throws(WireError) {
        let asn: UInt32 =
            options.hasFourOctetASNs ? try value.read() : UInt32(try value.read(UInt16.self))
        try value.skip(octets: 4)
        // RFC 7606, section 7.7; RFC 7607, section 2.
        guard asn != 0, value.isAtEnd else { throw value.failure(.malformed) }
        decoded.aggregatorAS = ASN(rawValue: asn)
    }

    /// AS4_AGGREGATOR: the aggregator's four-octet AS, which accounting does not need (RFC 6793,
    /// section 3).
    static func fourOctetAggregator(
        _ value: inout WireReader,
        _: inout DecodedAttributes,
        _: BGPSessionOptions
    ) throws(WireError) {
        try value.skip(octets: 8)
    }
}
