// SPDX-License-Identifier: Apache-2.0

import Model

/// The frame's MAC address belongs to a member of the exchange.
enum MACRung {
    static func peer(
        _ question: borrowing LadderQuestion,
        _ tables: borrowing LadderTables
    ) -> ASN? {
        guard question.remoteMAC != .zero, let interconnect = question.interconnect,
            let exchange = tables.interconnects[interconnect].exchange
        else { return nil }
        return tables.membersByMAC.value(
            of: MemberMAC(exchange: exchange, mac: question.remoteMAC)
        )
    }
}
