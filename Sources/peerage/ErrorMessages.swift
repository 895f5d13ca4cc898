// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Collector

/// Runs `work`; what it throws becomes one sentence on standard error and an exit status.
///
/// - Returns: What `work` returned.
func explaining<Result>(_ work: () async throws -> Result) async throws -> Result {
    do {
        return try await work()
    } catch let code as ExitCode {
        throw code
    } catch {
        let failure = Failure(error)
        standardError("peerage: \(failure.message)")
        throw ExitCode(failure.isInputWrong ? 2 : 1)
    }
}
