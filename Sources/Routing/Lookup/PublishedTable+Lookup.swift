// SPDX-License-Identifier: Apache-2.0

internal import Model

/// From one address to a match.
extension PublishedTable {
    /// The index of the longest prefix of any view that covers `address`.
    func entry(of address: IPAddress) -> UInt32 {
        let key = TrieKey(address)
        let cells = trie.boundlessCells
        let word = cells[PrefixTrie.rootPosition(key)]
        return cells.leaf(from: word, of: key, at: PrefixTrie.rootBits)
    }

    /// The first of `views` with a route for `entry`; then the first with a default route.
    @inline(__always)
    func decide(entry: UInt32, family: AddressFamily, views: ViewList) -> RouteMatch {
        let byDefault = TrieKey.defaultIndex(of: family)
        let entry = entry < PrefixTrie.firstIndex ? byDefault : entry
        var former = ViewID.none
        if let match = first(of: views, with: entry, entry: entry, &former) { return match }
        if entry != byDefault, let match = first(of: views, with: byDefault, entry: entry, &former)
        {
            return match
        }
        return lately(entry: entry, byDefault: byDefault, views: views)
    }

    @inline(__always)
    private func first(
        of list: ViewList,
        with index: UInt32,
        entry: UInt32,
        _ former: inout ViewID
    ) -> RouteMatch? {
        for position in 0..<ViewList.capacity {
            let view = list[position]
            guard view != .none else { return nil }
            let word = word(at: index, in: view)
            guard !word.isNone else {
                if former == .none, hadRoute(at: index, in: view) { former = view }
                continue
            }
            // Where the default decides, the entry had perhaps more a short while ago.
            let isRecent =
                word.isRecent || index != entry && self.word(at: entry, in: view).isRecent
            return RouteMatch(
                prefix: PrefixID(rawValue: index),
                pathSet: word.pathSet,
                view: view,
                former: former,
                entry: entry,
                isRecent: isRecent || former != .none
            )
        }
        return nil
    }

    /// The first of `views` that had a route within the retention.
    private func lately(entry: UInt32, byDefault: UInt32, views list: ViewList) -> RouteMatch {
        for position in 0..<list.count {
            let view = list[position]
            let index = hadRoute(at: entry, in: view) ? entry : byDefault
            guard hadRoute(at: index, in: view) else { continue }
            let prefix = PrefixID(rawValue: index)
            return RouteMatch(
                prefix: prefix,
                pathSet: .none,
                view: view,
                entry: entry,
                isRecent: true
            )
        }
        return .none
    }

    /// What `view` has for the entry `index`.
    @inline(__always)
    func word(at index: UInt32, in view: ViewID) -> ColumnWord {
        views.read(UInt32(view.rawValue)) { $0.word(at: index) } ?? .none
    }

    /// Whether `view` has lost what it had for the entry `index`, within the retention.
    func hadRoute(at index: UInt32, in view: ViewID) -> Bool {
        guard word(at: index, in: view).isRecent else { return false }
        return event(at: index, in: view).map { !$0.replaced.isNone } ?? false
    }

    /// The last change of `view`'s route for the entry `index`.
    func event(at index: UInt32, in view: ViewID) -> RouteEvent? {
        events.event(at: eventIndex(at: index, in: view))
    }

    /// Where that change stands among the events; 0 when there was none.
    func eventIndex(at index: UInt32, in view: ViewID) -> UInt32 {
        views.read(UInt32(view.rawValue)) { $0.events[index] } ?? 0
    }
}
