// SPDX-License-Identifier: Apache-2.0

/// What can be measured, by name; one file a case.
struct BenchCase: Sendable {
    let name: String
    /// Measures and prints; returns whether everything was reached that has to be.
    let run: @Sendable (BenchOptions) throws -> Bool

    static let all = [
        BenchCase(name: "lookup") { try LookupCase($0).run() },
        BenchCase(name: "views") { options in
            var views = try ViewsCase(options)
            return views.run()
        },
        BenchCase(name: "routes") { try RoutesCase($0).run() },
        BenchCase(name: "mrt") { try TableFileCase($0).run() },
        BenchCase(name: "feed") { try FeedCase($0).run() },
    ]
}

struct BenchOptions {
    /// A file with a prefix a line.
    var prefixes: String?
    /// A folder for what is written for others.
    var work = "."
    /// How often each side is measured, in turns.
    var rounds = 5
    /// A word that the names of the figures end with.
    var label = ""
    /// The command of the reference, with its arguments; empty for none.
    var reference: [String] = []
}

struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
