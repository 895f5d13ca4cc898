// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What readers and writer share: readers load from it, the writer alone stores.
final class PublishedTable: Sendable {
    let quiescentState = QuiescentState()

    /// Both roots and the nodes of ``PrefixTrie``.
    let trie = PublishedWords(
        segmentShift: PrefixTrie.segmentShift,
        capacityShift: 32,
        dense: PrefixTrie.denseParts
    )
    let prefixes = PublishedPrefixes()
    /// The longest prefix around each; 0 for none.
    let parents = PublishedWords(segmentShift: PrefixTree.blockShift)
    /// By view id; all that were ever made are below ``viewBound``.
    let views = PublishedObjects<ViewColumns>()
    let viewBound = Atomic<UInt32>(0)
    /// The words of a view that is not there: all zero.
    let noColumn = PublishedWords(segmentShift: 10, capacityShift: 10)
    let events = PublishedEvents()

    let pathSets = PublishedPaths()
    let attributes = PublishedAttributes()
    let asPaths = PublishedObjects<InternedASPath>()
    let sources = PublishedObjects<InternedSource>()

    /// What a writer that ended could not free yet; goes with the table.
    private let leftOver = Mutex<[any AnyObject & Sendable]>([])

    func keep(_ objects: [any AnyObject & Sendable]) {
        leftOver.withLock { $0 += objects }
    }

    /// Memory of the shared arrays, without the objects they refer to, in octets.
    var octets: Int {
        var octets = trie.octets + prefixes.octets + parents.octets + events.octets + views.octets
        octets += pathSets.octets + attributes.octets + asPaths.octets + sources.octets
        for view in 0..<viewBound.load(ordering: .acquiring) {
            octets += views.read(view) { $0.pathSets.octets + $0.events.octets } ?? 0
        }
        return octets
    }
}
