// SPDX-License-Identifier: Apache-2.0

/// Finds where a key is kept, in one multiplication and mostly one comparison.
///
/// # How it works
///
/// Open addressing with linear probing in a table that is at most half full. A key's place is the
/// folded product of the key with a number that nobody outside of the process knows, so that an
/// exporter cannot choose keys that collide; and there are no more keys than one exporter's limit,
/// so that it would harm itself alone. What is removed draws what follows it nearer, which leaves
/// no tombstones for a flood to pile up.
struct TemplateIndex {
    private var keys: [UInt64] = [UInt64](repeating: 0, count: 8)
    /// One more than what is kept under the key; 0 where there is no key.
    private var values: [UInt32] = [UInt32](repeating: 0, count: 8)
    private var count = 0

    private static let secret = UInt64.random(in: .min ... .max) | 1

    /// What is kept under `key`.
    subscript(key: UInt64) -> Int? {
        let value = values[place(of: key)]
        return value == 0 ? nil : Int(value) - 1
    }

    /// Keeps `value` under `key`.
    mutating func set(_ key: UInt64, to value: Int) {
        var place = place(of: key)
        if values[place] == 0 {
            count += 1
            if count * 2 > keys.count {
                grow()
                place = self.place(of: key)
            }
        }
        keys[place] = key
        values[place] = UInt32(truncatingIfNeeded: value) + 1
    }

    mutating func remove(_ key: UInt64) {
        var hole = place(of: key)
        guard values[hole] != 0 else { return }
        count -= 1
        let mask = keys.count - 1
        var next = hole
        while true {
            values[hole] = 0
            repeat {
                next = (next + 1) & mask
                guard values[next] != 0 else { return }
                // What is looked for from beyond the hole stays where it is.
            } while (next &- home(of: keys[next])) & mask < (next &- hole) & mask
            keys[hole] = keys[next]
            values[hole] = values[next]
            hole = next
        }
    }

    /// Where `key` is, or where it would be put.
    private func place(of key: UInt64) -> Int {
        let mask = keys.count - 1
        var place = home(of: key)
        while values[place] != 0, keys[place] != key { place = (place + 1) & mask }
        return place
    }

    private func home(of key: UInt64) -> Int {
        let product = (key ^ Self.secret).multipliedFullWidth(by: Self.secret)
        return Int(truncatingIfNeeded: product.high ^ product.low) & (keys.count - 1)
    }

    private mutating func grow() {
        let old = zip(keys, values).filter { $0.1 != 0 }
        keys = [UInt64](repeating: 0, count: keys.count * 2)
        values = [UInt32](repeating: 0, count: keys.count)
        for (key, value) in old {
            let place = place(of: key)
            keys[place] = key
            values[place] = value
        }
    }
}
