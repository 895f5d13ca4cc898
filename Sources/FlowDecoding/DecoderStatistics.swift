// SPDX-License-Identifier: Apache-2.0

/// How much a decoder remembers, and what it refused or forgot to stay within its limits.
///
/// One pass over the exporters: for the flush, not for each datagram.
public struct DecoderStatistics: Equatable, Sendable {
    // Now.
    public var exporters = 0
    public var domains = 0
    /// Definitions of templates, those of several ports apart.
    public var templates = 0
    /// Of ``templates``, those of an earlier process that are not confirmed yet.
    public var cachedTemplates = 0
    public var samplers = 0
    /// Runs of sequence numbers.
    public var sequences = 0
    /// Datagrams that are remembered, so that one that comes twice is noticed.
    public var rememberedDatagrams = 0
    public var heldSets = 0
    /// What holding them takes, in octets.
    public var heldOctets = 0
    /// What templates take, in octets.
    public var templateOctets = 0
    /// Interfaces whose name is known, of all exporters.
    public var interfaceNames = 0

    /// Flows whose running totals are known.
    public var totals = 0

    // Since the decoder was made.
    /// Datagrams of exporters for which there was no room.
    public var exportersRefused: UInt64 = 0
    public var domainsEvicted: UInt64 = 0
    public var templatesEvicted: UInt64 = 0
    /// Templates with too many fields or too long records.
    public var templatesRefused: UInt64 = 0
    /// Templates of an earlier process that the exporter did not confirm after its restart.
    public var templatesExpired: UInt64 = 0
    public var samplersEvicted: UInt64 = 0
    /// Data Sets that were not held, or no longer, for want of room.
    public var heldSetsEvicted: UInt64 = 0
    /// Names of interfaces past the limit; those that only wait for the next announcement apart.
    public var interfaceNamesRefused: UInt64 = 0
    /// Flows whose running totals were forgotten for want of room.
    public var totalsEvicted: UInt64 = 0
    /// First totals of flows that may have been counted before: they are the base of the next, and
    /// not counted.
    public var totalsWithoutBase: UInt64 = 0
    /// Octets of those, as far as they are not known to have been counted: what is missing at most,
    /// to 0.2 %.
    public var octetsWithoutBase: UInt64 = 0

    public init() {}

    /// Adds what another decoder counted.
    public static func += (total: inout Self, part: Self) {
        total.exporters += part.exporters
        total.domains += part.domains
        total.templates += part.templates
        total.cachedTemplates += part.cachedTemplates
        total.samplers += part.samplers
        total.sequences += part.sequences
        total.rememberedDatagrams += part.rememberedDatagrams
        total.heldSets += part.heldSets
        total.heldOctets += part.heldOctets
        total.templateOctets += part.templateOctets
        total.interfaceNames += part.interfaceNames
        total.totals += part.totals
        total.exportersRefused &+= part.exportersRefused
        total.domainsEvicted &+= part.domainsEvicted
        total.templatesEvicted &+= part.templatesEvicted
        total.templatesRefused &+= part.templatesRefused
        total.templatesExpired &+= part.templatesExpired
        total.samplersEvicted &+= part.samplersEvicted
        total.heldSetsEvicted &+= part.heldSetsEvicted
        total.interfaceNamesRefused &+= part.interfaceNamesRefused
        total.totalsEvicted &+= part.totalsEvicted
        total.totalsWithoutBase &+= part.totalsWithoutBase
        total.octetsWithoutBase &+= part.octetsWithoutBase
    }
}
