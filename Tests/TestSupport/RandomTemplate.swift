// SPDX-License-Identifier: Apache-2.0

package import Model

/// A template drawn at random, and records that fit it.
///
/// Of the elements that say one thing it has one at most, in any size the element may have, in any
/// order, with fields between them that no flow record is made of.
package struct RandomTemplate: Sendable {
    package let id: Int
    package private(set) var columns: [FlowEncoder.Column] = []
    package let encoder: FlowEncoder
    /// Whether the records have counters of a reverse direction (RFC 5103).
    package private(set) var isBiflow = false

    /// What one record of the template says, and what the decoders must make of it.
    package struct Record: Sendable {
        package var record: FlowRecord
        package var vlans: [UInt32] = []
        /// The record of the reverse direction: counters only.
        package var reverse: FlowRecord?
    }

    package var fields: [TemplateMessage.Field] { columns.map(\.field) }

    package init(id: Int, _ encoder: FlowEncoder, _ random: inout SeededRandom) {
        self.id = id
        self.encoder = encoder
        let density = random.one(of: [1, 3, 7])
        for slot in Self.slots where random.number(below: 10) < density {
            for choice in random.one(of: slot) { add(choice, &random) }
        }
        addTimes(&random)
        if encoder.isIPFIX, random.isOne(in: 4) { addReverse(&random) }
        for _ in 0..<random.number(below: 4) {
            columns.append(Self.filler(isIPFIX: encoder.isIPFIX, &random))
        }
        // A record without octets would never end.
        if columns.isEmpty { add((1, 8), &random) }
        columns.shuffle(using: &random)
        for index in columns.indices where encoder.isIPFIX && random.isOne(in: 8) {
            columns[index].isVariable = true
            columns[index].hasLongLength = random.isTrue()
        }
    }

    private typealias Element = (id: Int, octets: Int)

    /// What a record may say, and the elements, or sets of elements, that say it.
    private static let slots: [[[Element]]] = [
        [[(1, 8)], [(85, 8)], [(23, 8)], [(352, 8)], [(231, 8)]],
        [[(2, 8)], [(86, 8)], [(24, 8)], [(298, 8)]],
        [[(8, 4)], [(44, 4)], [(27, 16)], [(170, 16)], [(8, 4), (27, 16)]],
        [[(12, 4)], [(45, 4)], [(28, 16)], [(169, 16)], [(28, 16), (12, 4)]],
        [[(4, 1)], [(193, 1)]],
        [[(7, 2)], [(180, 2)], [(182, 2)]],
        [[(11, 2)], [(181, 2)], [(183, 2)]],
        [[(10, 4)], [(252, 4)]],
        [[(14, 4)], [(253, 4)]],
        [[(56, 6)]], [[(80, 6)]], [[(81, 6)]], [[(57, 6)]],
        [[(58, 2)], [(243, 2)], [(243, 2), (245, 2)]],
        [[(256, 2)]], [[(61, 1)]],
        [[(15, 4)], [(62, 16)]],
        [[(18, 4)], [(63, 16)]],
        [[(16, 4)]], [[(17, 4)]], [[(128, 4)]], [[(129, 4)]], [[(90, 8)]],
        [[(34, 4)], [(50, 4)], [(305, 4), (306, 4)], [(309, 4), (310, 4)]],
    ]

    /// Elements that can be shorter than they are by nature (RFC 7011, section 6.2).
    private static let reducible: Set = [
        1, 2, 7, 10, 11, 14, 16, 17, 23, 24, 85, 86, 128, 129, 180, 181, 182, 183, 231, 252, 253,
        298, 352,
    ]

    private mutating func add(_ element: Element, _ random: inout SeededRandom) {
        let octets =
            Self.reducible.contains(element.id) && random.isTrue()
            ? random.number(below: element.octets) + 1 : element.octets
        columns.append(FlowEncoder.Column(element.id, octets))
    }

    private mutating func addTimes(_ random: inout SeededRandom) {
        let forms: [[Element]] = [
            [], [(150, 4), (151, 4)], [(152, 8), (153, 8)], [(154, 8), (155, 8)],
            [(156, 8), (157, 8)], [(158, 4), (159, 4)], [(152, 8), (161, 4)], [(154, 8), (162, 4)],
            [(323, 8)], [(325, 8)],
            encoder.isIPFIX ? [(22, 4), (21, 4), (160, 8)] : [(22, 4), (21, 4)],
        ]
        for element in random.one(of: forms) { add(element, &random) }
    }

    private mutating func addReverse(_ random: inout SeededRandom) {
        let ids = columns.map(\.field.id)
        guard ids.contains(1), ids.contains(2) else { return }
        isBiflow = true
        for id in [1, 2] {
            let octets = random.number(below: 8) + 1
            columns.append(FlowEncoder.Column(id, octets, enterprise: 29305))
        }
    }

    /// A field no flow record has a place for: known, structured, padding, private.
    private static func filler(
        isIPFIX: Bool,
        _ random: inout SeededRandom
    ) -> FlowEncoder.Column {
        let known: [Element] = [
            (5, 1), (6, 2), (9, 1), (13, 1), (29, 1), (52, 1), (96, 20), (210, 3), (291, 9),
            (292, 30), (293, 40), (465, 3),
        ]
        let element = random.one(of: known)
        let isPrivate = isIPFIX && random.isOne(in: 3)
        return FlowEncoder.Column(
            isPrivate ? random.number(below: 0x7fff) + 1 : element.id,
            element.octets,
            enterprise: isPrivate ? random.one(of: [6871, 35632, 9, 2636]) : nil,
            filler: random.octets(element.octets)
        )
    }

    /// Draws a record that the template can hold without loss.
    package func record(_ random: inout SeededRandom) -> Record {
        var drawn = Record(record: FlowRecord())
        drawn.record.flowProtocol = encoder.isIPFIX ? .ipfix : .netflow9
        let families = (isSourceIPv4(&random), isDestinationIPv4(&random))
        for column in columns where column.filler == nil && column.field.enterprise == nil {
            draw(column, families, &drawn, &random)
        }
        if isBiflow {
            var reverse = FlowRecord()
            for column in columns where column.field.enterprise != nil && column.filler == nil {
                let value = Self.count(column.octets, &random)
                if column.field.id == 1 { reverse.octets = value } else { reverse.packets = value }
            }
            drawn.reverse = reverse
        }
        return drawn
    }

    /// Appends the octets of a record.
    package func write(_ drawn: Record, to writer: inout OctetWriter) {
        encoder.write(
            drawn.record,
            vlans: drawn.vlans,
            reverse: drawn.reverse,
            as: columns,
            to: &writer
        )
    }

    private func isSourceIPv4(_ random: inout SeededRandom) -> Bool {
        has([8, 44]) && (!has([27, 170]) || random.isTrue())
    }

    private func isDestinationIPv4(_ random: inout SeededRandom) -> Bool {
        has([12, 45]) && (!has([28, 169]) || random.isTrue())
    }

    func has(_ ids: Set<Int>) -> Bool {
        columns.contains { $0.field.enterprise == nil && ids.contains($0.field.id) }
    }

    /// A count that is plausible and, so that nothing depends on it, not zero.
    static func count(_ octets: Int, _ random: inout SeededRandom) -> UInt64 {
        max(random.number(octets: min(octets, 6)), 1)
    }
}
