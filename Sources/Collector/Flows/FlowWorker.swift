// SPDX-License-Identifier: Apache-2.0

import FlowReception
import Foundation
import Model
import Synchronization

/// One thread that receives the flows of its sockets and counts them.
///
/// Everything it counts stays its own until it hands over, every flush interval and at the end.
/// All workers hand over at the same instants, so that the store is given what they counted at
/// once, and what dies with the process is one interval.
final class FlowWorker: Sendable {
    /// What the thread needs and gives back when it ends; taken by the thread as it starts.
    private struct Load: ~Copyable {
        var sockets: SocketGroup
        var pipeline: FlowPipeline
        /// Drops of each socket that have been reported.
        var drops: [UInt64]
    }

    private let number: Int
    private let load: Mutex<Load?>
    private let orders = WorkerOrders()
    /// When the worker was told to stop, in nanoseconds since 1970-01-01 00:00 UTC; else 0.
    private let stopTime = Atomic<Int64>(0)
    private let clock: any AccountingClock
    private let flushNanoseconds: UInt64
    private let handOver: @Sendable (WorkerReport) -> Void
    private let whenDone: @Sendable () -> Void

    /// How long one wait for a datagram lasts at most, so that stopping and flushing are prompt.
    private static let waitMilliseconds = 100

    /// How long a worker that was told to stop goes on with what came before; what is left then is
    /// counted as refused.
    private static let longestDrain: UInt64 = 6_000_000_000

    /// - Parameters:
    ///   - number: Of this worker, as of ``WorkerShare``.
    ///   - sockets: Bound; this worker's own from now on.
    ///   - pipeline: What to do with what it receives.
    ///   - clock: Accounting time.
    ///   - flushSeconds: How often to hand over.
    ///   - handOver: Takes what was counted; called on the worker's thread.
    ///   - whenDone: Called once the last totals have been handed over.
    init(
        number: Int,
        sockets: SocketGroup,
        pipeline: consuming FlowPipeline,
        clock: any AccountingClock,
        flushSeconds: Int64,
        handOver: @escaping @Sendable (WorkerReport) -> Void,
        whenDone: @escaping @Sendable () -> Void
    ) {
        self.number = number
        let drops = [UInt64](repeating: 0, count: sockets.count)
        load = Mutex(Load(sockets: sockets, pipeline: pipeline, drops: drops))
        self.clock = clock
        flushNanoseconds = UInt64(flushSeconds) * 1_000_000_000
        self.handOver = handOver
        self.whenDone = whenDone
    }

    func start() {
        let thread = Thread { [self] in
            var load: Load?
            self.load.withLock { swap(&load, &$0) }
            guard var load = load.take() else { return }
            run(&load)
            whenDone()
        }
        thread.name = "flows-\(number)"
        thread.start()
    }

    /// Makes the worker read what the kernel has taken by now, hand over and end.
    func stop() { stopTime.store(WallClock.nanoseconds(), ordering: .releasing) }

    /// Does something with the worker's pipeline, on its thread, between two batches; returns when
    /// it is done, or the worker has ended.
    func carryOut(_ order: @escaping WorkerOrders.Order) async {
        await withCheckedContinuation { waiting in
            orders.post(order) { waiting.resume() }
        }
    }

    private func run(_ load: inout Load) {
        var batch = DatagramBatch()
        var nextFlush = flushTime(after: Self.now())
        var drainEnd: UInt64?
        var isDrained = false
        while !isDrained {
            let stopTime = stopTime.load(ordering: .acquiring)
            load.pipeline.goOffline()
            let received = receive(from: &load.sockets, into: &batch, isLast: stopTime != 0)
            let now = Self.now()
            let isLate = drainEnd.map { now > $0 } ?? false
            let newest = take(batch, received ?? 0, into: &load.pipeline, isLate: isLate)
            orders.carryOut(on: &load.pipeline)
            if stopTime != 0 {
                // Nothing is left, or all that is left came after the order to stop.
                drainEnd = drainEnd ?? now + Self.longestDrain
                isDrained = received == 0 || newest > stopTime
            }
            if isDrained { orders.close(&load.pipeline) }
            if now >= nextFlush || isDrained {
                flush(&load, isLast: isDrained)
                nextFlush = flushTime(after: now)
            }
        }
    }

    /// The next instant at which all workers hand over, in nanoseconds as ``now()``.
    private func flushTime(after now: UInt64) -> UInt64 {
        (now / flushNanoseconds + 1) * flushNanoseconds
    }

    /// Time that nobody can set, in nanoseconds.
    private static func now() -> UInt64 { DispatchTime.now().uptimeNanoseconds }

    /// Counts the datagrams of a batch, when it is late without reading them; returns when the last
    /// one came.
    private func take(
        _ batch: borrowing DatagramBatch,
        _ count: Int,
        into pipeline: inout FlowPipeline,
        isLate: Bool
    ) -> Int64 {
        guard !isLate || count == 0 else {
            pipeline.refuse(count, .shutdown, at: clock.now())
            return batch[count - 1].arrival
        }
        var newest: Int64 = 0
        for index in 0..<count {
            let datagram = batch[index]
            newest = datagram.arrival
            pipeline.take(
                Datagram(
                    exporter: datagram.exporter,
                    port: datagram.port,
                    arrival: clock.time(ofArrival: datagram.arrival),
                    octets: datagram.octets
                )
            )
        }
        pipeline.finishBatch()
        return newest
    }

    /// How many datagrams have come; nil when the kernel could not say.
    private func receive(
        from sockets: inout SocketGroup,
        into batch: inout DatagramBatch,
        isLast: Bool
    ) -> Int? {
        do throws(SystemError) {
            return try sockets.receive(
                into: &batch,
                timeoutMilliseconds: isLast ? 0 : Self.waitMilliseconds
            )
        } catch {
            // Memory was short, say: nothing was received, and the next call may succeed.
            Thread.sleep(forTimeInterval: 0.01)
            return nil
        }
    }

    private func flush(_ load: inout Load, isLast: Bool) {
        let now = clock.now()
        var drops = [UInt64](repeating: 0, count: load.drops.count)
        for endpoint in drops.indices {
            // A count that cannot be asked for now is asked for with the next flush.
            guard let total = try? load.sockets.kernelDrops(of: endpoint) else { continue }
            drops[endpoint] = total - load.drops[endpoint]
            load.drops[endpoint] = total
            load.pipeline.countKernelDrops(drops[endpoint], at: now)
        }
        load.pipeline.giveUpHeld(now: now, isOver: isLast)
        var totals = FlushBatch(id: "", collector: "", time: now / 1_000_000_000)
        load.pipeline.handOver(to: &totals)
        handOver(
            WorkerReport(
                totals: totals,
                kernelDrops: drops,
                state: load.pipeline.takeChangedState(),
                decoder: load.pipeline.decoderStatistics,
                worker: number
            )
        )
    }
}
