// SPDX-License-Identifier: Apache-2.0

/// The latest datagrams of one exporter, by a hash of all their octets.
///
/// # How it works
///
/// A ring of the latest datagrams, oldest first, each in a chain with those whose hash ends alike.
/// The oldest of a chain is its last, so that the place it leaves in the ring is found by walking
/// one chain. A ring whose oldest is still of use when its place is needed doubles, up to the
/// limit: an exporter of few datagrams takes little memory, and in steady state nothing is
/// allocated.
struct DuplicateWindow: Sendable {
    private struct Entry: Sendable {
        var hash: UInt64
        /// In milliseconds modulo 2^32.
        var arrival: UInt32
        /// 1-based place of the next in the chain; 0 at its end.
        var next: UInt16
    }

    private var entries: [Entry] = []
    /// By chain, the 1-based place of its newest, or 0; as many chains as the ring has places.
    private var heads: [UInt16] = []
    /// Where the oldest is, once the ring is full.
    private var oldest = 0

    /// How long a datagram is remembered, in milliseconds.
    ///
    /// What the network doubles comes within a second. After a minute an exporter may say the same
    /// again.
    private static let milliseconds: UInt32 = 60_000
    private static let least = 64
    /// What ``Entry/next`` can count to.
    private static let most = 1 << 15

    /// Datagrams remembered.
    var count: Int { entries.count }

    /// Whether a datagram of that hash came less than a minute before, or after, `arrival`.
    ///
    /// `arrival` is in nanoseconds since 1970-01-01 00:00 UTC.
    func contains(_ hash: UInt64, at arrival: Int64) -> Bool {
        guard !heads.isEmpty else { return false }
        let now = Self.milliseconds(arrival)
        var place = heads[chain(hash)]
        while place != 0 {
            let entry = entries[Int(place) - 1]
            if entry.hash == hash, Self.isRecent(entry, now) { return true }
            place = entry.next
        }
        return false
    }

    /// Remembers a datagram, in the place of the oldest when there are `limit`.
    mutating func insert(_ hash: UInt64, at arrival: Int64, limit: @autoclosure () -> Int) {
        let now = Self.milliseconds(arrival)
        let isFull = entries.count == heads.count
        if isFull, entries.isEmpty || Self.isRecent(entries[oldest], now) { grow(limit: limit()) }
        guard !heads.isEmpty else { return }
        let chain = chain(hash)
        guard entries.count == heads.count else {
            entries.append(Entry(hash: hash, arrival: now, next: heads[chain]))
            heads[chain] = UInt16(entries.count)
            return
        }
        unlink(oldest)
        entries[oldest] = Entry(hash: hash, arrival: now, next: heads[chain])
        heads[chain] = UInt16(oldest + 1)
        oldest = oldest + 1 == entries.count ? 0 : oldest + 1
    }

    /// Forgets all, for an exporter that began anew.
    mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
        for chain in heads.indices { heads[chain] = 0 }
        oldest = 0
    }

    private func chain(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & (heads.count - 1) }

    /// Takes an entry, the last of its chain, out of it.
    private mutating func unlink(_ index: Int) {
        let chain = chain(entries[index].hash)
        let place = UInt16(index + 1)
        var previous = Int(heads[chain])
        guard previous != Int(place) else {
            heads[chain] = 0
            return
        }
        while previous != 0 {
            guard entries[previous - 1].next != place else {
                entries[previous - 1].next = 0
                return
            }
            previous = Int(entries[previous - 1].next)
        }
    }

    /// Doubles the ring, unless it is as large as it may be.
    private mutating func grow(limit: Int) {
        let size = entries.isEmpty ? Self.least : entries.count * 2
        guard size <= min(max(limit, Self.least), Self.most) else { return }
        let inOrder = entries[oldest...] + entries[..<oldest]
        var larger = DuplicateWindow()
        larger.heads = Array(repeating: 0, count: size)
        larger.entries.reserveCapacity(size)
        for entry in inOrder {
            let chain = larger.chain(entry.hash)
            larger.entries.append(
                Entry(hash: entry.hash, arrival: entry.arrival, next: larger.heads[chain])
            )
            larger.heads[chain] = UInt16(larger.entries.count)
        }
        self = larger
    }

    private static func milliseconds(_ nanoseconds: Int64) -> UInt32 {
        UInt32(truncatingIfNeeded: nanoseconds / 1_000_000)
    }

    private static func isRecent(_ entry: Entry, _ now: UInt32) -> Bool {
        Int32(bitPattern: now &- entry.arrival).magnitude <= milliseconds
    }
}
