// SPDX-License-Identifier: Apache-2.0

/// Counts workers that have ended, for one that waits for all of them.
final class WorkerCount: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func signal() { continuation.yield() }

    func wait(for count: Int) async {
        guard count > 0 else { return }
        var left = count
        for await _ in stream {
            left -= 1
            if left == 0 { return }
        }
    }
}
