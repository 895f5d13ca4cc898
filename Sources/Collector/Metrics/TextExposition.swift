// SPDX-License-Identifier: Apache-2.0

/// Metrics in the text exposition format of Prometheus, version 0.0.4.
enum TextExposition {
    /// Each family with its HELP and TYPE, by name, and in each the series by their labels.
    static func text(_ families: [MetricsRegistry.Family]) -> String {
        var text = ""
        for family in families.sorted(by: { $0.description.name < $1.description.name }) {
            let description = family.description
            let help = description.help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
            text += "# HELP \(description.name) \(help)\n"
            text += "# TYPE \(description.name) \(description.kind.rawValue)\n"
            for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                write(series.sample, of: description, labels: labels, to: &text)
            }
        }
        return text
    }

    private static func write(
        _ sample: MetricSample,
        of description: MetricDescription,
        labels: String,
        to text: inout String
    ) {
        let name = description.name
        switch sample {
        case .whole(let value): text += line(name, labels, String(value))
        case .number(let value): text += line(name, labels, number(value))
        case .distribution(let buckets, let count, let sum):
            if description.kind == .histogram {
                let separator = labels.isEmpty ? "" : ","
                for (bound, below) in zip(description.bounds, buckets) {
                    let all = "\(labels)\(separator)le=\"\(number(bound))\""
                    text += line("\(name)_bucket", all, String(below))
                }
                let all = "\(labels)\(separator)le=\"+Inf\""
                text += line("\(name)_bucket", all, String(count))
            }
            text += line("\(name)_sum", labels, number(sum))
            text += line("\(name)_count", labels, String(count))
        }
    }

    private static func line(_ name: String, _ labels: String, _ value: String) -> String {
        labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
    }

    /// Whole numbers without a point; the rest as Go reads it.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if let whole = Int64(exactly: value), whole.magnitude < 1 << 53 { return String(whole) }
        return "\(value)"
    }
}
