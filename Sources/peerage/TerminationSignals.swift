// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation

/// Calls a handler on SIGTERM and SIGINT, in place of ending the program at once.
final class TerminationSignals {
    private let sources: [any DispatchSourceSignal]

    init(_ handler: @escaping @Sendable () -> Void) {
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler(handler: handler)
            source.resume()
            return source
        }
    }

    /// No longer calls the handler.
    func ignore() { for source in sources { source.cancel() } }
}
