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
        /// Calls to receive that failed since the last report.
        var failures = 0
        var lastFailure: SystemError?
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
        while stopTime.load(ordering: .acquiring) == 0 {
            load.pipeline.goOffline()
            receive(into: &batch, &load)
            orders.carryOut(on: &load.pipeline)
            let now = Self.now()
            if now >= nextFlush {
                flush(&load, countedUntil: countedUntil(load))
                nextFlush = flushTime(after: now)
            }
        }
        drain(&load, &batch)
    }

    /// Takes what came before the order to stop, from each socket, and hands over for the last
    /// time.
    private func drain(_ load: inout Load, _ batch: inout DatagramBatch) {
        let stopTime = stopTime.load(ordering: .acquiring)
        let end = Self.now() + Self.longestDrain
        for endpoint in 0..<load.sockets.count {
            var isDrained = false
            while !isDrained {
                load.pipeline.goOffline()
                let isLate = Self.now() > end
                do throws(SystemError) {
                    let count = try load.sockets.receive(from: endpoint, into: &batch)
                    let newest = take(batch, count, into: &load.pipeline, isLate: isLate)
                    // Nothing is left, or all that is left came after the order.
                    isDrained = count == 0 || newest > stopTime
                } catch {
                    failed(error, &load)
                    isDrained = isLate
                }
            }
        }
        orders.close(&load.pipeline)
        flush(&load, countedUntil: clock.time(ofArrival: stopTime), isLast: true)
    }

    /// All that came before has been counted: now, or when the last came that was taken from a
    /// socket with more.
    private func countedUntil(_ load: borrowing Load) -> Int64 {
        load.sockets.allTakenUntil.map { clock.time(ofArrival: $0) } ?? clock.now()
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

    /// Counts what has come, or comes in a moment.
    private func receive(into batch: inout DatagramBatch, _ load: inout Load) {
        do throws(SystemError) {
            let count = try load.sockets.receive(
                into: &batch,
                timeoutMilliseconds: Self.waitMilliseconds
            )
            _ = take(batch, count, into: &load.pipeline, isLate: false)
        } catch {
            failed(error, &load)
        }
    }

    /// Memory was short, say: nothing was received, and the next call may succeed.
    private func failed(_ error: SystemError, _ load: inout Load) {
        load.failures += 1
        load.lastFailure = error
        Thread.sleep(forTimeInterval: 0.01)
    }

    /// Hands over what was counted.
    ///
    /// - Parameters:
    ///   - load: What the thread works with.
    ///   - countedUntil: Accounting time, in nanoseconds since 1970-01-01 00:00 UTC.
    ///   - isLast: Whether nothing follows.
    private func flush(_ load: inout Load, countedUntil: Int64, isLast: Bool = false) {
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
        let time = min(now, countedUntil) / 1_000_000_000
        var totals = FlushBatch(id: "", collector: "", time: time)
        load.pipeline.handOver(to: &totals)
        handOver(
            WorkerReport(
                totals: totals,
                kernelDrops: drops,
                state: load.pipeline.takeState(ofAll: isLast),
                figures: load.pipeline.figures,
                worker: number,
                failures: load.failures,
                lastFailure: load.lastFailure.map { "\($0)" }
            )
        )
        load.failures = 0
    }
}
