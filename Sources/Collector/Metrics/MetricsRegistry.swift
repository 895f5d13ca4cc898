// SPDX-License-Identifier: Apache-2.0

package import Metrics
import Synchronization

/// The metrics of the process: what code counts by swift-metrics, and `/metrics` shows.
///
/// How many series a name may have is bounded: a label that a stranger fills in must not fill the
/// memory. What is beyond counts into the void, and that is counted.
package final class MetricsRegistry: MetricsFactory {
    /// All series of one name.
    struct Family {
        var description: MetricDescription
        /// By the text of their labels.
        var series: [String: any MetricSeries] = [:]
    }

    private struct State {
        var families: [String: Family] = [:]
        var dropped: [String: UInt64] = [:]
    }

    /// Series that one name may have.
    package static let mostSeries = 10_000

    /// Counts series that were not made, by the name they would have had.
    static let droppedName = "peerage_metrics_dropped_series_total"

    private let state = Mutex(State())
    private let descriptions: [String: MetricDescription]
    private let mostSeries: Int

    /// - Parameters:
    ///   - descriptions: Of the names that have one; others are described by how they are used.
    ///   - mostSeries: Series that one name may have.
    package init(
        _ descriptions: [MetricDescription] = CollectorMetrics.descriptions,
        mostSeries: Int = MetricsRegistry.mostSeries
    ) {
        self.descriptions = Dictionary(
            descriptions.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        self.mostSeries = mostSeries
    }

    /// The one registry of the process, which swift-metrics is given when this is first asked for.
    package static let ofProcess: MetricsRegistry = {
        let registry = MetricsRegistry()
        MetricsSystem.bootstrap(registry)
        return registry
    }()

    /// Everything there is, in the text exposition format of Prometheus, version 0.0.4.
    package func text() -> String {
        let (families, dropped) = state.withLock { ($0.families, $0.dropped) }
        var all = Array(families.values)
        if !dropped.isEmpty {
            let description = MetricDescription(
                Self.droppedName,
                .counter,
                "Series that were not made because their name had too many."
            )
            var family = Family(description: description)
            for (name, count) in dropped {
                let series = CounterSeries()
                series.increment(by: Int64(clamping: count))
                family.series[MetricLabels.text([("metric", name)])] = series
            }
            all.append(family)
        }
        return TextExposition.text(all)
    }

    /// Forgets a series: its object is gone.
    package func remove(_ name: String, _ labels: [(String, String)]) {
        let key = MetricLabels.text(labels)
        let name = MetricLabels.name(name)
        state.withLock { state in
            state.families[name]?.series[key] = nil
            if state.families[name]?.series.isEmpty == true { state.families[name] = nil }
        }
    }

    /// The series of that name and those labels, made if need be; one that nobody sees when there
    /// are too many, or when the name is already used for something else.
    private func series<Series: MetricSeries>(
        _ label: String,
        _ dimensions: [(String, String)],
        kind: MetricDescription.Kind,
        make: (MetricDescription) -> Series
    ) -> Series {
        let name = MetricLabels.name(label)
        let key = MetricLabels.text(dimensions)
        return state.withLock { state in
            let fresh = descriptions[name] ?? .init(name, kind, "Counted by a library.")
            var family = state.families.removeValue(forKey: name) ?? Family(description: fresh)
            defer { if !family.series.isEmpty { state.families[name] = family } }
            if let known = family.series[key] as? Series { return known }
            let series = make(family.description)
            let isOfItsKind = family.description.kind.isHeld(like: kind)
            guard isOfItsKind, family.series[key] == nil, family.series.count < mostSeries else {
                state.dropped[name, default: 0] += 1
                return series
            }
            family.series[key] = series
            return series
        }
    }

    private func remove(_ series: AnyObject) {
        state.withLock { state in
            for (name, family) in state.families {
                guard let key = family.series.first(where: { $0.value === series })?.key else {
                    continue
                }
                state.families[name]?.series[key] = nil
                if family.series.count == 1 { state.families[name] = nil }
                return
            }
        }
    }
}

// MARK: - swift-metrics

extension MetricsRegistry {
    package func makeCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any CounterHandler {
        series(label, dimensions, kind: .counter) { _ in CounterSeries() }
    }

    package func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, dimensions, kind: .counter) { _ in CounterSeries() }
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, kind: .gauge) { _ in GaugeSeries() }
    }

    package func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        guard aggregate else {
            return series(label, dimensions, kind: .gauge) { _ in GaugeSeries() }
        }
        return series(label, dimensions, kind: .summary) { DistributionSeries(bounds: $0.bounds) }
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, kind: .summary) { DistributionSeries(bounds: $0.bounds) }
    }

    package func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {
        remove(handler)
    }
    package func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    package func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    package func destroyTimer(_ handler: any TimerHandler) { remove(handler) }
}
