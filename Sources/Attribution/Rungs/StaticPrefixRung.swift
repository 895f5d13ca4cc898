// SPDX-License-Identifier: Apache-2.0

import Model

/// The far address is in one of the static prefixes of the interconnect, which needs no session.
///
/// With several peers behind the link, other evidence must say which; without, it is the carrier.
enum StaticPrefixRung {
    static func peer(_ question: borrowing LadderQuestion) -> ASN? {
        guard let interconnect = question.interconnect, let prefix = question.staticPrefix,
            interconnect.staticPrefixes.contains(where: { $0.covers(prefix) })
        else { return nil }
        let named = [question.exportedPeerAS, question.routePeerAS]
        return named.first { interconnect.peers.contains($0) } ?? interconnect.via
    }
}
