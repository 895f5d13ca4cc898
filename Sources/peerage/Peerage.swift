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
            RoutesCommand.self, ExplainCommand.self, ReportCommand.self, ExportCommand.self,
            AlertCommand.self,
            ConfigCommand.self, StatusCommand.self, ExportersCommand.self, StoreCommand.self,
        ]
    )

    /// Whether help is about to be printed for arguments that have options, none of them for help.
    private static func didNotAskForHelp(_ error: any Error) -> Bool {
        let arguments = CommandLine.arguments.dropFirst()
        let asks = arguments.contains { ["-h", "--help", "-help", "help"].contains($0) }
        return !asks && arguments.contains { $0.hasPrefix("-") }
            && fullMessage(for: error).hasPrefix("OVERVIEW:")
    }

    /// The same arguments, a time such as -1h joined to its option: `--from=-1h`.
    ///
    /// Beside any mistake the parser would take it for -h, and print help instead of the mistake.
    private static func joined(_ arguments: [String]) -> [String] {
        var joined: [String] = []
        for argument in arguments {
            let isTime = argument.hasPrefix("-") && argument.dropFirst().first?.isNumber == true
            if isTime, let option = joined.last, option.hasPrefix("--"), option.count > 2,
                !option.contains("=")
            {
                joined[joined.count - 1] = "\(option)=\(argument)"
            } else {
                joined.append(argument)
            }
        }
        return joined
    }

    /// Runs the command; arguments that are wrong end with status 2, like any wrong input.
    static func main() async {
        do {
            var command = try parseAsRoot(joined(Array(CommandLine.arguments.dropFirst())))
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            let status = exitCode(for: error)
            if status.isSuccess, Self.didNotAskForHelp(error) {
                // A value such as -1h after another mistake is taken for -h.
                standardError("Error: the arguments are not understood; see `peerage help`")
                exit(withError: ExitCode(2))
            }
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

/// Writes a message for people; one that cannot be written is lost.
func standardError(_ message: String) {
    try? FileHandle.standardError.write(contentsOf: Data((message + "\n").utf8))
}

/// Writes data for the next program; ends this one when that one has gone, or the disk is full.
func standardOutput(_ text: String) {
    do {
        try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    } catch {
        if (error as NSError).code != Int(EPIPE) {
            let reason = error.localizedDescription
            standardError("peerage: standard output cannot be written: \(reason)")
        }
        exit(1)
    }
}
