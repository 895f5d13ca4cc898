// SPDX-License-Identifier: Apache-2.0

internal import Model

/// The writer's side of the next hops: each address is kept once.
struct NextHopTable {
    private let published: PublishedAttributes
    private let seed = UInt64.random(in: .min ... .max)
    private var byValue = FingerprintTable()
    private var pool = IndexPool(blockShift: PublishedAttributes.nextHopShift)
    private var references: [UInt32] = [0]
    /// The last one asked for: most messages have that of the message before.
    private var latest: (address: IPAddress, id: NextHopID)?

    init(published: PublishedTable) {
        self.published = published.attributes
        _ = pool.take()  // 0 is no next hop
    }

    var count: Int { byValue.count }

    /// The id of `address`, counted as needed once more; ``NextHopID/none`` for nil.
    mutating func take(_ address: IPAddress?) -> NextHopID {
        guard let address else { return .none }
        if let latest, latest.address == address, references[Int(latest.id.rawValue)] > 0 {
            retain(latest.id)
            return latest.id
        }
        let hash = hash(address)
        let known = byValue.find(hash) { published.nextHop(NextHopID(rawValue: $0)) == address }
        let index = known ?? insert(address, hash)
        references[Int(index)] += 1
        latest = (address, NextHopID(rawValue: index))
        return NextHopID(rawValue: index)
    }

    /// The id of `address`, not counted; nil when it is not there, ``NextHopID/none`` for nil.
    mutating func id(of address: IPAddress?) -> NextHopID? {
        guard let address else { return NextHopID.none }
        if let latest, latest.address == address {
            return references[Int(latest.id.rawValue)] > 0 ? latest.id : nil
        }
        let known = byValue.find(hash(address)) {
            published.nextHop(NextHopID(rawValue: $0)) == address
        }
        guard let known else { return nil }
        latest = (address, NextHopID(rawValue: known))
        return NextHopID(rawValue: known)
    }

    private func hash(_ address: IPAddress) -> UInt32 {
        var hash = SeededHash(seed: seed)
        hash.add(UInt64(truncatingIfNeeded: address.bits >> 64))
        hash.add(UInt64(truncatingIfNeeded: address.bits) ^ UInt64(address.family.rawValue) << 48)
        return hash.value
    }

    private mutating func insert(_ address: IPAddress, _ hash: UInt32) -> UInt32 {
        let index = pool.take()
        while references.count <= index { references.append(0) }
        byValue.insert(index, hash)
        published.publish(address, at: index)
        return index
    }

    mutating func retain(_ id: NextHopID) {
        if id != .none { references[Int(id.rawValue)] += 1 }
    }

    /// Counts one need less; with the last the address goes.
    mutating func release(_ id: NextHopID, retiring retirement: inout Retirement) {
        guard id != .none else { return }
        references[Int(id.rawValue)] -= 1
        guard references[Int(id.rawValue)] == 0, let address = published.nextHop(id) else { return }
        byValue.remove(id.rawValue, hash(address))
        retirement.add(.nextHop(id.rawValue))
    }

    mutating func free(_ index: UInt32) {
        if pool.give(index) { published.dropNextHops(holding: index) }
    }
}
