// SPDX-License-Identifier: Apache-2.0

import Accounting
import Crypto
import FlowDecoding
import FlowReception
import Foundation
public import Model
import RouteReception
public import Settings
public import Storage
import Wire

/// Accounts capture files as if their datagrams had just arrived, by the captures' own time.
///
/// Batch ids are made of a capture's content, and batches are cut by number of datagrams, so that
/// replaying a capture again changes nothing, whatever else was replayed in between.
public struct Replay: Sendable {
    private let settings: Settings
    private let store: any VolumeStore

    /// Datagrams in a batch; never depends on the configuration.
    private static let datagramsPerBatch = 65536
    /// Datagrams attributed at once, as many as a worker receives at once.
    static let datagramsAtOnce = 64

    /// What a replay did.
    public struct Outcome: Sendable {
        /// One row an exporter and slot, as counted now, whether or not the store had it before.
        public var ledgers: [LedgerFact] = []
        /// Captures that had been accounted before.
        public var unchanged: [String] = []
        /// Packets of the captures that are no flow exports.
        public var skippedDatagrams = 0
        /// What is wrong with the routing tables that were loaded.
        public var tableProblems: [String] = []
        /// Captures that end in the middle of a packet, with what came before accounted.
        public var cutOff: [String] = []
    }

    public init(settings: Settings, store: any VolumeStore) {
        self.settings = settings
        self.store = store
    }

    /// Replays `captures` in order.
    ///
    /// - Parameters:
    ///   - captures: Paths of pcap or pcapng files.
    ///   - tables: MRT files with the view each fills; empty for exporters that name no view. A
    ///     table is there from the start, the messages of sessions happen by the captures' time.
    ///   - progress: Told the number of datagrams so far, now and then.
    /// - Returns: The ledger of what was replayed.
    /// - Throws: When a capture or a table cannot be read, or the store takes nothing.
    public func run(
        captures: [String],
        tables: [(view: String, path: String)],
        progress: (Int) -> Void = { _ in }
    ) async throws -> Outcome {
        let clock = ReplayClock()
        let feed = CollectorComponents.routeFeed(settings, clock: clock)
        let routes = RouteTimeline(feed: feed)
        for table in settings.tables { try routes.add(table) }
        for table in tables { try routes.add(table.path, to: .view(table.view)) }
        var outcome = Outcome()
        var pipeline = CollectorComponents.pipeline(settings, feed)
        var count = 0
        for capture in captures {
            let writer = VolumeWriter(
                store: store,
                collector: settings.collectorName,
                idPrefix: try FlushBatch.replayPrefix + Self.digest(of: capture),
                sealer: SlotSealer(
                    slotSeconds: settings.slotSeconds,
                    latenessSeconds: settings.latenessSeconds
                )
            )
            try await replay(
                capture,
                routes: routes,
                clock: clock,
                through: &pipeline,
                to: writer,
                outcome: &outcome,
                count: &count,
                progress: progress
            )
        }
        outcome.tableProblems = routes.loaded().compactMap(\.problem)
        return outcome
    }

    private func replay(
        _ path: String,
        routes: RouteTimeline,
        clock: ReplayClock,
        through pipeline: inout FlowPipeline,
        to writer: VolumeWriter,
        outcome: inout Outcome,
        count: inout Int,
        progress: (Int) -> Void
    ) async throws {
        var file = try CaptureFile.opened(path)
        var latest: Int64 = 0
        var known = 0
        var added = 0
        var isOver = false
        while !isOver {
            var taken = 0
            while taken < Self.datagramsPerBatch {
                guard let datagram = try next(of: &file, path: path, outcome: &outcome) else {
                    isOver = true
                    break
                }
                latest = max(latest, datagram.arrival)
                clock.set(latest)
                if routes.nextTime <= latest {
                    pipeline.finishBatch()  // by the routes of before
                    routes.advance(through: latest)
                }
                if take(datagram, into: &pipeline) {
                    taken += 1
                    if taken % Self.datagramsAtOnce == 0 { pipeline.finishBatch() }
                } else {
                    outcome.skippedDatagrams += 1
                }
            }
            pipeline.finishBatch()
            count += taken
            progress(count)
            pipeline.giveUpHeld(now: latest, isOver: isOver)
            var part = FlushBatch(id: "", collector: "", time: latest / 1_000_000_000)
            pipeline.handOver(to: &part)
            outcome.ledgers += part.ledgers
            let written = await writer.write([part], now: part.time, isFinal: isOver)
            if let problem = written.problem ?? written.givenUp.first { throw problem }
            known += written.known
            added += written.added
        }
        if known > 0, added == 0 { outcome.unchanged.append(path) }
    }

    /// The next datagram; nil at the end, also at a torn one.
    private func next(
        of file: inout CaptureFile,
        path: String,
        outcome: inout Outcome
    ) throws -> CapturedDatagram? {
        do throws(CaptureError) {
            return try file.next()
        } catch {
            guard case .cutOff = error else { throw error }
            outcome.cutOff.append(path)
            return nil
        }
    }

    /// Whether the datagram is a flow export; then it has been taken.
    private func take(_ captured: CapturedDatagram, into pipeline: inout FlowPipeline) -> Bool {
        let datagram = Datagram(
            exporter: captured.source,
            port: captured.sourcePort,
            arrival: captured.arrival,
            octets: WireReader(captured.payload.span, as: "UDP payload").octets
        )
        guard FlowDecoder.isFlowExport(datagram.octets) else { return false }
        pipeline.take(datagram)
        return true
    }

    /// The first 16 hexadecimal digits of the SHA-256 of a file.
    private static func digest(of path: String) throws -> String {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw CaptureError.unreadable(path: path, reason: "cannot be opened")
        }
        defer { try? file.close() }
        var hash = SHA256()
        while let chunk = try file.read(upToCount: 1 << 20), !chunk.isEmpty {
            hash.update(data: chunk)
        }
        return hexadecimal(hash.finalize().prefix(8))
    }
}
