// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation

/// The command line: each subcommand reads its arguments and hands over to Collector or Demo.
@main
struct Peerage: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peerage",
        abstract: "Accounts what a network exchanges with its peers, and what that costs.",
        discussion: """
            Routers export sFlow, IPFIX and NetFlow to a collector; BGP and MRT files tell it \
            where the traffic was going. Try `peerage demo` first; then \
            `peerage collect --config FILE`.

            Exit status: 0 success; 1 the work failed; 2 the input or configuration is wrong; \
            3 finished, with findings that need attention.
            """,
        version: peerageVersion,
        subcommands: [
            CollectCommand.self, ReplayCommand.self, DemoCommand.self, DecodeCommand.self,
            RoutesCommand.self, ReportCommand.self, ExportCommand.self, AlertCommand.self,
            ConfigCommand.self, StatusCommand.self, StoreCommand.self,
        ]
    )

    /// Runs the command; arguments that are wrong end with status 2, like any wrong input.
    static func main() async {
        // A closed pipe ends the program the way it ends others, without a trap on the way.
        signal(SIGPIPE, SIG_DFL)
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            let status = exitCode(for: error)
            if status == .validationFailure {
                standardError(fullMessage(for: error))
                exit(withError: ExitCode(2))
            }
            exit(withError: error)
        }
    }
}

/// The version of this program.
let peerageVersion = "0.1.0"

/// Writes a message for people.
func standardError(_ message: String) {
    FileHandle.standardError.write(Data((message + "\n").utf8))
}

/// Writes data for the next program.
func standardOutput(_ text: String) {
    FileHandle.standardOutput.write(Data(text.utf8))
}
