// SPDX-License-Identifier: Apache-2.0

/// How many prefixes a source has in a view.
struct SourceCounts {
    var prefixes = PrefixCounts()
    /// Those that are not stale.
    var fresh = PrefixCounts()

    fileprivate mutating func count(_ change: RouteChange) {
        prefixes += change.prefixes
        fresh += change.freshPrefixes
    }
}

/// The same of all sources of a view.
///
/// An update changes the counts of one source, nearly always that of the update before, which is
/// found without a search.
struct CountsBySource {
    private var places: [RouteSourceID: Int] = [:]
    private var counts: [SourceCounts] = []
    private var latest: (source: RouteSourceID, place: Int)?

    /// What `source` has.
    subscript(source: RouteSourceID) -> SourceCounts {
        places[source].map { counts[$0] } ?? SourceCounts()
    }

    mutating func count(_ change: RouteChange) {
        let place = place(of: change.source)
        counts[place].count(change)
        latest = (change.source, place)
    }

    private mutating func place(of source: RouteSourceID) -> Int {
        if let latest, latest.source == source { return latest.place }
        if let place = places[source] { return place }
        places[source] = counts.count
        counts.append(SourceCounts())
        return counts.count - 1
    }
}
