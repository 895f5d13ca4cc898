// SPDX-License-Identifier: Apache-2.0

internal import Model

/// From address to match: the hot path.
extension PublishedTable {
    /// Looks up in three passes over the batch: roots, nodes level by level, columns.
    ///
    /// So the loads of many addresses are under way at once. Between passes the word of an address
    /// waits in its place in `matches`.
    func routes(
        to addresses: [IPAddress],
        views lists: [ViewList],
        into matches: inout [RouteMatch]
    ) {
        let count = min(addresses.count, lists.count)
        matches.removeAll(keepingCapacity: true)
        matches.reserveCapacity(addresses.count)
        var links: UInt32 = 0
        for index in 0..<count {
            let word = rootWord(of: addresses[index])
            links |= word
            matches.append(RouteMatch(waitingAt: word))
        }
        var depth = PrefixTrie.rootBits
        while links & PrefixTrie.linkBit != 0 {
            links = 0
            for index in 0..<count where matches[index].entry & PrefixTrie.linkBit != 0 {
                let key = TrieKey(addresses[index])
                let node = matches[index].entry & ~PrefixTrie.linkBit
                let word = trie[PrefixTrie.position(key, in: node, at: depth)]
                links |= word
                matches[index] = RouteMatch(waitingAt: word)
            }
            depth += PrefixTrie.nodeBits
        }
        for index in 0..<count {
            let entry = matches[index].entry
            let family = addresses[index].family
            matches[index] = decide(entry: entry, family: family, views: lists[index])
        }
        for _ in count..<addresses.count { matches.append(.none) }
    }

    @inline(__always)
    private func rootWord(of address: IPAddress) -> UInt32 {
        trie[PrefixTrie.rootPosition(TrieKey(address))]
    }

    /// The index of the longest prefix of any view that covers `address`.
    func entry(of address: IPAddress) -> UInt32 {
        let key = TrieKey(address)
        var word = rootWord(of: address)
        var depth = PrefixTrie.rootBits
        while word & PrefixTrie.linkBit != 0, depth < 128 {
            word = trie[PrefixTrie.position(key, in: word & ~PrefixTrie.linkBit, at: depth)]
            depth += PrefixTrie.nodeBits
        }
        return word
    }

    /// The first of `views` with a route for `entry`; then the first with a default route.
    @inline(__always)
    func decide(entry: UInt32, family: AddressFamily, views: ViewList) -> RouteMatch {
        let byDefault = TrieKey.defaultIndex(of: family)
        let entry = entry < PrefixTrie.firstIndex ? byDefault : entry
        if let match = first(of: views, with: entry, entry: entry) { return match }
        if entry != byDefault, let match = first(of: views, with: byDefault, entry: entry) {
            return match
        }
        return lately(entry: entry, byDefault: byDefault, views: views)
    }

    @inline(__always)
    private func first(of list: ViewList, with index: UInt32, entry: UInt32) -> RouteMatch? {
        for position in 0..<ViewList.capacity {
            let view = list[position]
            guard view != .none else { return nil }
            let word = views.read(UInt32(view.rawValue)) { $0.word(at: index) } ?? .none
            guard !word.isNone else { continue }
            let prefix = PrefixID(rawValue: index)
            return RouteMatch(prefix: prefix, pathSet: word.pathSet, view: view, entry: entry)
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
            return RouteMatch(prefix: prefix, pathSet: .none, view: view, entry: entry)
        }
        return .none
    }

    private func hadRoute(at index: UInt32, in view: ViewID) -> Bool {
        event(at: index, in: view).map { !$0.replaced.isNone } ?? false
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

extension RouteMatch {
    /// A place for the word of a lookup that is under way.
    @inline(__always)
    fileprivate init(waitingAt word: UInt32) {
        self.init(prefix: .none, pathSet: .none, view: .none, entry: word)
    }
}
