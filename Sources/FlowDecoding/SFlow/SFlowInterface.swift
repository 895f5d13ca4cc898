// SPDX-License-Identifier: Apache-2.0

import Wire

/// Who sampled (`sflow_data_source`): a type and an index, in one word or in two.
struct DataSource: Equatable, Sendable {
    let type: UInt32
    let index: UInt32

    /// Type 0 is an ifIndex, 1 a VLAN, 2 a physical entity.
    var isInterface: Bool { type == 0 && index != 0 }

    init(type: UInt32, index: UInt32) {
        self.type = type
        self.index = index
    }

    /// Takes a source apart that lies in one word.
    init(compact word: UInt32) {
        type = word >> 24
        index = word & 0xff_ffff
    }

    init(_ body: inout WireReader, isExpanded: Bool) throws(WireError) {
        let first = try body.read(UInt32.self)
        self = isExpanded ? Self(type: first, index: try body.read()) : Self(compact: first)
    }
}

/// An interface (`interface`): a format in the two highest bits, or in a word of its own, and a
/// value; format 0 is an ifIndex, 1 a reason to discard, 2 a number of interfaces.
struct SFlowInterface {
    /// Value of an interface that stands for the device itself.
    static let local: UInt32 = 0x3fff_ffff

    let format: UInt32
    let value: UInt32

    init(format: UInt32, value: UInt32) {
        self.format = format
        self.value = value
    }

    /// Takes an interface apart that lies in one word.
    init(compact word: UInt32) {
        format = word >> 30
        value = word & 0x3fff_ffff
    }
}
