// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Logging

/// The log of the process, on standard error.
public enum CollectorLog {
    /// How lines look.
    public enum Format: String, CaseIterable, Sendable {
        /// For people: time, level, message, fields.
        case text
        /// For machines: one JSON object a line.
        case json
    }

    /// A logger that writes to standard error.
    ///
    /// Loggers of one call share their limits: make one, and hand it on.
    public static func logger(format: Format = .text, level: Logger.Level = .info) -> Logger {
        let sink = LogSink(
            format: format,
            now: {
                LogSink.Now(
                    wall: WallClock.nanoseconds() / 1_000_000_000,
                    boot: BootClock.nanoseconds() / 1_000_000_000
                )
            },
            // A log that nobody takes is no reason to end.
            write: { try? FileHandle.standardError.write(contentsOf: Data($0.utf8)) },
            later: { seconds, work in
                DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(Int(seconds))) {
                    work()
                }
            }
        )
        var logger = Logger(label: "peerage") { _ in CollectorLogHandler(sink: sink) }
        logger.logLevel = level
        return logger
    }
}

/// Hands what is logged to a sink.
package struct CollectorLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    package var logLevel = Logger.Level.info
    private let sink: LogSink

    package init(sink: LogSink) { self.sink = sink }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        all.merge(metadataProvider?.get() ?? [:]) { _, new in new }
        all.merge(event.metadata ?? [:]) { _, new in new }
        if let error = event.error { all["error"] = "\(error)" }
        sink.take(
            "\(event.message)",
            level: event.level,
            fields: all.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
        )
    }
}
