// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport

/// An exporter with running totals, and a decoder that has heard of it at ``TotalsTests/begin``.
struct TotalsSender {
    typealias Field = TemplateMessage.Field

    var decoding = TotalsTests.listening()

    var octetsWithoutBase: UInt64 { decoding.decoder.statistics.octetsWithoutBase }

    /// Sends one record in a message by itself, which arrives when it leaves.
    ///
    /// - Parameters:
    ///   - at: When that is, in seconds after the exporter is first heard.
    ///   - values: What each field is.
    ///   - id: Of the template.
    ///   - skew: How far the exporter's clock is behind, in seconds.
    /// - Returns: What became of it.
    @discardableResult
    mutating func send(
        at: Int,
        _ values: [(Field, UInt64)],
        id: Int = 256,
        skew: Int = 0
    ) -> [FlowRecord] {
        let arrival = Int(TotalsTests.begin) + at
        var message = TemplateMessage.ipfix()
        message.exportTime = UInt32(arrival - skew)
        message.addTemplate(id, values.map(\.0))
        message.addData(id) { writer in
            for (field, value) in values { writer.write(value, octets: field.length) }
        }
        return decoding.decode(message.octets, at: Int64(arrival) * 1_000_000_000).records
    }

    /// A time in milliseconds since 1970-01-01 00:00 UTC.
    static func milliseconds(_ seconds: Int) -> UInt64 {
        UInt64(Int(TotalsTests.begin) + seconds) * 1_000
    }
}

extension TemplateMessage.Field {
    static let totalOctets = Self(85, 8)
    static let totalPackets = Self(86, 8)
    static let startMilliseconds = Self(152, 8)
    static let endMilliseconds = Self(153, 8)
    static let endReason = Self(136, 1)
    static let duration = Self(161, 4)
    static let microseconds = Self(162, 4)
    static let startDelta = Self(158, 4)
}
