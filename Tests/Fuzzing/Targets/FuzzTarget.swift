// SPDX-License-Identifier: Apache-2.0

package import FlowDecoding
package import Model
import Wire

/// What is fuzzed.
package enum FuzzTarget: String, CaseIterable, Sendable {
    case sflow, netflow5, netflow9, ipfix, header

    /// The protocol of its datagrams.
    package var flowProtocol: FlowProtocol {
        switch self {
        case .sflow, .header: .sflow5
        case .netflow5: .netflow5
        case .netflow9: .netflow9
        case .ipfix: .ipfix
        }
    }
}

/// Decodes inputs of the fuzzer, and ends the process when anything is not as it must be.
package struct FuzzRun: Sendable {
    private var batch = FlowBatch()

    package init() {
        // As a worker has them: what one datagram can fill is there before it comes.
        batch.records.reserveCapacity(2_048)
        batch.words.reserveCapacity(16_384)
        batch.errors.reserveCapacity(256)
    }

    /// Limits so low that any exporter reaches them.
    private static let narrow: DecodingLimits = {
        var limits = DecodingLimits()
        limits.exporters = 2
        limits.domains = 2
        limits.templates = 3
        limits.portsPerTemplate = 2
        limits.fields = 12
        limits.recordOctets = 256
        limits.samplers = 2
        limits.samplersPerExporter = 3
        limits.sequences = 2
        limits.interfaces = 2
        limits.heldOctets = 1_024
        limits.holdTime = 30_000_000_000
        return limits
    }()

    private static let wide = DecodingLimits()

    /// Decodes the datagrams of one input (``FuzzInput``).
    package mutating func run(_ input: RawSpan) {
        var reader = WireReader(input, as: "input")
        guard let first = try? reader.read(UInt8.self) else { return }
        var settings = FuzzInput.Settings(rawValue: first)
        if input.byteCount % 32 != 0 { settings.remove(.restored) }
        let limits = settings.contains(.narrow) ? Self.narrow : Self.wide
        var decoder = Self.decoder(settings, limits)
        batch.removeAll()
        var arrival: Int64 = 1_700_000_000_000_000_000
        while reader.remaining > FuzzInput.headerOctets {
            do throws(WireError) {
                let exporter = Self.address(try reader.read())
                let port = UInt16(try reader.read(UInt8.self))
                arrival += Int64(try reader.read(UInt16.self)) * 1_000_000_000
                let length = Int(try reader.read(UInt16.self))
                let body = try reader.read(
                    octets: min(length, reader.remaining),
                    as: "datagram"
                )
                let datagram = Datagram(
                    exporter: exporter,
                    port: port,
                    arrival: arrival,
                    octets: body.octets
                )
                decode(datagram, &decoder)
                if !settings.contains(.oneBatch) { batch.removeAll() }
            } catch {
                break
            }
        }
        finish(&decoder, limits, settings)
    }

    private static func decoder(
        _ settings: FuzzInput.Settings,
        _ limits: DecodingLimits
    ) -> FlowDecoder {
        var decoder = FlowDecoder(
            limits: limits,
            holdsData: settings.contains(.holdsData),
            dropsDuplicates: settings.contains(.dropsDuplicates),
            totals: settings.contains(.increments) ? .increments : .asExported
        )
        if settings.contains(.details) { decoder.details = DecodingDetails() }
        guard settings.contains(.extras) else { return decoder }
        decoder.use(.all, for: address(0))
        decoder.use(ExporterQuirk.table, for: address(1))
        return decoder
    }

    private static func address(_ exporter: UInt8) -> IPAddress {
        .v4(0xc000_0200 | UInt32(exporter))
    }

    /// Decodes one datagram by `decoder`, as the exhaustive sweep does.
    package mutating func decode(
        _ datagram: borrowing Datagram,
        _ decoder: inout FlowDecoder
    ) {
        let before = Invariants(batch, decoder)
        let outcome = decoder.decode(datagram, into: &batch)
        before.check(batch, decoder, outcome, datagram)
    }

    package mutating func removeAll() { batch.removeAll() }

    private mutating func finish(
        _ decoder: inout FlowDecoder,
        _ limits: DecodingLimits,
        _ settings: FuzzInput.Settings
    ) {
        Invariants.check(decoder.statistics, limits)
        if settings.contains(.details) { _ = decoder.takeInterfaceNames() }
        if settings.contains(.restored) {
            for exporter in decoder.knownExporters {
                Invariants.checkSnapshot(of: exporter, decoder, limits)
            }
        }
        guard decoder.statistics.heldSets > 0 else { return }
        decoder.dropHeld(before: .max, into: &batch)
        Invariants.require(decoder.statistics.heldOctets == 0, "nothing is held any more")
    }
}

extension InnerHeaders {
    fileprivate static let all = InnerHeaders(rawValue: 0x3f)
}
