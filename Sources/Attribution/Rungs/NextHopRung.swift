// SPDX-License-Identifier: Apache-2.0

import Model

/// The next hop is the address of a member on the exchange LAN.
enum NextHopRung {
    static func peer(_ question: borrowing LadderQuestion) -> ASN? {
        guard let nextHop = question.nextHop, let exchange = question.exchange,
            exchange.lan.isEmpty || exchange.lan.contains(nextHop)
        else { return nil }
        return exchange.byAddress[nextHop]
    }
}
