// SPDX-License-Identifier: Apache-2.0

package import FlowDecoding

/// How much a pipeline remembers, and how often that came to a limit.
package struct PipelineFigures: Sendable {
    package var decoder = DecoderStatistics()
    /// Those that have sent anything, each once.
    package var exporters: [Exporter] = []
    /// How often an exporter came to `limits.series` in a slot.
    package var seriesLimitReached: UInt64 = 0

    package init() {}

    package struct Exporter: Equatable, Sendable {
        package var name: String
        /// nil when its protocol has none.
        package var templates: Int?
        /// Rows in its fullest slot, as held to `limits.series`.
        package var series: Int
        /// Its flows that named a next hop which no path of their prefix has, since it is known.
        package var nextHopMismatches: UInt64 = 0
    }
}
