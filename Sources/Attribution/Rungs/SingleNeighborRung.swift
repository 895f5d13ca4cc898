// SPDX-License-Identifier: Apache-2.0

import Model

/// The interface has one neighbor: a private interconnect, transit, a customer, a carrier link.
enum SingleNeighborRung {
    static func peer(
        _ question: borrowing LadderQuestion,
        _ tables: borrowing LadderTables
    ) -> ASN? {
        guard let interconnect = question.interconnect else { return nil }
        return tables.interconnects[interconnect].singlePeer
    }
}
