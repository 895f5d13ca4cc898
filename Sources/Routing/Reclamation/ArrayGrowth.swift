// SPDX-License-Identifier: Apache-2.0

extension Array {
    /// Adds `element` until there is one at `index`.
    ///
    /// The array grows by an eighth at a time: of a million prefixes, twice as much room at once
    /// would be as much memory as a view may take.
    @inline(__always)
    mutating func extend(to index: Int, with element: Element) {
        while count <= index {
            if count == capacity { reserveCapacity(count + count / 8 + 64) }
            append(element)
        }
    }
}
