// SPDX-License-Identifier: Apache-2.0

/// What the options of one observation domain say of all its records.
struct ExporterDomain {
    /// Protocol and Observation Domain ID; see ``ExporterState/domainKey(_:)``.
    let key: UInt64
    var samplers = SamplerTable()
    /// When the exporter booted, in milliseconds since 1970-01-01 00:00 UTC; 0 when not said.
    var systemInitTime: UInt64 = 0
    /// When it was last used, in messages of the exporter.
    var lastUsed: UInt64 = 0
}
