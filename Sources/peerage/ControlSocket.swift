// SPDX-License-Identifier: Apache-2.0

import Console

/// The collector behind a control socket.
enum ControlSocket {
    /// Its answer; nil when none serves that socket.
    ///
    /// - Throws: When one does, and does not answer.
    static func ask(
        _ path: String,
        _ request: ConsoleRequest
    ) async throws -> ConsoleResponse? {
        try await ControlClient.ask(path, request)
    }
}
