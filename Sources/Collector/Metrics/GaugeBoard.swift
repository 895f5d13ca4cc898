// SPDX-License-Identifier: Apache-2.0

import Metrics

/// Gauges of which each name's are set all at once, so that those of gone objects vanish.
struct GaugeBoard {
    typealias Labels = [(String, String)]

    /// The labels shown, by name and by their text.
    private var shown: [String: [String: Labels]] = [:]

    mutating func show(
        _ values: [(labels: Labels, value: Double)],
        as name: String,
        in registry: MetricsRegistry
    ) {
        var now: [String: Labels] = [:]
        for (labels, value) in values {
            now[MetricLabels.text(labels)] = labels
            Recorder(label: name, dimensions: labels, aggregate: false, factory: registry)
                .record(value)
        }
        let gone = (shown.updateValue(now, forKey: name) ?? [:]).filter { now[$0.key] == nil }
        for labels in gone.values { registry.remove(name, labels) }
    }

    mutating func show(_ value: Int64, as name: String, in registry: MetricsRegistry) {
        show([([], Double(value))], as: name, in: registry)
    }
}
