// SPDX-License-Identifier: Apache-2.0

/// What is worth keeping of one exporter when the process ends: what it announces once and uses
/// later.
///
/// A plain value of plain values, for any encoder. Nothing in it is believed when it is restored:
/// see ``FlowDecoder/restore(_:)``.
public struct ExporterSnapshot: Codable, Equatable, Sendable {
    /// The version of this form that is written and read.
    public static let currentVersion = 1

    public var version = Self.currentVersion
    /// Source address of the datagrams.
    public var exporter: String
    /// Those of one identifier from the earliest definition to the latest.
    public var templates: [Template] = []
    public var domains: [Domain] = []
    public var sequences: [Sequence] = []

    /// One definition of a template.
    public struct Template: Codable, Hashable, Sendable {
        /// ``FlowProtocol/word``.
        public var flowProtocol: String
        public var domain: UInt32
        public var id: UInt16
        /// Source port it came from.
        public var port: UInt16
        public var isOptions: Bool
        /// How many of the fields are scope.
        public var scopeCount: Int
        public var fields: [Field]
    }

    /// One Field Specifier.
    public struct Field: Codable, Hashable, Sendable {
        public var id: UInt16
        public var length: UInt16
        /// Private enterprise number; nil for IANA's elements.
        public var enterprise: UInt32?
    }

    /// What options say of an observation domain.
    public struct Domain: Codable, Hashable, Sendable {
        public var flowProtocol: String
        public var domain: UInt32
        /// In milliseconds since 1970-01-01 00:00 UTC; nil when not said.
        public var systemInitTime: UInt64?
        public var samplers: [Sampler] = []
        /// nil when there are none.
        public var scopedSamplers: [ScopedSampler]?
        /// nil when there are none.
        public var selectionSequences: [SelectionSequence]?
    }

    /// A rate, of a sampler or an interface, or of the domain when it names neither.
    public struct Sampler: Codable, Hashable, Sendable {
        public var selector: UInt64?
        public var interface: UInt32?
        public var numerator: UInt32
        public var denominator: UInt32
    }

    /// A rate announced for something else: a template, a line card.
    public struct ScopedSampler: Codable, Hashable, Sendable {
        /// For what, as the decoder tells it apart.
        public var scope: String
        public var id: UInt64
        public var numerator: UInt32
        public var denominator: UInt32
    }

    /// The selectors that packets pass one after the other (RFC 5476, section 6.5.1).
    public struct SelectionSequence: Codable, Hashable, Sendable {
        public var id: UInt64
        public var selectors: [UInt64]
    }

    /// How far the exporter had counted.
    public struct Sequence: Codable, Equatable, Sendable {
        /// What was counted, as the decoder tells it apart.
        public var key: UInt64
        public var port: UInt16
        public var isShared: Bool
        public var countsRecords: Bool
        /// The newest message: its number, uptime in milliseconds, arrival and export time in
        /// nanoseconds since 1970-01-01 00:00 UTC.
        public var sequence: UInt32
        public var uptime: UInt32?
        public var arrival: Int64
        public var exportTime: Int64
    }
}

/// Why a snapshot is not restored.
public struct SnapshotProblem: Error, Equatable, CustomStringConvertible, Sendable {
    /// In words, for people: "template 256 has no fields".
    public var description: String

    init(_ description: String) { self.description = description }
}
