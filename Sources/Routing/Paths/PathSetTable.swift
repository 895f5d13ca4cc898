// SPDX-License-Identifier: Apache-2.0

internal import Model

/// The writer's side of the path sets: equal lists have one id, which is kept as long as an entry
/// or an event needs it, and for the retention after that.
struct PathSetTable {
    private struct State {
        /// Entries of views that have it as their own, and events that remember it.
        var references: UInt32 = 0
        /// The entries among them.
        var uses: UInt32 = 0
        /// Index + 1 of what it was with its path stale, when that was asked for; 0 otherwise.
        var staleTwin: UInt32 = 0
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
        while states.count <= index { states.append(State()) }
        states[Int(index)] = State()
        byValue.insert(index, hash)
        published.publish(list, at: index, retiring: &retirement)
        return (PathSetID(rawValue: index), true)
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
        let twin = PathSetID(rawValue: states[Int(id.rawValue)].staleTwin &- 1)
        guard twin != .none, let record = published.record(of: id), record.isOnly,
            let stale = published.record(of: twin), stale.isOnly, stale.path.isStale,
            !record.path.isStale, stale.path.fresh == record.path
        else { return nil }
        return twin
    }

    mutating func noteStaleTwin(_ twin: PathSetID, of id: PathSetID) {
        states[Int(id.rawValue)].staleTwin = twin.rawValue &+ 1
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
        published.withdraw(index, retiring: &retirement)
        retirement.add(.pathSetIndex(index))
        return list
    }

    mutating func free(_ index: UInt32, retiring retirement: inout Retirement) {
        if pool.give(index) { published.dropSegments(holding: index, retiring: &retirement) }
    }
}
