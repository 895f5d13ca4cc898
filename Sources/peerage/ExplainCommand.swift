// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Why a flow got its rate, evidence, neighbor, path, interconnect and outcome.",
        discussion: """
            Each rung of the ladders is told, with what it looked at. The routes are those of the \
            collector that runs; without one, those of the tables of the configuration.
            """
    )

    @OptionGroup var configuration: ConfigurationOption

    @Option(
        help: ArgumentHelp(
            "One JSON object with the keys of a line of `peerage decode`.",
            valueName: "json"
        )
    )
    var flow: String?

    @Option(help: "A capture file, with --record.", completion: .file())
    var capture: String?

    @Option(help: "The number of a record, as `peerage decode` prints it.")
    var record: UInt64?

    @Option(help: "How to print the answer.")
    var format: AnswerFormat = .table

    func validate() throws {
        guard (flow == nil) != (capture == nil), (capture == nil) == (record == nil) else {
            throw ValidationError("expected --flow JSON, or --capture FILE --record N")
        }
    }

    func run() async throws {
        // A collector that reads it stands in another folder.
        let path = capture.map { $0 == "-" ? $0 : URL(filePath: $0).path(percentEncoded: false) }
        let parameters = [
            "flow": flow, "capture": path, "record": record.map(String.init),
            "format": format.rawValue,
        ]
        try await ask("/api/v1/explain", parameters, try configuration.load())
    }
}
