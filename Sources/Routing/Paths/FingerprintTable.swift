// SPDX-License-Identifier: Apache-2.0

/// Finds the index of a value by its hash, without keeping the value a second time.
///
/// # How it works
///
/// Open addressing with linear probing (Knuth, volume 3, section 6.4, algorithms L and R). A slot
/// holds 32 bits of the hash, the *fingerprint*, and the index; where a fingerprint fits, the
/// caller compares the value behind the index:
///
///     hash 0x..3c51 -> slot 0x3c51 & mask   [ 3c51, 17 | 9a40, 3 | - | 3c53, 88 | .. ]
///
/// A slot's home follows from its fingerprint, so the table grows, and closes gaps when something
/// is removed, without looking at a value.
struct FingerprintTable {
    /// Fingerprint in the high half, index + 1 in the low one; 0 for an empty slot.
    private var slots: [UInt64] = Array(repeating: 0, count: 16)
    private(set) var count = 0

    private var mask: Int { slots.count - 1 }

    /// The index with that hash for which `isSame` says yes.
    @inline(__always)
    func find(_ hash: UInt32, _ isSame: (UInt32) -> Bool) -> UInt32? {
        var position = Int(hash) & mask
        while slots[position] != 0 {
            let slot = slots[position]
            if UInt32(truncatingIfNeeded: slot >> 32) == hash {
                let index = UInt32(truncatingIfNeeded: slot) - 1
                if isSame(index) { return index }
            }
            position = (position + 1) & mask
        }
        return nil
    }

    /// Adds `index`, which must not be there.
    mutating func insert(_ index: UInt32, _ hash: UInt32) {
        if (count + 1) * 4 > slots.count * 3 { grow() }
        put(UInt64(hash) << 32 | UInt64(index + 1))
        count += 1
    }

    private mutating func put(_ slot: UInt64) {
        var position = Int(truncatingIfNeeded: slot >> 32) & mask
        while slots[position] != 0 { position = (position + 1) & mask }
        slots[position] = slot
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: 0, count: old.count * 2)
        for slot in old where slot != 0 { put(slot) }
    }

    /// Removes `index`; nothing when it is not there.
    mutating func remove(_ index: UInt32, _ hash: UInt32) {
        let wanted = UInt64(hash) << 32 | UInt64(index + 1)
        var gap = Int(hash) & mask
        while slots[gap] != wanted {
            guard slots[gap] != 0 else { return }
            gap = (gap + 1) & mask
        }
        count -= 1
        // What was pushed on by others moves back as far as it may.
        var position = (gap + 1) & mask
        while slots[position] != 0 {
            let home = Int(truncatingIfNeeded: slots[position] >> 32) & mask
            if (position - home) & mask >= (position - gap) & mask {
                slots[gap] = slots[position]
                gap = position
            }
            position = (position + 1) & mask
        }
        slots[gap] = 0
    }
}

/// A hash of words under a seed of this process, so that nobody can choose values that collide.
///
/// Each step multiplies to twice the width and folds the halves.
struct SeededHash {
    private var state: UInt64
    private static let factor: UInt64 = 0x9e37_79b9_7f4a_7c15

    init(seed: UInt64) { state = seed }

    @inline(__always)
    mutating func add(_ word: UInt64) {
        let product = (state ^ word).multipliedFullWidth(by: Self.factor)
        state = (product.high ^ product.low) &+ 0x2545_f491_4f6c_dd1d
    }

    var value: UInt32 { UInt32(truncatingIfNeeded: state ^ state >> 32) }
}
