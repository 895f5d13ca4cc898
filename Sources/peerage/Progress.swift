// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Shows how far long work is, on a terminal only.
enum Progress {
    /// Prints a count over itself; does nothing when standard error is not a terminal.
    static func onTerminal(unit: String) -> (Int) -> Void {
        guard isatty(STDERR_FILENO) == 1 else { return { _ in } }
        return { count in
            try? FileHandle.standardError.write(contentsOf: Data("\r\(count) \(unit) ".utf8))
        }
    }
}
