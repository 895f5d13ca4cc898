// SPDX-License-Identifier: Apache-2.0

import RouteReception

/// What the BGP speaker counts, which counts from its start on: the metrics take what is new.
extension CollectorMetrics {
    mutating func countSessions(_ now: BGPSpeakerStatistics) {
        let before = speaker
        speaker = now
        count(Self.more(now.pauses, before.pauses), as: "peerage_bgp_pauses_total")
        count(
            Self.more(now.overLimit, before.overLimit),
            as: "peerage_bgp_connections_over_limit_total"
        )
        for (family, times) in now.skippedFamilies {
            count(
                Self.more(times, before.skippedFamilies[family] ?? 0),
                as: "peerage_bgp_skipped_updates_total",
                [("family", family)]
            )
        }
        for (error, times) in now.sessionErrors {
            count(
                Self.more(times, before.sessionErrors[error] ?? 0),
                as: "peerage_bgp_session_errors_total",
                [("error", error)]
            )
        }
    }

    /// A count that is smaller than before has begun anew.
    private static func more(_ now: Int, _ before: Int) -> UInt64 {
        UInt64(clamping: now >= before ? now - before : now)
    }
}
