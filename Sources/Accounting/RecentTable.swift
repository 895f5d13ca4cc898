// SPDX-License-Identifier: Apache-2.0

/// Values by a key that seldom changes from one record to the next: a slot, an exporter.
///
/// A key is hashed only when it is another than that of the call before.
struct RecentTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private(set) var rows: [Row] = []
    private var places: [Key: Int] = [:]
    private var last: (key: Key, place: Int)?

    struct Row: Sendable {
        let key: Key
        var value: Value
    }

    var isEmpty: Bool { rows.isEmpty }

    /// The value at a place.
    subscript(place: Int) -> Value {
        get { rows[place].value }
        _modify { yield &rows[place].value }
    }

    /// Where the value of `key` is; made if it is not there.
    @inline(__always)
    mutating func place(of key: Key, or made: @autoclosure () -> Value) -> Int {
        if let last, last.key == key { return last.place }
        let place: Int
        if let known = places[key] {
            place = known
        } else {
            place = rows.count
            rows.append(Row(key: key, value: made()))
            places[key] = place
        }
        last = (key, place)
        return place
    }

    /// Keeps the values whose keys have another, under that one; of several, the first.
    mutating func renumber(_ number: (Key) -> Key?) {
        let before = rows
        self = RecentTable()
        for row in before {
            guard let key = number(row.key), places[key] == nil else { continue }
            places[key] = rows.count
            rows.append(Row(key: key, value: row.value))
        }
    }
}
