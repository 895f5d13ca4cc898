// SPDX-License-Identifier: Apache-2.0

/// Hands out indexes into published arrays, and says when a block of them has become empty, so
/// that its segment can go.
struct IndexPool {
    private struct Block {
        var returned: [UInt32] = []
        /// Indexes of the block given out at least once since it was last empty.
        var begun: UInt32 = 0
        var live: UInt32 = 0
    }

    private let blockShift: UInt32
    private var blocks: [Block] = []
    /// Blocks that have a free index; the last gives.
    private var open: [Int] = []
    private(set) var live = 0

    /// Creates a pool with blocks of `1 << blockShift` indexes; those below `reserved`, a multiple
    /// of that, are never given out.
    init(blockShift: UInt32, reserved: UInt32 = 0) {
        self.blockShift = blockShift
        let full = Block(begun: 1 << blockShift, live: 1 << blockShift)
        blocks = Array(repeating: full, count: Int(reserved >> blockShift))
    }

    /// All indexes given out are below this.
    var bound: UInt32 { UInt32(blocks.count) << blockShift }

    mutating func take() -> UInt32 {
        if open.isEmpty {
            blocks.append(Block())
            open.append(blocks.count - 1)
        }
        let number = open[open.count - 1]
        blocks[number].live += 1
        live += 1
        if blocks[number].live == 1 << blockShift { open.removeLast() }
        if let index = blocks[number].returned.popLast() { return index }
        blocks[number].begun += 1
        return UInt32(number) << blockShift + blocks[number].begun - 1
    }

    /// Takes `index` back; true when nothing else in its block is in use.
    mutating func give(_ index: UInt32) -> Bool {
        let number = Int(index >> blockShift)
        let wasFull = blocks[number].live == 1 << blockShift
        blocks[number].live -= 1
        live -= 1
        guard blocks[number].live > 0 else {
            blocks[number] = Block()
            if wasFull { open.append(number) }
            return true
        }
        blocks[number].returned.append(index)
        if wasFull { open.append(number) }
        return false
    }
}
