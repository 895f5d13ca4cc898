// SPDX-License-Identifier: Apache-2.0

internal import Model

/// What route selection compares of a path (RFC 4271, sections 9.1.1 and 9.1.2.2).
///
/// # How it works
///
/// Paths are put in order by the weight of their source first, which is ours to say and no RFC's,
/// then by local preference, AS_PATH length and ORIGIN. What is equal then cannot be sorted: MED
/// counts only between paths from the same neighboring AS, so that a may beat b, b beat c, and c
/// beat a. The RFC removes, and so do we: a path goes when one from the same neighboring AS has a
/// lower MED; of those that stay the best by the later steps is chosen; then the same again without
/// it. Interior cost (step e) is unknown here.
///
/// What a router tells its neighbors (Adj-RIB-Out) says nothing of where its own traffic goes: it
/// has a view of its own, and would come last here, whatever its weight.
struct RankedPath {
    /// LLGR_STALE (RFC 9494, section 6).
    private static let longLivedStale: UInt32 = 0xffff_0006

    let path: Path
    private let isOut: Bool
    private let isLongLivedStale: Bool
    private let weight: UInt16
    private let localPreference: UInt32
    private let selectionLength: Int
    private let origin: UInt8
    private let neighborAS: ASN?
    private let multiExitDiscriminator: UInt32
    private let isExternal: Bool
    private let routerID: UInt32
    private let clusterCount: UInt8
    private let address: IPAddress

    init(_ path: Path, _ attributes: PathAttributes, from source: RouteSource) {
        self.path = path
        isOut = source.rib == .adjRIBOut
        weight = source.weight
        // A router further away has lost its session to whoever told the route.
        isLongLivedStale = attributes.communities.contains(Self.longLivedStale)
        localPreference = attributes.localPreference ?? 100
        selectionLength = attributes.asPath.selectionLength
        origin = attributes.origin.rawValue
        neighborAS = attributes.asPath.neighborAS
        // Absent is the lowest (RFC 4271, section 9.1.2.2 c).
        multiExitDiscriminator = attributes.multiExitDiscriminator ?? 0
        isExternal = source.isExternal
        // RFC 4456, section 9: the originator in the place of the neighbor.
        routerID = attributes.originatorID ?? source.routerID
        clusterCount = attributes.clusterCount
        address = source.address
    }

    /// In what this path is better than `other`, which comes after it among all paths of a prefix.
    func step(before other: RankedPath) -> RouteSelectionStep {
        (decisionByPath(other) ?? decisionByMED(other) ?? decisionByNeighbor(other)).step
    }

    /// The step in which two paths differ, and whether the first is better in it.
    private typealias Decision = (step: RouteSelectionStep, isBefore: Bool)

    /// `paths`, best first.
    static func ranked(_ paths: [RankedPath]) -> [Path] {
        let sorted = paths.sorted { $0.isBeforeByPath($1) }
        var ranked: [Path] = []
        ranked.reserveCapacity(paths.count)
        var start = 0
        while start < sorted.count {
            let end = sorted[start...].firstIndex { sorted[start].isBeforeByPath($0) }
            var equals = Array(sorted[start..<(end ?? sorted.count)])
            start += equals.count
            while let best = indexOfBest(equals) { ranked.append(equals.remove(at: best).path) }
        }
        return ranked
    }

    private func isBeforeByPath(_ other: RankedPath) -> Bool {
        decisionByPath(other)?.isBefore ?? false
    }

    /// By the steps before MED; nil where they are equal in all of them.
    private func decisionByPath(_ other: RankedPath) -> Decision? {
        if isOut != other.isOut { return (.adjRIBOut, other.isOut) }
        if weight != other.weight { return (.weight, weight > other.weight) }
        // RFC 9494, section 4.3: less preferred than any route that is not marked so, of those that
        // come from the same set of routes.
        if isLongLivedStale != other.isLongLivedStale {
            return (.longLivedStale, other.isLongLivedStale)
        }
        if localPreference != other.localPreference {
            return (.localPreference, localPreference > other.localPreference)
        }
        if selectionLength != other.selectionLength {
            return (.asPathLength, selectionLength < other.selectionLength)
        }
        return origin == other.origin ? nil : (.origin, origin < other.origin)
    }

    private func decisionByMED(_ other: RankedPath) -> Decision? {
        guard neighborAS == other.neighborAS,
            multiExitDiscriminator != other.multiExitDiscriminator
        else { return nil }
        return (.multiExitDiscriminator, multiExitDiscriminator < other.multiExitDiscriminator)
    }

    private static func indexOfBest(_ paths: [RankedPath]) -> Int? {
        guard paths.count > 1 else { return paths.indices.first }
        var lowest: [ASN?: UInt32] = [:]
        for path in paths {
            let known = lowest[path.neighborAS] ?? .max
            lowest[path.neighborAS] = min(known, path.multiExitDiscriminator)
        }
        return paths.indices
            .filter { paths[$0].multiExitDiscriminator == lowest[paths[$0].neighborAS] }
            .min { paths[$0].isBeforeByNeighbor(paths[$1]) }
    }

    private func isBeforeByNeighbor(_ other: RankedPath) -> Bool {
        decisionByNeighbor(other).isBefore
    }

    /// By the steps after MED; the last only makes the order complete.
    private func decisionByNeighbor(_ other: RankedPath) -> Decision {
        if isExternal != other.isExternal { return (.external, isExternal) }
        if routerID != other.routerID { return (.routerID, routerID < other.routerID) }
        // RFC 4456, section 9.
        if clusterCount != other.clusterCount {
            return (.clusterCount, clusterCount < other.clusterCount)
        }
        if address != other.address { return (.neighborAddress, address < other.address) }
        let isFirst =
            (path.source.rawValue, path.pathIdentifier)
            < (other.path.source.rawValue, other.path.pathIdentifier)
        return (.firstHeard, isFirst)
    }
}
