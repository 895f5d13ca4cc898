// SPDX-License-Identifier: Apache-2.0

import Model

/// The AS paths that exporters named themselves (sFlow gateway records), each kept once.
///
/// Their numbers have the high bit set, so that they never meet those of the routing table.
struct ExportedPaths: Sendable {
    private var ids: [ASPath: UInt32] = [:]
    private var paths: [ASPath] = []

    private static let mark: UInt32 = 1 << 31
    /// Beyond this many between two hand-overs a path is not kept: the octets are, without it.
    private static let mostPaths = 65536

    /// The number of the path with these words; ``PostingKey/noPath`` when there are too many.
    mutating func id(of words: ArraySlice<UInt32>) -> UInt32 {
        let path = ASPath(words: Array(words))
        if let id = ids[path] { return id }
        guard paths.count < Self.mostPaths else { return PostingKey.noPath }
        let id = UInt32(paths.count) | Self.mark
        ids[path] = id
        paths.append(path)
        return id
    }

    /// The path of that number; nil for one that is not ours.
    func path(_ id: UInt32) -> ASPath? {
        let index = Int(id & ~Self.mark)
        return id & Self.mark != 0 && index < paths.count ? paths[index] : nil
    }

    mutating func removeAll() {
        ids.removeAll(keepingCapacity: true)
        paths.removeAll(keepingCapacity: true)
    }
}
