// SPDX-License-Identifier: Apache-2.0

import Model

/// How ``SamplerTable`` keeps what is announced.
extension SamplerTable {
    /// Which case of ``Key``.
    enum Kind: UInt8, CaseIterable {
        case selector, filter, sequence, interface, egressInterface, lineCard, template, part
        case domain

        /// The word in a snapshot.
        var word: String {
            switch self {
            case .selector: "selector"
            case .filter: "filter"
            case .sequence: "selectionSequence"
            case .interface: "interface"
            case .egressInterface: "egressInterface"
            case .lineCard: "lineCard"
            case .template: "template"
            case .part: "part"
            case .domain: "domain"
            }
        }
    }

    /// A key in two numbers, by which entries are sorted.
    struct Entry {
        let kind: Kind
        let id: UInt64
        var rate: SamplingRate
        /// Counts announcements, so that the oldest is known.
        let age: UInt64

        init(_ key: Key, _ rate: SamplingRate, age: UInt64) {
            (kind, id) = (key.kind, key.id)
            self.rate = rate
            self.age = age
        }

        func isOf(_ key: Key) -> Bool { kind == key.kind && id == key.id }

        var key: Key { Key(kind, id) }
    }

    /// The selectors that a packet passes one after the other.
    struct Sequence {
        let id: UInt64
        var selectors: [UInt64]
        let age: UInt64
    }

    struct KindCounts {
        private var counts = InlineArray<9, Int>(repeating: 0)

        subscript(kind: Kind) -> Int {
            get { counts[Int(kind.rawValue)] }
            set { counts[Int(kind.rawValue)] = newValue }
        }
    }
}

extension SamplerTable.Key {
    init(_ kind: SamplerTable.Kind, _ id: UInt64) {
        self =
            switch kind {
            case .selector: .selector(id)
            case .filter: .filter(id)
            case .sequence: .sequence(id)
            case .interface: .interface(UInt32(truncatingIfNeeded: id))
            case .egressInterface: .egressInterface(UInt32(truncatingIfNeeded: id))
            case .lineCard: .lineCard(id)
            case .template: .template(UInt16(truncatingIfNeeded: id))
            case .part: .part(id)
            case .domain: .domain
            }
    }

    /// A key that a snapshot names; nil when there is none of that name.
    init?(scope: String, id: UInt64) {
        guard let kind = SamplerTable.Kind.allCases.first(where: { $0.word == scope }) else {
            return nil
        }
        self.init(kind, id)
    }

    var kind: SamplerTable.Kind {
        switch self {
        case .selector: .selector
        case .filter: .filter
        case .sequence: .sequence
        case .interface: .interface
        case .egressInterface: .egressInterface
        case .lineCard: .lineCard
        case .template: .template
        case .part: .part
        case .domain: .domain
        }
    }

    var id: UInt64 {
        switch self {
        case .selector(let id), .filter(let id), .sequence(let id), .lineCard(let id),
            .part(let id):
            id
        case .interface(let index), .egressInterface(let index): UInt64(index)
        case .template(let id): UInt64(id)
        case .domain: 0
        }
    }
}

/// What a data record says of how it was sampled.
struct SamplerReference: Sendable {
    /// selectorId or samplerId; nil when the record names none.
    var selector: UInt64?
    /// selectionSequenceId.
    var sequence: UInt64?
    /// lineCardId.
    var lineCard: UInt64?
    /// Template of the record.
    var template: UInt16 = 0
}
