// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Collector
import Settings
import Storage

struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Checks the store.",
        subcommands: [Check.self]
    )

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Re-checks every sum that can be re-checked; status 3 when one does not hold."
        )

        @OptionGroup var configuration: ConfigurationOption

        func run() async throws {
            let settings = try configuration.load()
            let problems = try await explaining {
                try await CollectorService.openStoreToRead(settings).check()
            }
            for problem in problems { standardOutput("\(problem.object): \(problem.problem)\n") }
            guard problems.isEmpty else { throw ExitCode(3) }
            standardOutput("\(settings.store.sqlite.path): good\n")
        }
    }
}
