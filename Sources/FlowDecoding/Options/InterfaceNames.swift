// SPDX-License-Identifier: Apache-2.0

import Model

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

    /// Notes what a record says; false when there is no room for another interface.
    mutating func note(_ naming: InterfaceNaming, limit: Int) -> Bool {
        guard naming.index != 0, !naming.name.isEmpty || !naming.description.isEmpty else {
            return true
        }
        let old = known[naming.index]
        guard old != nil || known.count < limit else { return false }
        var new = old ?? Hashes()
        if !naming.name.isEmpty { new.name = Self.hash(naming.name) }
        if !naming.description.isEmpty { new.description = Self.hash(naming.description) }
        let isSame = new.name == old?.name && new.description == old?.description
        guard !isSame, news[naming.index] != nil || news.count < Self.mostNews else { return true }
        known[naming.index] = new
        var entry = news[naming.index] ?? ("", "")
        if !naming.name.isEmpty { entry.name = String(decoding: naming.name, as: UTF8.self) }
        if !naming.description.isEmpty {
            entry.description = String(decoding: naming.description, as: UTF8.self)
        }
        news[naming.index] = entry
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

    /// FNV-1a.
    private static func hash(_ octets: [UInt8]) -> UInt64 {
        octets.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
