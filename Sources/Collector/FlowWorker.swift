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
    private let isStopping = Atomic<Bool>(false)
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

    /// Makes the worker read what the kernel still holds, hand over and end.
    func stop() { isStopping.store(true, ordering: .releasing) }

    private func run(_ load: inout Load) {
        var batch = DatagramBatch()
        var drops: UInt64 = 0
        var nextFlush = DispatchTime.now().uptimeNanoseconds + flushNanoseconds
        while true {
            // Asked before receiving: what arrived before the request is read after it.
            let isLast = isStopping.load(ordering: .acquiring)
            load.pipeline.goOffline()
            let received = receive(from: load, into: &batch, isLast: isLast)
            for index in 0..<received {
                let datagram = batch[index]
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
            let now = DispatchTime.now().uptimeNanoseconds
            if now >= nextFlush || (isLast && received == 0) {
                flush(&load, drops: &drops)
                nextFlush = now + flushNanoseconds
            }
            if isLast, received == 0 { return }
        }
    }

    private func receive(
        from load: borrowing Load,
        into batch: inout DatagramBatch,
        isLast: Bool
    ) -> Int {
        do throws(SystemError) {
            return try load.socket.receive(
                into: &batch,
                timeoutMilliseconds: isLast ? 0 : Self.waitMilliseconds
            )
        } catch {
            // A pending ICMP error: nothing was received, and the next call may succeed.
            Thread.sleep(forTimeInterval: 0.01)
            return 0
        }
    }

    private func flush(_ load: inout Load, drops: inout UInt64) {
        let now = clock.now()
        // A count that cannot be asked for now is asked for with the next flush.
        if let total = try? load.socket.kernelDrops(), total > drops {
            load.pipeline.countKernelDrops(total - drops, at: now)
            drops = total
        }
        load.pipeline.giveUpHeld()
        var flush = FlushBatch(id: "", collector: "", time: now / 1_000_000_000)
        load.pipeline.handOver(to: &flush)
        handOver(flush)
    }
}
