// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Wire

/// One decoder and what it makes of the datagrams given to it.
struct Decoding {
    var decoder: FlowDecoder

    init(
        holdsData: Bool = false,
        dropsDuplicates: Bool = false,
        limits: DecodingLimits = DecodingLimits(),
        totals: FlowTotals = .asExported
    ) {
        decoder = FlowDecoder(
            limits: limits,
            holdsData: holdsData,
            dropsDuplicates: dropsDuplicates,
            totals: totals
        )
        decoder.details = DecodingDetails()
    }

    /// What one datagram held.
    struct Result {
        var batch: FlowBatch
        var outcome: DatagramOutcome
        var details: DecodingDetails

        var records: [FlowRecord] { batch.records }
        var reasons: [DecodingReason] { details.problems.map(\.reason) }
    }

    /// Decodes one datagram.
    ///
    /// - Parameters:
    ///   - octets: The UDP payload.
    ///   - exporter: Where it comes from.
    ///   - port: From which port.
    ///   - arrival: In nanoseconds.
    /// - Returns: What it held.
    mutating func decode(
        _ octets: [UInt8],
        from exporter: String = "192.0.2.1",
        port: UInt16 = 50_000,
        at arrival: Int64 = 1_700_000_001_000_000_000
    ) -> Result {
        var batch = FlowBatch()
        let payload = WireReader(octets.span, as: "UDP payload").octets
        let datagram = Datagram(
            exporter: address(exporter),
            port: port,
            arrival: arrival,
            octets: payload
        )
        let outcome = decoder.decode(datagram, into: &batch)
        return Result(
            batch: batch,
            outcome: outcome,
            details: decoder.details ?? DecodingDetails()
        )
    }
}

extension TemplateMessage.Field {
    static let source = Self(8, 4)
    static let destination = Self(12, 4)
    static let octets = Self(1, 8)
    static let packets = Self(2, 8)

    /// Source, destination, octets, packets: 24 octets.
    static let plain: [Self] = [.source, .destination, .octets, .packets]
}

extension OctetWriter {
    /// A record of ``TemplateMessage/Field/plain``.
    mutating func writePlain(octets: UInt64 = 1500, packets: UInt64 = 3) {
        write(address("192.0.2.1"))
        write(address("198.51.100.1"))
        write64(octets)
        write64(packets)
    }
}
