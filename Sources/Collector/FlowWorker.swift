// SPDX-License-Identifier: Apache-2.0

import FlowReception
import Foundation
import Model
import Synchronization

/// One thread that receives the flows of one socket and counts them.
///
/// Everything it counts stays its own until it hands over, every flush interval and at the end.
final class FlowWorker: Sendable {
    /// What the thread needs and gives back when it ends; taken by the thread as it starts.
    private struct Load: ~Copyable {
        var socket: UDPSocket
        var pipeline: FlowPipeline
    }

    private let load: Mutex<Load?>
    /// When the worker was told to stop, in nanoseconds since 1970-01-01 00:00 UTC; else 0.
    private let stopTime = Atomic<Int64>(0)
    private let clock: any AccountingClock
    private let flushNanoseconds: UInt64
    private let handOver: @Sendable (FlushBatch) -> Void
    private let whenDone: @Sendable () -> Void

    /// How long one wait for a datagram lasts at most, so that stopping and flushing are prompt.
    private static let waitMilliseconds = 100

    /// - Parameters:
    ///   - socket: Bound; owned from now on.
    ///   - pipeline: What to do with what it receives.
    ///   - clock: Accounting time.
    ///   - flushSeconds: How often to hand over.
    ///   - handOver: Takes what was counted; called on the worker's thread.
    ///   - whenDone: Called once the last totals have been handed over.
    init(
        socket: consuming UDPSocket,
        pipeline: consuming FlowPipeline,
        clock: any AccountingClock,
        flushSeconds: Int64,
        handOver: @escaping @Sendable (FlushBatch) -> Void,
        whenDone: @escaping @Sendable () -> Void
    ) {
        load = Mutex(Load(socket: socket, pipeline: pipeline))
        self.clock = clock
        flushNanoseconds = UInt64(flushSeconds) * 1_000_000_000
        self.handOver = handOver
        self.whenDone = whenDone
    }

    func start(name: String) {
        let thread = Thread { [self] in
            var load: Load?
            self.load.withLock { swap(&load, &$0) }
            guard var load = load.take() else { return }
            run(&load)
            whenDone()
        }
        thread.name = name
        thread.start()
    }

    /// Makes the worker read what the kernel has taken by now, hand over and end.
    func stop() { stopTime.store(WallClock.nanoseconds(), ordering: .releasing) }

    private func run(_ load: inout Load) {
        var batch = DatagramBatch()
        var drops: UInt64 = 0
        var nextFlush = DispatchTime.now().uptimeNanoseconds + flushNanoseconds
        var isDrained = false
        while !isDrained {
            let stopTime = stopTime.load(ordering: .acquiring)
            load.pipeline.goOffline()
            let received = receive(from: load, into: &batch, isLast: stopTime != 0)
            var newest: Int64 = 0
            for index in 0..<(received ?? 0) {
                let datagram = batch[index]
                newest = datagram.arrival
                load.pipeline.take(
                    Datagram(
                        exporter: datagram.exporter,
                        port: datagram.port,
                        arrival: clock.time(ofArrival: datagram.arrival),
                        octets: datagram.octets
                    )
                )
            }
            load.pipeline.finishBatch()
            // Drained when nothing is left, or when all that is left came after the order to stop.
            isDrained = stopTime != 0 && (received == 0 || newest > stopTime)
            let now = DispatchTime.now().uptimeNanoseconds
            if now >= nextFlush || isDrained {
                flush(&load, drops: &drops, isLast: isDrained)
                nextFlush = now + flushNanoseconds
            }
        }
    }

    /// How many datagrams have come; nil when the kernel could not say.
    private func receive(
        from load: borrowing Load,
        into batch: inout DatagramBatch,
        isLast: Bool
    ) -> Int? {
        do throws(SystemError) {
            return try load.socket.receive(
                into: &batch,
                timeoutMilliseconds: isLast ? 0 : Self.waitMilliseconds
            )
        } catch {
            // Memory was short, say: nothing was received, and the next call may succeed.
            Thread.sleep(forTimeInterval: 0.01)
            return nil
        }
    }

    private func flush(_ load: inout Load, drops: inout UInt64, isLast: Bool) {
        let now = clock.now()
        // A count that cannot be asked for now is asked for with the next flush.
        if let total = try? load.socket.kernelDrops(), total > drops {
            load.pipeline.countKernelDrops(total - drops, at: now)
            drops = total
        }
        load.pipeline.giveUpHeld(now: now, isOver: isLast)
        var flush = FlushBatch(id: "", collector: "", time: now / 1_000_000_000)
        load.pipeline.handOver(to: &flush)
        handOver(flush)
    }
}
