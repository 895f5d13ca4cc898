// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Collector
import Demo
import Foundation
import Logging

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Shows what it does, on loopback, in half a minute.",
        discussion: """
            A collector with a temporary store is fed bundled captures of real exporters and a \
            bundled table over UDP and BGP; then savings, volumes, alerts and ledger are printed. \
            The collector stays up until Ctrl-C, unless --once is given.
            """
    )

    @Option(help: "UDP port on loopback for flows; 0 takes a free one.")
    var port: UInt16 = 0

    @Flag(help: "End when the answers are out.")
    var once = false

    func run() async throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "peerage-demo-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        var logger = CollectorLog.logger()
        logger.logLevel = .warning
        try await explaining { [once, port, logger] in
            let demo = try DemoRun(
                port: port,
                folder: folder,
                logger: logger,
                output: { standardOutput($0) }
            )
            try await demo.run { flowPort in
                guard !once else { return }
                standardOutput("The collector stays on UDP port \(flowPort) until Ctrl-C.\n")
                await untilTerminated()
            }
        }
    }
}

/// Returns when the program is asked to end.
private func untilTerminated() async {
    let (stream, continuation) = AsyncStream<Void>.makeStream()
    let signals = TerminationSignals(termination: { continuation.yield() })
    for await _ in stream { break }
    signals.ignore()
}
