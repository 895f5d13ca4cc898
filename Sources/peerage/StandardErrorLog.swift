// SPDX-License-Identifier: Apache-2.0

import Logging

/// Where the collector's log goes.
enum StandardErrorLog {
    static func logger() -> Logger {
        Logger(label: "peerage") { StreamLogHandler.standardError(label: $0) }
    }
}
