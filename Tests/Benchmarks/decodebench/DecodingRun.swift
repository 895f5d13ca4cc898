// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import Wire

/// One decoder that is fed the datagrams of a case in turn, as a worker of the collector feeds it.
struct DecodingRun {
    private var decoder: FlowDecoder
    private var batch = FlowBatch()
    private var payloads: [[UInt8]]
    private let templates: [[UInt8]]
    private let sequenceAt: Int
    private var sequence: UInt32 = 1
    private var arrival: Int64 = 1_700_000_001_000_000_000
    /// Records so far.
    private(set) var records = 0
    /// Parts that could not be read so far: 0, or the case measures something else than it says.
    private(set) var errors = 0

    /// Datagrams that a worker takes before it empties the batch.
    private static let datagramsPerBatch = 64

    /// Prepares a run: the templates are learned, the memory of the batch is there.
    init(_ one: DecodingCase) {
        decoder = FlowDecoder(holdsData: true, dropsDuplicates: one.dropsDuplicates)
        payloads = one.datagrams
        templates = one.templates
        sequenceAt = one.sequenceAt
        for payload in one.templates { take(payload) }
        decode(datagrams: 2 * Self.datagramsPerBatch)
        records = 0
    }

    /// Decodes so many datagrams, the templates again before every ``datagramsPerBatch`` of them
    /// if wanted.
    mutating func decode(datagrams: Int, templatesFirst: Bool = false) {
        var left = datagrams
        while left > 0 {
            if templatesFirst { for payload in templates { take(payload) } }
            for _ in 0..<min(left, Self.datagramsPerBatch) { takeNext() }
            left -= Self.datagramsPerBatch
            records += batch.records.count
            errors += batch.errors.count
            batch.removeAll()
        }
    }

    /// Decodes the next datagram of the circle, with a sequence number of its own.
    private mutating func takeNext() {
        let index = Int(sequence) % payloads.count
        sequence &+= 1
        var octets = payloads[index].mutableSpan
        for octet in 0..<4 {
            octets[sequenceAt + octet] =
                UInt8(truncatingIfNeeded: sequence >> UInt32(24 - 8 * octet))
        }
        take(payloads[index])
    }

    private mutating func take(_ payload: [UInt8]) {
        arrival += 10_000
        let datagram = Datagram(
            exporter: .v4(0xc000_0201),
            port: 50_000,
            arrival: arrival,
            octets: WireReader(payload.span, as: "payload").octets
        )
        _ = decoder.decode(datagram, into: &batch)
    }
}
