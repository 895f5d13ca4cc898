// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation

/// Calls handlers on SIGTERM, SIGINT and SIGHUP, in place of ending the program at once.
final class TerminationSignals {
    private let sources: [any DispatchSourceSignal]

    /// - Parameters:
    ///   - hangup: Called on SIGHUP; nil leaves that signal as it is.
    ///   - termination: Called on SIGTERM and SIGINT.
    init(
        hangup: (@Sendable () -> Void)? = nil,
        termination: @escaping @Sendable () -> Void
    ) {
        var handlers = [(SIGTERM, termination), (SIGINT, termination)]
        if let hangup { handlers.append((SIGHUP, hangup)) }
        sources = handlers.map { number, handler in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler(handler: handler)
            source.resume()
            return source
        }
    }

    /// No longer calls the handlers.
    func ignore() { for source in sources { source.cancel() } }
}
