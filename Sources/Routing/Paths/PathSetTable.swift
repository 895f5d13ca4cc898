// SPDX-License-Identifier: Apache-2.0

internal import Model

/// The writer's side of the path sets: equal lists have one id, which is kept as long as an entry
/// or an event needs it, and for the retention after that.
struct PathSetTable {
    private struct State {
        /// Tells a set of one path, not stale, from all others that were at this index, and from
        /// those of other tables; 0 for what is no such set.
        var number: UInt64 = 0
        /// Entries of views that have it as their own, and events that remember it.
        var references: UInt32 = 0
        /// The entries among them.
        var uses: UInt32 = 0
        /// Of the one path, where there is a number.
        var nextHop = NextHopID.none
        var source = RouteSourceID(rawValue: 0)
        var pathIdentifier: UInt32 = 0
        /// Whether it waits in the retirement queue as unused.
        var isQueued = false
        /// Whether it came into use since, and out of it again: it waits once more.
        var isRenewed = false
    }

    private let published: PublishedPaths
    private let seed = UInt64.random(in: .min ... .max)
    private var byValue = FingerprintTable()
    private var pool = IndexPool(blockShift: PublishedPaths.blockShift)
    private var states: [State] = []
    /// Index + 1 of what each was with its path stale, when that was asked for; 0 otherwise.
    private var staleTwins: [UInt32] = []
    /// Of what ``load(_:)`` has loaded, so that it is loaded.
    private var loaded: UInt64 = 0

    init(published: PublishedTable) { self.published = published.pathSets }

    var count: Int { byValue.count }

    private func hash(_ list: PathList) -> UInt32 {
        var hash = SeededHash(seed: seed)
        Self.add(list.best, to: &hash)
        for path in list.others { Self.add(path, to: &hash) }
        return hash.value
    }

    private static func add(_ path: Path, to hash: inout SeededHash) {
        hash.add(UInt64(path.attributes) << 32 | UInt64(path.nextHop.rawValue))
        let identifier = UInt64(path.pathIdentifier) << 1 | (path.isStale ? 1 : 0)
        hash.add(UInt64(path.source.rawValue) << 33 ^ identifier)
    }

    /// The id of `list`; `isNew` when nobody had it, and what it refers to is to be retained.
    mutating func id(
        of list: PathList,
        retiring retirement: inout Retirement
    ) -> (id: PathSetID, isNew: Bool) {
        let hash = hash(list)
        let known = byValue.find(hash) { isSame(PathSetID(rawValue: $0), list) }
        if let known { return (PathSetID(rawValue: known), false) }
        let index = pool.take()
        while states.count <= index {
            states.append(State())
            staleTwins.append(0)
        }
        states[Int(index)] = Self.state(of: list)
        staleTwins[Int(index)] = 0
        byValue.insert(index, hash)
        published.publish(list, at: index, retiring: &retirement)
        return (PathSetID(rawValue: index), true)
    }

    private static func state(of list: PathList) -> State {
        guard list.others.isEmpty, !list.best.isStale else { return State() }
        var state = State(number: MarkNumber.next())
        state.nextHop = list.best.nextHop
        state.source = list.best.source
        state.pathIdentifier = list.best.pathIdentifier
        return state
    }

    /// The set that a mark was left for, if it is still there and its path is meant, of which the
    /// attributes are not told.
    func marked(
        index: UInt32,
        number: UInt64,
        _ isMeant: (borrowing MarkedPath) -> Bool
    ) -> PathSetID? {
        guard number != 0, index < states.count, states[Int(index)].number == number else {
            return nil
        }
        let path = MarkedPath(
            nextHop: states[Int(index)].nextHop,
            source: states[Int(index)].source,
            pathIdentifier: states[Int(index)].pathIdentifier
        )
        return isMeant(path) ? PathSetID(rawValue: index) : nil
    }

    /// Loads what is needed of the set at `index`, if there is one.
    mutating func load(_ index: UInt32) {
        if index < states.count { loaded &+= states[Int(index)].number }
    }

    struct MarkedPath {
        var nextHop: NextHopID
        var source: RouteSourceID
        var pathIdentifier: UInt32
    }

    /// Leaves a mark on the attributes of the one path of `id`; nothing when that is no such set.
    func mark(_ shared: SharedAttributes, with id: PathSetID) {
        let number = states[Int(id.rawValue)].number
        if number != 0 { shared.pathSetMark.set(index: id.rawValue, number: number) }
    }

    private func isSame(_ id: PathSetID, _ list: PathList) -> Bool {
        guard let record = published.record(of: id), record.path == list.best else { return false }
        if record.isOnly { return list.others.isEmpty }
        return published.readList(id) { $0.others == list.others } ?? false
    }

    /// The set that has the one path of `id`, stale; nil when it is not known.
    ///
    /// A whole table becomes stale at once, prefix by prefix.
    func staleTwin(of id: PathSetID) -> PathSetID? {
        let twin = PathSetID(rawValue: staleTwins[Int(id.rawValue)] &- 1)
        guard twin != .none, let record = published.record(of: id), record.isOnly,
            let stale = published.record(of: twin), stale.isOnly, stale.path.isStale,
            !record.path.isStale, stale.path.fresh == record.path
        else { return nil }
        return twin
    }

    mutating func noteStaleTwin(_ twin: PathSetID, of id: PathSetID) {
        staleTwins[Int(id.rawValue)] = twin.rawValue &+ 1
    }

    mutating func retain(_ id: PathSetID) { states[Int(id.rawValue)].references += 1 }

    /// Counts one need less; with the last it begins to wait for its end.
    mutating func release(_ id: PathSetID, retiring retirement: inout Retirement) {
        let index = Int(id.rawValue)
        states[index].references -= 1
        guard states[index].references == 0 else { return }
        if states[index].isQueued {
            states[index].isRenewed = true
        } else {
            states[index].isQueued = true
            retirement.add(.unusedPathSet(id.rawValue))
        }
    }

    /// Notes that an entry has it as its own; true for the first.
    mutating func use(_ id: PathSetID) -> Bool {
        states[Int(id.rawValue)].references += 1
        states[Int(id.rawValue)].uses += 1
        return states[Int(id.rawValue)].uses == 1
    }

    /// Ends a use, without ``release(_:retiring:)``; true when it was the last.
    mutating func endUse(_ id: PathSetID) -> Bool {
        states[Int(id.rawValue)].uses -= 1
        return states[Int(id.rawValue)].uses == 0
    }

    /// Takes a set out of the readers' sight after the retention, and returns what was in it; nil
    /// when it is in use again, or has been.
    mutating func expire(_ index: UInt32, retiring retirement: inout Retirement) -> PathList? {
        let state = states[Int(index)]
        if state.isRenewed, state.references == 0 {
            states[Int(index)].isRenewed = false
            retirement.add(.unusedPathSet(index))
            return nil
        }
        states[Int(index)].isQueued = false
        states[Int(index)].isRenewed = false
        guard state.references == 0, let list = published.paths(of: PathSetID(rawValue: index))
        else { return nil }
        byValue.remove(index, hash(list))
        states[Int(index)].number = 0
        published.withdraw(index, retiring: &retirement)
        retirement.add(.pathSetIndex(index))
        return list
    }

    mutating func free(_ index: UInt32, retiring retirement: inout Retirement) {
        if pool.give(index) { published.dropSegments(holding: index, retiring: &retirement) }
    }
}
