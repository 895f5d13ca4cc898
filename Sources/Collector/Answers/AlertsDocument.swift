// SPDX-License-Identifier: Apache-2.0

import Model
import Reporting

/// What fires, since when, and what was measured.
struct AlertsDocument {
    private let firing: [AlertRecord]

    /// Those of `records` that fire, by rule and object.
    init(_ records: [AlertRecord]) {
        firing = records.filter(\.isFiring).sorted { ($0.rule, $0.object) < ($1.rule, $1.object) }
    }

    func text() -> String {
        if firing.isEmpty { return "nothing fires\n" }
        return firing.map { record in
            "\(record.rule)  \(record.object)  \(record.state) since "
                + "\(Timestamp.text(seconds: record.since))  "
                + "\((record.value * 100).rounded() / 100) percent\n"
        }.joined()
    }

    func json() -> String {
        let alerts = firing.map { record -> JSONValue in
            [
                "rule": .string(record.rule),
                "object": .string(record.object),
                "state": .string(record.state),
                "since": .string(Timestamp.text(seconds: record.since)),
                "slot": .string(Timestamp.text(seconds: record.slot)),
                "value": .number(record.value),
                "unit": "percent",
            ]
        }
        let document: JSONValue = ["alerts": .array(alerts)]
        return document.text(isPretty: true) + "\n"
    }
}
