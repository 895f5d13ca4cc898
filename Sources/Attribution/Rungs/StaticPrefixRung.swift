// SPDX-License-Identifier: Apache-2.0

import Model

/// The far address is in one of the static prefixes of the interconnect, which needs no session.
///
/// With several peers behind the link, other evidence must say which; without, it is the carrier.
enum StaticPrefixRung {
    static func peer(
        _ question: borrowing LadderQuestion,
        _ tables: borrowing LadderTables
    ) -> ASN? {
        guard let interconnect = question.interconnect, let prefix = question.staticPrefix
        else { return nil }
        let traits = tables.interconnects[interconnect]
        for index in traits.staticPrefixes where tables.staticPrefixes[index].covers(prefix) {
            for peer in traits.peers where tables.peers[peer] == question.exportedPeerAS {
                return question.exportedPeerAS
            }
            for peer in traits.peers where tables.peers[peer] == question.routePeerAS {
                return question.routePeerAS
            }
            return traits.via
        }
        return nil
    }
}
