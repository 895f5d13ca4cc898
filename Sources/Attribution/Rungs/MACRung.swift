// SPDX-License-Identifier: Apache-2.0

import Model

/// The frame's MAC address belongs to a member of the exchange.
enum MACRung {
    static func peer(_ question: borrowing LadderQuestion) -> ASN? {
        guard question.remoteMAC != .zero else { return nil }
        return question.exchange?.byMAC[question.remoteMAC]
    }
}
