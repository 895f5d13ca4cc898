// SPDX-License-Identifier: Apache-2.0

import Model

/// The next hop is the address of a member on the exchange LAN.
enum NextHopRung {
    static func peer(
        _ question: borrowing LadderQuestion,
        _ tables: borrowing LadderTables
    ) -> ASN? {
        guard let nextHop = question.nextHop, let interconnect = question.interconnect,
            let exchange = tables.interconnects[interconnect].exchange
        else { return nil }
        return tables.membersByAddress.value(
            of: MemberAddress(exchange: exchange, address: nextHop)
        )
    }
}
