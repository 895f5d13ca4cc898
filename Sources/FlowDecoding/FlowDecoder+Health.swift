// SPDX-License-Identifier: Apache-2.0

public import Model

/// What the decoder knows of its exporters besides flows: for the flush, not for each datagram.
extension FlowDecoder {
    /// By how much an exporter's clock is ahead of ours, smoothed, in milliseconds; nil when its
    /// datagrams do not tell the time, as those of sFlow.
    public func skewMilliseconds(of exporter: IPAddress) -> Int64? {
        knownIndex(exporter).flatMap { exporters[$0].skew.milliseconds }
    }

    /// How many templates are known of an exporter, those of several ports apart.
    public func templateCount(of exporter: IPAddress) -> Int {
        knownIndex(exporter).map { exporters[$0].templates.count } ?? 0
    }

    /// Hands over what exporters told of their interfaces since the last call.
    public mutating func takeInterfaceNames() -> [InterfaceName] {
        var names: [InterfaceName] = []
        for index in exporters.indices where exporters[index].interfaces.hasNews {
            exporters[index].interfaces.take(of: exporters[index].exporter, into: &names)
        }
        return names
    }

    /// How much is remembered now, and what was refused or forgotten so far.
    public var statistics: DecoderStatistics {
        var statistics = work.counters
        statistics.exporters = exporters.count
        for state in exporters {
            statistics.domains += state.domains.count
            statistics.samplers += state.samplers
            statistics.templates += state.templates.count
            statistics.cachedTemplates += state.templates.cachedCount
            statistics.templateOctets += state.templates.octets
            statistics.templatesExpired += UInt64(state.templates.expired)
            statistics.sequences += state.sequences.streams.count
            statistics.rememberedDatagrams += state.duplicates.count
            statistics.heldSets += state.held.count
            statistics.heldOctets += state.held.octets
            statistics.interfaceNames += state.interfaces.count
            statistics.totals += state.totals.count
        }
        return statistics
    }
}
