// SPDX-License-Identifier: Apache-2.0

import RouteDecoding
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

    mutating func countStations(_ standings: [StationStanding]) {
        for standing in standings {
            let (now, before) = (standing.statistics, stations[standing.name] ?? BMPStatistics())
            stations[standing.name] = now
            let station = ("station", standing.name)
            count(
                Self.more(now.messages, before.messages),
                as: "peerage_bmp_messages_total",
                [station]
            )
            let malformed = { (counts: BMPStatistics) in counts.malformed.values.reduce(0, +) }
            count(
                Self.more(malformed(now), malformed(before)),
                as: "peerage_bmp_malformed_total",
                [station]
            )
            count(
                Self.more(now.addPathMismatch, before.addPathMismatch),
                as: "peerage_bmp_add_path_mismatch_total",
                [station]
            )
            count(
                Self.more(now.peerUpMissing, before.peerUpMissing),
                as: "peerage_bmp_peer_up_missing_total",
                [station]
            )
        }
    }

    /// A count that is smaller than before has begun anew.
    private static func more(_ now: Int, _ before: Int) -> UInt64 {
        UInt64(clamping: now >= before ? now - before : now)
    }
}
