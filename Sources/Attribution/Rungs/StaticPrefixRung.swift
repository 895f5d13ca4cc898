// SPDX-License-Identifier: Apache-2.0

import Model

/// The far address is in one of the static prefixes of the interconnect, which needs no session.
enum StaticPrefixRung {
    static func peer(_ question: borrowing LadderQuestion) -> ASN? {
        guard let interconnect = question.interconnect, let prefix = question.staticPrefix,
            interconnect.staticPrefixes.contains(prefix)
        else { return nil }
        return interconnect.peers.first ?? interconnect.via
    }
}
