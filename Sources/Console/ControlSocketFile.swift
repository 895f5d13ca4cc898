// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The file of a UNIX socket.
enum ControlSocketFile {
    /// Makes sure that nobody serves at `path`; what a dead collector left there is replaced when
    /// the socket is bound.
    static func claim(_ path: String) async throws {
        var info: [FileAttributeKey: Any] = [:]
        do {
            info = try FileManager.default.attributesOfItem(atPath: path)
        } catch {
            return  // not there
        }
        guard info[.type] as? FileAttributeType == .typeSocket else {
            throw ConsoleServer.Problem(
                description: "control \(path): there is a file that is no socket; remove it, or "
                    + "name another path"
            )
        }
        guard try await ControlClient.isServed(path) else { return }
        throw ConsoleServer.Problem(
            description: "control \(path): another collector serves there"
        )
    }

    /// Nobody but the collector's own user, and root, may connect.
    static func restrict(_ path: String) {
        try? FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }

    static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
}
