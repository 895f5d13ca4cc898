// SPDX-License-Identifier: Apache-2.0

internal import Model

/// Path sets that follow from others. One path, nearly always, is one record and no list.
extension PathTable {
    /// What a path set becomes.
    enum Outcome {
        case unchanged
        case paths(PathSetID)
        case nothing
    }

    /// The set of `id` with `path` added, in the place of the same source's path of the same
    /// identifier; nil when there are too many already.
    mutating func adding(
        _ path: Path,
        to id: PathSetID?,
        retiring retirement: inout Retirement
    ) -> PathSetID? {
        let record = id.flatMap { published.pathSets.record(of: $0) }
        guard let id, let record, !record.isOnly || !record.path.isReplaced(by: path) else {
            return self.id(of: PathList(best: path), retiring: &retirement)
        }
        var paths = published.pathSets.paths(of: id)?.all ?? []
        paths.removeAll { $0.isReplaced(by: path) }
        guard paths.count < Self.pathsPerPrefix else { return nil }
        paths.append(path)
        return ranked(paths).map { self.id(of: $0, retiring: &retirement) }
    }

    /// The set of `id` with only the paths for which `change` gives one, as changed.
    mutating func mapping(
        _ id: PathSetID,
        retiring retirement: inout Retirement,
        _ change: (Path) -> Path?
    ) -> Outcome {
        guard let record = published.pathSets.record(of: id) else { return .unchanged }
        if record.isOnly {
            guard let path = change(record.path) else { return .nothing }
            guard path != record.path else { return .unchanged }
            return .paths(self.id(of: PathList(best: path), retiring: &retirement))
        }
        let all = published.pathSets.paths(of: id)?.all ?? []
        let changed = all.compactMap(change)
        guard changed != all else { return .unchanged }
        guard let list = ranked(changed) else { return .nothing }
        return .paths(self.id(of: list, retiring: &retirement))
    }

    /// The set of `id` with the paths of `source` stale; nil when it is that already.
    mutating func stale(
        _ id: PathSetID,
        of source: RouteSourceID,
        retiring retirement: inout Retirement
    ) -> PathSetID? {
        if let twin = pathSets.staleTwin(of: id), let record = published.pathSets.record(of: twin),
            record.path.source == source
        {
            return twin
        }
        let outcome = mapping(id, retiring: &retirement) { path in
            var path = path
            if path.source == source { path.isStale = true }
            return path
        }
        guard case .paths(let stale) = outcome else { return nil }
        pathSets.noteStaleTwin(stale, of: id)
        return stale
    }

    private func ranked(_ paths: [Path]) -> PathList? {
        guard paths.count > 1 else { return PathList(ranked: paths) }
        let compared = paths.compactMap { path in
            published.attributes.read(path.attributes) {
                RankedPath(path, $0.value, from: sources[Int(path.source.rawValue)])
            }
        }
        return PathList(ranked: RankedPath.ranked(compared))
    }
}
