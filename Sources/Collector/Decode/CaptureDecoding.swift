// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowReception
import Model
import Reporting
import Wire

/// How `decode` prints records.
public enum DecodeFormat: String, Sendable, CaseIterable {
    case jsonl
    case table
}

/// The `decode` command: capture files in, one line a record out.
///
/// Everything the decoders see is shown: flows, templates, options records, counter samples, and
/// what could not be read. Templates carry over from one capture to the next.
public struct CaptureDecoding: Sendable {
    private let format: DecodeFormat
    private let isSummary: Bool
    private let holdsData: Bool
    private let ports: Set<UInt16>?

    /// - Parameters:
    ///   - format: One JSON object a line, or columns.
    ///   - isSummary: Print totals only, as one JSON object.
    ///   - holdsData: Whether data wait for their template, as in the collector.
    ///   - ports: Destination ports of which every datagram is a flow export; nil to tell exports
    ///     by their first octets.
    public init(format: DecodeFormat, isSummary: Bool, holdsData: Bool, ports: Set<UInt16>?) {
        self.format = format
        self.isSummary = isSummary
        self.holdsData = holdsData
        self.ports = ports
    }

    /// Decodes the captures at `paths` in order.
    ///
    /// - Parameters:
    ///   - paths: Files, or "-" for standard input.
    ///   - output: Takes the data, whole lines with their line breaks, many at a time.
    ///   - messages: Takes a sentence for people.
    /// - Returns: The exit status: 0; 1 when a capture is cut off; 2 when one is none.
    public func run(
        _ paths: [String],
        output: (String) -> Void,
        messages: (String) -> Void
    ) -> Int32 {
        var run = Run(format: format, isSummary: isSummary, holdsData: holdsData, ports: ports)
        var status: Int32 = 0
        for path in paths {
            do throws(CaptureError) {
                try run.decode(path, output: output)
            } catch {
                messages("peerage: \(error)")
                if case .unreadable = error { status = 2 } else { status = max(status, 1) }
            }
            run.flush(to: output)
        }
        run.finish(output: output)
        return status
    }
}

/// One run over captures, and what it has collected.
private struct Run {
    private let isSummary: Bool
    private let ports: Set<UInt16>?
    private var decoder: FlowDecoder
    private var batch = FlowBatch()
    private var summary = DecodeSummary()
    private var lines: DecodeLines
    /// Lines not handed over yet: a call of the output costs more than a line.
    private var pending = ""

    private static let pendingOctets = 1 << 16

    init(format: DecodeFormat, isSummary: Bool, holdsData: Bool, ports: Set<UInt16>?) {
        self.isSummary = isSummary
        self.ports = ports
        decoder = FlowDecoder(holdsData: holdsData)
        decoder.details = DecodingDetails()
        lines = DecodeLines(format: format)
    }

    /// Decodes one capture as far as it can be read.
    mutating func decode(_ path: String, output: (String) -> Void) throws(CaptureError) {
        var file = try CaptureFile.opened(path)
        lines.begin(capture: path, recordsBefore: decoder.recordCount)
        do throws(CaptureError) {
            while let datagram = try file.next() {
                take(datagram)
                if pending.utf8.count >= Self.pendingOctets { flush(to: output) }
            }
        } catch {
            summary.add(file.skippedPackets)
            throw error
        }
        summary.add(file.skippedPackets)
    }

    private mutating func take(_ captured: CapturedDatagram) {
        let payload = WireReader(captured.payload.span, as: "UDP payload").octets
        if let ports {
            guard ports.contains(captured.destinationPort) else { return summary.skip() }
        } else if !FlowDecoder.isFlowExport(payload) {
            return summary.skip()
        }
        let datagram = Datagram(
            exporter: captured.source,
            port: captured.sourcePort,
            arrival: captured.arrival,
            octets: payload
        )
        batch.removeAll()
        let outcome = decoder.decode(datagram, into: &batch)
        let details = decoder.details ?? DecodingDetails()
        // Problems before this datagram's own: held sets whose template never came.
        let own = outcome.undecoded == nil ? details.problems.count : 0
        let expired = Array(batch.errors.dropLast(own))
        summary.add(outcome, batch, details.problems + expired, exporter: captured.source)
        guard !isSummary else { return }
        lines.write(outcome, batch, details, expired: expired, of: captured, to: &pending)
    }

    /// Writes what is left when the last capture has been read.
    mutating func finish(output: (String) -> Void) {
        batch.removeAll()
        decoder.dropHeld(before: .max, into: &batch)
        summary.add(problems: batch.errors)
        if isSummary {
            pending += summary.document.text() + "\n"
        } else {
            lines.write(expired: batch.errors, to: &pending)
        }
        flush(to: output)
    }

    mutating func flush(to output: (String) -> Void) {
        guard !pending.isEmpty else { return }
        output(pending)
        pending.removeAll(keepingCapacity: true)
    }
}
