// SPDX-License-Identifier: Apache-2.0

import Model

/// What one record says of sampling: a rate, the sampler it belongs to, or both.
///
/// The same fields stand in options records, which announce samplers, and in data records, which
/// name one or bring the rate along. Zero is no rate: the exporter did not know.
struct SamplingFields {
    /// The sampler the record names.
    private(set) var reference = SamplerReference()
    private var algorithm: UInt64 = 0
    private var size: UInt64 = 0
    private var population: UInt64 = 0
    private var packetInterval: UInt64 = 0
    private var packetSpace: UInt64 = 0
    private var probability: Double = 0
    private var randomInterval: UInt64 = 0
    private var interval: UInt64 = 0

    init() {}

    /// Takes what a row says of sampling.
    init(_ rows: RecordRows, _ row: Int, _ readings: [FieldReading]) {
        for reading in readings {
            let value = rows.value(reading, row)
            if !reading.isOptional || value != RecordRows.absent { store(value, 8, as: reading) }
        }
    }

    mutating func store(_ value: UInt64, _ octets: Int, as reading: FieldReading) {
        switch reading {
        case .selectorID, .samplerID: reference.selector = value
        case .selectionSequenceID: reference.sequence = value
        case .lineCardID: reference.lineCard = value
        case .selectorAlgorithm: algorithm = value
        case .samplingSize: size = value
        case .samplingPopulation: population = value
        case .samplingPacketInterval: packetInterval = value
        case .samplingPacketSpace: packetSpace = value
        case .samplingProbability:
            probability =
                octets == 4
                ? Double(Float(bitPattern: UInt32(truncatingIfNeeded: value)))
                : Double(bitPattern: value)
        case .samplerRandomInterval: randomInterval = value
        case .samplingInterval: interval = value
        default: break
        }
    }

    /// Whether the selector filters instead of sampling; what passes a filter is all there is.
    ///
    /// Property match and the hash-based ones: 5 to 8 of IANA's *PSAMP Selector Algorithms*.
    var isFilter: Bool { (5...8).contains(algorithm) }

    /// The rate the fields give; nil when they give none.
    ///
    /// Size and population come first: IOS XR announces its random sampler by them and sets
    /// samplingPacketInterval to 1 beside them, with no space.
    ///
    /// A space of 0 would mean that every packet is taken (RFC 5477, section 8.2.3); devices that
    /// send an interval above 1 with it, or with no space at all, mean one packet in so many.
    var rate: SamplingRate? {
        guard !isFilter else { return nil }
        if size > 0, population > 0 { return Self.rate(population, per: size) }
        if packetInterval > 0 {
            if packetSpace == 0 { return Self.rate(packetInterval, per: 1) }
            let (period, overflow) = packetInterval.addingReportingOverflow(packetSpace)
            return overflow ? nil : Self.rate(period, per: packetInterval)
        }
        if probability > 0, probability <= 1 { return Self.rate(probability: probability) }
        if randomInterval > 0 { return Self.rate(randomInterval, per: 1) }
        return Self.rate(interval, per: 1)
    }

    /// A rate of at least 1: nothing observes more packets than pass.
    private static func rate(_ numerator: UInt64, per denominator: UInt64) -> SamplingRate? {
        numerator >= denominator ? SamplingRate(numerator, per: denominator) : nil
    }

    private static func rate(probability: Double) -> SamplingRate? {
        let rate = 1 / probability
        guard rate < 4_294_967_295 else { return nil }
        let whole = rate.rounded()
        if (rate - whole).magnitude < 1e-6 * rate { return Self.rate(UInt64(whole), per: 1) }
        return Self.rate(1_000_000, per: UInt64((probability * 1_000_000).rounded()))
    }
}
