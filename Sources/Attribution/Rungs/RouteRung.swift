// SPDX-License-Identifier: Apache-2.0

import Model

/// The first AS of the best route, in the exporter's views, to the far address.
///
/// Our own ASes and route servers at the head of the path were passed over (``PassedOverASes``).
/// On the way in it says how we would send, which need not be how it came: there it stands last
/// and is called a reverse lookup.
enum RouteRung {
    static func peer(
        _ question: borrowing LadderQuestion,
        _ tables: borrowing LadderTables
    ) -> ASN? {
        question.routePeerAS
    }
}
