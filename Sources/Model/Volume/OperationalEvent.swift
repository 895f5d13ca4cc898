// SPDX-License-Identifier: Apache-2.0

/// Something that happened to the collector itself, kept with the volumes it may explain.
public struct OperationalEvent: Equatable, Sendable {
    /// When, in seconds since 1970-01-01 00:00 UTC.
    public var time: Int64
    public var kind: Kind
    /// What it happened to: a neighbor, an exporter, a file; empty for the collector as a whole.
    public var object: String
    /// In words, for people.
    public var detail: String

    public init(time: Int64, kind: Kind, object: String = "", detail: String = "") {
        self.time = time
        self.kind = kind
        self.object = object
        self.detail = detail
    }

    /// A closed list.
    public enum Kind: String, Sendable, CaseIterable {
        case collectorStarted, collectorStopped
        case configurationReloaded, configurationRefused
        /// The wall clock was set; the detail says by how much.
        case clockStepped
        case sessionEstablished, sessionEnded
        case exporterRestarted
        /// Something configured as bounded has reached its bound.
        case limitReached
        /// The store's file was damaged and another has been begun.
        case storeSetAside
        /// A failed write made the store be closed, opened and verified anew.
        case storeReopened
        case backupWritten, backupFailed
        case exporterAdopted
        /// Nothing, or not all, can be kept in the directory of `state`.
        case stateUnusable
    }
}
