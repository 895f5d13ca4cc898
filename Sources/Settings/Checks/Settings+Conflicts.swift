// SPDX-License-Identifier: Apache-2.0

extension Settings {
    /// What does not go together in these values, a line each; none for values that were loaded as
    /// they are.
    ///
    /// A collector that takes over only part of a configuration has some values of each.
    public var conflicts: [String] {
        SettingsChecks.problems(of: self, Reading()).map { problem in
            let ending = problem.expected.map { "; expected \($0)" } ?? ""
            return "\(problem.key): \(problem.message)\(ending)"
        }
    }
}
