// SPDX-License-Identifier: Apache-2.0

import Foundation
import Storage
import Synchronization

/// The directory of `state:`, which one collector at a time may use: a second one would remove what
/// it knows nothing of.
final class StateFolder: Sendable {
    private let path: String
    private let lock = Mutex<FileLock?>(nil)

    init(_ path: String) { self.path = path }

    /// Makes the directory and `folders` in it, and takes the lock, `lock` in it.
    ///
    /// - Returns: Why nothing, or not all, can be kept there, in words; nil when all is well.
    /// - Throws: When another collector has it.
    func open(_ folders: [String]) throws(CollectorError) -> String? {
        if let problem = Self.problem(making: path) { return problem }
        do throws(LockProblem) {
            let taken = try FileLock.taken("\(path)/lock", of: path)
            lock.withLock { $0 = taken }
        } catch {
            guard error.isInUse else { return error.description }
            throw CollectorError(error.description)
        }
        return folders.lazy.compactMap { Self.problem(making: $0) }.first
    }

    /// Lets another collector have it; once is enough.
    func release() {
        lock.withLock { lock in
            lock?.release()
            lock = nil
        }
    }

    private static func problem(making folder: String) -> String? {
        do throws(FileProblem) {
            try DurableFile.makeDirectory(folder)
        } catch {
            return error.description
        }
        let isWritable = FileManager.default.isWritableFile(atPath: folder)
        return isWritable ? nil : "\(folder) cannot be written to"
    }
}
