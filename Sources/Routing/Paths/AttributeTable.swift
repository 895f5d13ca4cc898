// SPDX-License-Identifier: Apache-2.0

internal import Model

/// The writer's side of what paths have in common: each set of attributes is kept once, and each
/// AS path; next hops apart from them, for the same attributes come with many.
///
/// # How it works
///
/// Attributes are known by identity first: a decoder hands on one object for one sequence of
/// octets, and what the table keeps is the first object it was given. Another object of the same
/// value is found by value, once; a small cache then remembers it beside the index, and holds on to
/// it, so that no other object can come to its address.
struct AttributeTable {
    private struct Alias {
        var shared: SharedAttributes
        var index: UInt32
        /// The index stands for something else when this is not its number any more.
        var generation: UInt32
    }

    private static let aliases = 4_096

    private let published: PublishedAttributes
    private let publishedASPaths: PublishedObjects<InternedASPath>
    private let seed = UInt64.random(in: .min ... .max)

    private var byIdentity = FingerprintTable()
    private var byValue = FingerprintTable()
    private var pool = IndexPool(blockShift: PublishedAttributes.blockShift)
    private var references: [UInt32] = []
    private var generations: [UInt32] = []
    private var aliases: [Alias?] = Array(repeating: nil, count: AttributeTable.aliases)

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
        let address = UInt64(UInt(bitPattern: ObjectIdentifier(shared)))
        let identity = hash(address)
        let index = known(shared, identity) ?? find(shared, identity)
        if let index {
            references[Int(index)] += 1
            return index
        }
        return insert(shared, identity, retiring: &retirement)
    }

    private func hash(_ address: UInt64) -> UInt32 {
        var hash = SeededHash(seed: seed)
        hash.add(address)
        return hash.value
    }

    /// The index of this very object, kept or remembered.
    private func known(_ shared: SharedAttributes, _ identity: UInt32) -> UInt32? {
        let kept = byIdentity.find(identity) { index in
            published.read(index) { $0 === shared } ?? false
        }
        if let kept { return kept }
        guard let alias = aliases[Int(identity) & (Self.aliases - 1)], alias.shared === shared,
            generations[Int(alias.index)] == alias.generation
        else { return nil }
        return alias.index
    }

    /// The index of its value, which is remembered for this object.
    private mutating func find(_ shared: SharedAttributes, _ identity: UInt32) -> UInt32? {
        let found = byValue.find(Self.hash(shared)) { index in
            published.read(index) { $0.value == shared.value } ?? false
        }
        guard let found else { return nil }
        aliases[Int(identity) & (Self.aliases - 1)] = Alias(
            shared: shared,
            index: found,
            generation: generations[Int(found)]
        )
        return found
    }

    private static func hash(_ shared: SharedAttributes) -> UInt32 {
        UInt32(truncatingIfNeeded: shared.value.hashValue)
    }

    private mutating func insert(
        _ shared: SharedAttributes,
        _ identity: UInt32,
        retiring retirement: inout Retirement
    ) -> UInt32 {
        let path = shared.value.asPath
        let index = pool.take()
        while references.count <= index {
            references.append(0)
            generations.append(0)
        }
        references[Int(index)] = 1
        byIdentity.insert(index, identity)
        byValue.insert(index, Self.hash(shared))
        let traits = PublishedAttributes.Traits(
            asPath: ASPathID(rawValue: takeASPath(path, retiring: &retirement)),
            neighborAS: path.neighborAS ?? .zero,
            originAS: path.originAS ?? .zero
        )
        published.publish(shared, traits, at: index, retiring: &retirement)
        return index
    }

    mutating func retain(_ index: UInt32) { references[Int(index)] += 1 }

    /// Counts one need less; with the last the attributes go.
    mutating func release(_ index: UInt32, retiring retirement: inout Retirement) {
        references[Int(index)] -= 1
        guard references[Int(index)] == 0 else { return }
        let asPath = published.traits(at: index).asPath.rawValue
        guard let shared = published.withdraw(index) else { return }
        byIdentity.remove(index, hash(UInt64(UInt(bitPattern: ObjectIdentifier(shared)))))
        byValue.remove(index, Self.hash(shared))
        generations[Int(index)] &+= 1
        retirement.add(shared)
        retirement.add(.attributes(index))
        releaseASPath(asPath, retiring: &retirement)
    }

    private mutating func takeASPath(
        _ path: ASPath,
        retiring retirement: inout Retirement
    ) -> UInt32 {
        let hash = UInt32(truncatingIfNeeded: path.hashValue)
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
        asPathsByValue.remove(index, UInt32(truncatingIfNeeded: path.path.hashValue))
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
