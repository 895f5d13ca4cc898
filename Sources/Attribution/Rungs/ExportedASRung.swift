// SPDX-License-Identifier: Apache-2.0

import Model

/// The exporter named the adjacent AS (IE 128, 129; the sFlow gateway record).
///
/// On the way in that is a reverse lookup by the router.
enum ExportedASRung {
    static func peer(
        _ question: borrowing LadderQuestion,
        _ tables: borrowing LadderTables
    ) -> ASN? {
        question.exportedPeerAS
    }
}
