// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// The names of one exporter's interfaces that nobody has taken yet.
///
/// # How it works
///
/// Exporters repeat their options every few minutes. What was told before is recognized by a hash
/// of 64 bits an interface, so that only news is kept, and that only until it is taken. When news
/// piles up past a bound, what is over it is left for the next time it is told.
struct InterfaceNames {
    private var known: [UInt32: Hashes] = [:]
    private var news: [UInt32: (name: String, description: String)] = [:]

    private struct Hashes {
        var name: UInt64 = 0
        var description: UInt64 = 0
    }

    /// News of one exporter at once.
    static let mostNews = 512

    var count: Int { known.count }
    var hasNews: Bool { !news.isEmpty }

    /// Notes what a record says of an interface.
    ///
    /// - Parameters:
    ///   - naming: The texts of the record.
    ///   - index: ifIndex; 0 when the record gives none.
    ///   - record: The reader at the record.
    ///   - limit: How many interfaces may be remembered.
    /// - Returns: false when there is no room for another interface.
    /// - Throws: ``WireError`` when the record is not the one of the texts.
    mutating func note(
        _ naming: InterfaceNaming,
        of index: UInt32,
        in record: WireReader,
        limit: Int
    ) throws(WireError) -> Bool {
        guard index != 0, !naming.name.isEmpty || !naming.description.isEmpty else { return true }
        let old = known[index]
        guard old != nil || known.count < limit else { return false }
        var new = old ?? Hashes()
        if !naming.name.isEmpty { new.name = naming.name.hash }
        if !naming.description.isEmpty { new.description = naming.description.hash }
        let isSame = new.name == old?.name && new.description == old?.description
        guard !isSame, news[index] != nil || news.count < Self.mostNews else { return true }
        known[index] = new
        var entry = news[index] ?? ("", "")
        if !naming.name.isEmpty {
            entry.name = try InterfaceNaming.copy(naming.name, from: record)
        }
        if !naming.description.isEmpty {
            entry.description = try InterfaceNaming.copy(naming.description, from: record)
        }
        news[index] = entry
        return true
    }

    /// Hands over the news, by ifIndex.
    mutating func take(of exporter: IPAddress, into names: inout [InterfaceName]) {
        for (index, entry) in news.sorted(by: { $0.key < $1.key }) {
            names.append(
                InterfaceName(
                    exporter: exporter,
                    index: index,
                    name: entry.name,
                    description: entry.description
                )
            )
        }
        news.removeAll()
    }
}
