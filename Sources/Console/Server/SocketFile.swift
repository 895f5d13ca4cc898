// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// The file of the control socket: whom its permissions let in may operate the collector.
///
/// # How it works
/// A socket takes its mode from the umask, which belongs to the whole process. So it is bound in a
/// folder that only its owner can enter, given its mode there, and then renamed to its place: at no
/// instant can others connect, and a socket that a dead collector left is replaced in one step.
final class SocketFile: Sendable {
    let path: String
    /// Where the server binds, before ``publish()``.
    let birthplace: String
    private let folder: String
    /// Which file it is, to know it again.
    private let identity = Mutex<UInt64?>(nil)

    /// What sockaddr_un holds, with the octet that ends it.
    private static let longestPath = 107

    /// Makes the folder to bind in, when nobody listens at `path` and nothing else lies there.
    init(at path: String) async throws(ConsoleError) {
        self.path = path
        guard path.utf8.count <= Self.longestPath else {
            throw ConsoleError("control: \(path) is longer than a socket's path may be")
        }
        try await Self.refuseWhatIsInUse(path)
        let parent = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        folder = parent + "." + String(UInt32.random(in: 0...0xff_ffff), radix: 36)
        birthplace = folder + "/s"
        guard birthplace.utf8.count <= Self.longestPath else {
            throw ConsoleError("control: \(path) is longer than a socket's path may be")
        }
        // Safe: mkdir(2) reads the path, which Swift keeps for the call.
        guard unsafe mkdir(folder, 0o700) == 0 else { throw Self.failure(path) }
    }

    /// Puts the bound socket in its place, for its owner alone.
    @Sendable func publish() throws(ConsoleError) {
        // Safe: both calls read their paths, which Swift keeps for the call.
        guard unsafe chmod(birthplace, 0o600) == 0, unsafe rename(birthplace, path) == 0 else {
            throw Self.failure(path)
        }
        let published = Self.identity(path)
        identity.withLock { $0 = published }
        removeFolder()
    }

    /// Removes the socket, unless another has taken its place since.
    func remove() {
        removeFolder()
        guard let published = identity.withLock({ $0 }), Self.identity(path) == published else {
            return
        }
        // Safe: unlink(2) reads the path, which Swift keeps for the call.
        _ = unsafe unlink(path)
    }

    private func removeFolder() {
        // Safe: both calls read their paths, which Swift keeps for the call.
        _ = unsafe unlink(birthplace)
        _ = unsafe rmdir(folder)
    }

    private static func refuseWhatIsInUse(_ path: String) async throws(ConsoleError) {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
            return
        }
        guard attributes[.type] as? FileAttributeType == .typeSocket else {
            throw ConsoleError("control: \(path) is there already and is not a socket")
        }
        do {
            let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            let channel = try await bootstrap.connect(unixDomainSocketPath: path).get()
            try? await channel.close()
        } catch let error as IOError where [ECONNREFUSED, ENOENT].contains(error.errnoCode) {
            return
        } catch {
            throw ConsoleError("control: \(path) is in use, and cannot be asked: \(error)")
        }
        throw ConsoleError("control: another collector listens on \(path)")
    }

    private static func identity(_ path: String) -> UInt64? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.systemFileNumber] as? NSNumber)?.uint64Value
    }

    private static func failure(_ path: String) -> ConsoleError {
        // Safe: strerror gives a constant text, copied at once.
        let reason = unsafe String(cString: strerror(errno))
        return ConsoleError("control: \(path) cannot be made: \(reason)")
    }
}
