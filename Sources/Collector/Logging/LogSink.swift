// SPDX-License-Identifier: Apache-2.0

package import Logging
import Synchronization

/// Where the log's events become lines, one after the other, and not too many of a kind.
package final class LogSink: Sendable {
    /// The time, twice.
    package struct Now: Sendable {
        /// On the wall, in seconds since 1970-01-01 00:00 UTC.
        package var wall: Int64
        /// Of a clock that nobody can set, in seconds.
        package var boot: Int64

        package init(wall: Int64, boot: Int64) {
            self.wall = wall
            self.boot = boot
        }
    }

    private struct State {
        var limiter = LogLimiter()
        /// Whether ``tell()`` will be called when the running minute is over.
        var isAwaited = false
    }

    private let state = Mutex(State())
    private let format: CollectorLog.Format
    private let now: @Sendable () -> Now
    private let write: @Sendable (String) -> Void
    private let later: @Sendable (Int64, @escaping @Sendable () -> Void) -> Void

    /// Metadata that names the object an event is about, the most telling first.
    private static let objectKeys = [
        "exporter", "neighbor", "station", "remote", "address", "interconnect", "rule", "socket",
        "file", "object",
    ]

    /// - Parameters:
    ///   - format: How lines look.
    ///   - now: Tells the time.
    ///   - write: Takes each line, with its end; calls do not overlap.
    ///   - later: Calls something after so many seconds.
    package init(
        format: CollectorLog.Format,
        now: @escaping @Sendable () -> Now,
        write: @escaping @Sendable (String) -> Void,
        later: @escaping @Sendable (Int64, @escaping @Sendable () -> Void) -> Void
    ) {
        self.format = format
        self.now = now
        self.write = write
        self.later = later
    }

    /// Writes an event, unless there are too many like it.
    package func take(
        _ message: String,
        level: Logger.Level,
        fields: [(key: String, value: String)]
    ) {
        let time = now()
        let key = Self.objectKeys.first { key in fields.contains { $0.key == key } }
        let object = fields.first { $0.key == key }
        let kind = LogLimiter.Kind(
            // What is beyond would not be read, and must not be kept.
            message: VisibleText.escaped(message),
            key: object?.key,
            object: object.map { VisibleText.escaped($0.value) }
        )
        let needsCall = state.withLock { state in
            writeDue(of: &state, at: time)
            if state.limiter.admits(kind, level: level, now: time.boot) {
                write(LogLine(time: time.wall, level: level, message: message, fields: fields))
            }
            defer { state.isAwaited = state.limiter.isHoldingBack }
            return state.limiter.isHoldingBack && !state.isAwaited
        }
        if needsCall { awaitEnd() }
    }

    /// Writes how many were held back in the minutes that are over.
    package func tell() {
        let time = now()
        let needsCall = state.withLock { state in
            writeDue(of: &state, at: time)
            state.isAwaited = state.limiter.isHoldingBack
            return state.isAwaited
        }
        if needsCall { awaitEnd() }
    }

    private func awaitEnd() { later(LogLimiter.seconds) { [weak self] in self?.tell() } }

    private func writeDue(of state: inout State, at time: Now) {
        for suppressed in state.limiter.due(now: time.boot) {
            var fields: [(key: String, value: String)] = []
            if let key = suppressed.kind.key {
                fields.append((key, suppressed.kind.object ?? ""))
            }
            fields.append(("suppressed", String(suppressed.count)))
            let line = LogLine(
                time: time.wall,
                level: suppressed.level,
                message: suppressed.kind.message,
                fields: fields
            )
            write(line)
        }
    }

    private func write(_ line: LogLine) {
        write((format == .text ? line.text : line.json) + "\n")
    }
}
