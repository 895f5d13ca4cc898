// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import Synchronization
import Testing

@testable import Collector

@Suite("The log")
struct LoggingTests {
    /// 2026-11-21 13:37:00 UTC.
    private static let wall: Int64 = 1_795_268_220

    private static func line(
        _ message: String,
        _ fields: [(key: String, value: String)] = []
    ) -> LogLine {
        LogLine(time: wall, level: .info, message: message, fields: fields)
    }

    @Test("a line says when, how grave, what, and of what")
    func line() {
        let line = Self.line("session ended", [("neighbor", "er1.fra"), ("reason", "hold time")])
        #expect(
            line.text
                == #"2026-11-21T13:37:00Z info session ended neighbor=er1.fra reason="hold time""#
        )
    }

    @Test("a line for machines is one JSON object")
    func json() throws {
        let line = Self.line("session ended", [("neighbor", "er1.fra"), ("level", "2")])
        let object = try JSONDecoder().decode([String: String].self, from: Data(line.json.utf8))
        #expect(
            object == [
                "time": "2026-11-21T13:37:00Z", "level": "info", "message": "session ended",
                "neighbor": "er1.fra", "level_": "2",
            ]
        )
    }

    @Test(
        "what a router names its things neither moves the cursor nor begins a line",
        arguments: [
            "\u{1b}[2J\u{1b}]0;owned\u{07}", "two\nlines\r\n", "er1\u{202e}arf", "a\u{2028}b",
            "\u{0}", "\u{9b}31m", "\u{e000}", "\u{feff}x", "a\u{85}b",
        ]
    )
    func escapes(_ hostile: String) throws {
        let line = Self.line(hostile, [("interface", hostile), (hostile, "x")])
        for text in [line.text, line.json] {
            #expect(text.unicodeScalars.allSatisfy(VisibleText.isVisible))
        }
        let object = try JSONDecoder().decode([String: String].self, from: Data(line.json.utf8))
        #expect(object["interface"] == hostile)
    }

    @Test("a value cannot pass for another field")
    func quotes() {
        let line = Self.line("x", [("a", #"1" b="2"#), ("c", ""), ("d", "e=f"), ("g", #"h\"#)])
        #expect(
            line.text == #"2026-11-21T13:37:00Z info x a="1\" b=\"2" c="" d="e=f" g="h\\""#
        )
    }

    @Test("letters of any language stay as they are")
    func letters() {
        #expect(Self.line("x", [("site", "Köln")]).text.hasSuffix(#" site="Köln""#))
    }

    @Test(
        "no field takes more than 256 octets",
        arguments: ["a", "é", "\u{1b}", "\"", "\u{10ffff}", "🛰"]
    )
    func bounded(_ unit: String) {
        let long = String(repeating: unit, count: 1000)
        let empty = Self.line("", [("k", "\"\"")]).text.utf8.count
        for text in [Self.line("", [("k", long)]).text, Self.line(long, [("k", "\"\"")]).text] {
            #expect(text.utf8.count <= empty + 256)
            #expect(text.utf8.count >= empty + 230)
        }
        #expect(Self.line(long, [(long, long)]).json.utf8.count < 3 * 256 + 100)
        let exact = String(repeating: "a", count: 256)
        #expect(Self.line(exact).text.hasSuffix(exact))
    }

    /// A log whose time and lines the test holds in its hands.
    private final class Bench: Sendable {
        let lines = Mutex<[String]>([])
        let time = Mutex<Int64>(1000)
        let calls = Mutex<[@Sendable () -> Void]>([])

        func logger(_ format: CollectorLog.Format = .text) -> Logger {
            let sink = LogSink(
                format: format,
                now: { LogSink.Now(wall: LoggingTests.wall, boot: self.time.withLock { $0 }) },
                write: { line in self.lines.withLock { $0.append(line) } },
                later: { _, call in self.calls.withLock { $0.append(call) } }
            )
            return Logger(label: "test") { _ in CollectorLogHandler(sink: sink) }
        }

        func pass(_ seconds: Int64) { time.withLock { $0 += seconds } }

        func taken() -> [String] { lines.withLock { Self.emptying(&$0) } }

        /// Does what was put off for later.
        func call() {
            let due = calls.withLock { Self.emptying(&$0) }
            for call in due { call() }
        }

        private static func emptying<Element>(_ list: inout [Element]) -> [Element] {
            defer { list = [] }
            return list
        }
    }

    @Test("of one kind ten a minute are written, and then how many were not")
    func limits() {
        let bench = Bench()
        let logger = bench.logger()
        for _ in 0..<1000 { logger.warning("template changed", metadata: ["exporter": "er1"]) }
        #expect(bench.taken().count == 10)
        bench.pass(59)
        bench.call()
        #expect(bench.taken().isEmpty)
        bench.pass(1)
        bench.call()
        #expect(
            bench.taken() == [
                "2026-11-21T13:37:00Z warning template changed exporter=er1 suppressed=990\n"
            ]
        )
        logger.warning("template changed", metadata: ["exporter": "er1"])
        #expect(bench.taken().count == 1)
    }

    @Test("one noisy exporter does not silence another, nor another message")
    func kinds() {
        let bench = Bench()
        let logger = bench.logger()
        for _ in 0..<100 { logger.warning("template changed", metadata: ["exporter": "er1"]) }
        _ = bench.taken()
        logger.warning("template changed", metadata: ["exporter": "er2"])
        logger.warning("sequence lost", metadata: ["exporter": "er1"])
        #expect(bench.taken().count == 2)
    }

    @Test("what was held back is told when the next event comes, too")
    func toldByNext() {
        let bench = Bench()
        let logger = bench.logger(.json)
        for _ in 0..<12 { logger.info("a") }
        _ = bench.taken()
        bench.pass(60)
        logger.info("b")
        let lines = bench.taken()
        #expect(lines.count == 2)
        #expect(lines[0].contains(#""message":"a","suppressed":"2""#))
    }

    @Test("an error of the collector is written every minute, whatever floods the log")
    func errorsOfTheWhole() {
        let bench = Bench()
        let logger = bench.logger()
        for minute in 0..<5 {
            for number in 0..<6_000 {
                logger.warning("refused", metadata: ["remote": "\(minute)-\(number)"])
            }
            for _ in 0..<50 { logger.error("volumes wait for the store") }
            let errors = bench.taken().filter { $0.contains("volumes wait") }
            #expect(errors.count >= 1 && errors.count <= 11)
            bench.pass(60)
        }
    }

    @Test("a flood of objects is bounded in lines and in memory")
    func floodOfObjects() {
        let bench = Bench()
        let logger = bench.logger()
        for number in 0..<20_000 { logger.info("refused", metadata: ["remote": "\(number)"]) }
        #expect(bench.taken().count <= LogLimiter.mostKinds + LogLimiter.most)
        for number in 0..<20_000 { logger.info("odd message \(number)") }
        #expect(bench.taken().count <= LogLimiter.mostKinds + LogLimiter.most)
        logger.error("disk full")
        #expect(bench.taken().count == 1)
    }

    @Test("fields of the logger and of the event stand together, in order")
    func metadata() {
        let bench = Bench()
        var logger = bench.logger()
        logger[metadataKey: "view"] = "rr1"
        logger.info("loaded", metadata: ["routes": "7", "file": "rib.bz2"])
        #expect(
            bench.taken() == ["2026-11-21T13:37:00Z info loaded file=rib.bz2 routes=7 view=rr1\n"]
        )
    }
}
