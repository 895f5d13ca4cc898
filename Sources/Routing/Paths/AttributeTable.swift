// SPDX-License-Identifier: Apache-2.0

internal import Model

/// The writer's side of what paths have in common: each set of attributes is kept once, and each
/// AS path; next hops apart from them, for the same attributes come with many.
///
/// # How it works
///
/// A decoder hands on one object for one sequence of octets, and the table leaves a mark on it: the
/// index of its value, and the number of what stands there. The next route with that object is one
/// comparison: no two values have the same number, in no table. Without a mark the attributes are
/// found by value, or are new.
///
///     object  mark [ 17 | number 4711 ]  ->  index 17 [ number 4711 | references | .. ]
struct AttributeTable {
    private struct State {
        /// Tells the value at this index from those before it, and from those of other tables;
        /// 0 for none.
        var number: UInt64 = 0
        var references: UInt32 = 0
    }

    private let published: PublishedAttributes
    private let publishedASPaths: PublishedObjects<InternedASPath>
    private let seed = UInt64.random(in: .min ... .max)

    private var byValue = FingerprintTable()
    private var pool = IndexPool(blockShift: PublishedAttributes.blockShift)
    private var states: [State] = []

    private var asPathsByValue = FingerprintTable()
    private var asPathPool = IndexPool(blockShift: PublishedObjects<InternedASPath>.segmentShift)
    private var asPathReferences: [UInt32] = []

    init(published: PublishedTable, retiring retirement: inout Retirement) {
        self.published = published.attributes
        publishedASPaths = published.asPaths
        let empty = takeASPath(ASPath(), retiring: &retirement)
        assert(empty == ASPathID.empty.rawValue, "the empty path comes first, and stays")
    }

    /// Numbers of distinct values that have an index.
    var count: Int { byValue.count }
    var asPathCount: Int { asPathsByValue.count }

    /// The index of `shared`, counted as needed once more.
    mutating func take(
        _ shared: SharedAttributes,
        retiring retirement: inout Retirement
    ) -> UInt32 {
        let number = shared.mark.number
        let place = Int(shared.mark.index)
        if number != 0, place < states.count, states[place].number == number {
            states[place].references += 1
            return UInt32(place)
        }
        let hash = hash(shared)
        let known = byValue.find(hash) { index in
            published.read(index) { $0.value == shared.value } ?? false
        }
        let index = known ?? insert(shared, hash, retiring: &retirement)
        states[Int(index)].references += 1
        shared.mark.set(index: index, number: states[Int(index)].number)
        return index
    }

    private func hash(_ shared: SharedAttributes) -> UInt32 {
        let value = shared.value
        var hash = SeededHash(seed: seed)
        hash.add(UInt64(value.origin.rawValue) << 8 | UInt64(value.clusterCount))
        hash.add(value.multiExitDiscriminator, value.localPreference)
        hash.add(value.originatorID, nil)
        hash.add(value.asPath.words)
        hash.add(value.communities)
        for community in value.largeCommunities {
            hash.add(UInt64(community.globalAdministrator))
            hash.add(UInt64(community.localData1) << 32 | UInt64(community.localData2))
        }
        for community in value.extendedCommunities { hash.add(community) }
        return hash.value
    }

    private func hash(_ path: ASPath) -> UInt32 {
        var hash = SeededHash(seed: seed)
        hash.add(path.words)
        return hash.value
    }

    private mutating func insert(
        _ shared: SharedAttributes,
        _ hash: UInt32,
        retiring retirement: inout Retirement
    ) -> UInt32 {
        let path = shared.value.asPath
        let index = pool.take()
        while states.count <= index { states.append(State()) }
        states[Int(index)] = State(number: MarkNumber.next())
        byValue.insert(index, hash)
        let traits = PublishedAttributes.Traits(
            asPath: ASPathID(rawValue: takeASPath(path, retiring: &retirement)),
            neighborAS: path.neighborAS ?? .zero,
            originAS: path.originAS ?? .zero
        )
        published.publish(shared, traits, at: index, retiring: &retirement)
        return index
    }

    mutating func retain(_ index: UInt32) { states[Int(index)].references += 1 }

    /// Counts one need less; with the last the attributes go.
    mutating func release(_ index: UInt32, retiring retirement: inout Retirement) {
        states[Int(index)].references -= 1
        guard states[Int(index)].references == 0 else { return }
        let asPath = published.traits(at: index).asPath.rawValue
        guard let shared = published.withdraw(index) else { return }
        byValue.remove(index, hash(shared))
        states[Int(index)] = State()
        retirement.add(shared)
        retirement.add(.attributes(index))
        releaseASPath(asPath, retiring: &retirement)
    }

    private mutating func takeASPath(
        _ path: ASPath,
        retiring retirement: inout Retirement
    ) -> UInt32 {
        let hash = hash(path)
        let known = asPathsByValue.find(hash) { index in
            publishedASPaths.read(index) { $0.path == path } ?? false
        }
        if let known {
            asPathReferences[Int(known)] += 1
            return known
        }
        let index = asPathPool.take()
        while asPathReferences.count <= index { asPathReferences.append(0) }
        asPathReferences[Int(index)] = 1
        asPathsByValue.insert(index, hash)
        retirement.add(publishedASPaths.publish(InternedASPath(path), at: index))
        return index
    }

    private mutating func releaseASPath(_ index: UInt32, retiring retirement: inout Retirement) {
        asPathReferences[Int(index)] -= 1
        guard asPathReferences[Int(index)] == 0, let path = publishedASPaths.take(index) else {
            return
        }
        asPathsByValue.remove(index, hash(path.path))
        retirement.add(path)
        retirement.add(.asPath(index))
    }

    mutating func free(_ index: UInt32, retiring retirement: inout Retirement) {
        if pool.give(index) { published.dropSegments(holding: index, retiring: &retirement) }
    }

    mutating func freeASPath(_ index: UInt32, retiring retirement: inout Retirement) {
        guard asPathPool.give(index) else { return }
        retirement.add(publishedASPaths.dropSegment(holding: index))
    }
}

extension SeededHash {
    /// Adds numbers that may be absent.
    fileprivate mutating func add(_ first: UInt32?, _ second: UInt32?) {
        let present: UInt64 = (first == nil ? 0 : 1) | (second == nil ? 0 : 2)
        add(UInt64(first ?? 0) << 32 | UInt64(second ?? 0))
        add(present)
    }

    /// Adds a list, two words at a time.
    fileprivate mutating func add(_ words: [UInt32]) {
        add(UInt64(words.count))
        var index = 0
        while index + 1 < words.count {
            add(UInt64(words[index]) << 32 | UInt64(words[index + 1]))
            index += 2
        }
        if index < words.count { add(UInt64(words[index])) }
    }
}
