// SPDX-License-Identifier: Apache-2.0

import Model

/// Why one path of a prefix stands before the next, for people: the first step of route selection
/// (RFC 4271, section 9.1) in which they differ.
enum RoutePreference {
    static func reason(
        _ path: (source: RouteSource, attributes: PathAttributes),
        before other: (source: RouteSource, attributes: PathAttributes)
    ) -> String {
        let (a, b) = (path.attributes, other.attributes)
        let steps: [(name: String, Int64, Int64)] = [
            ("weight", Int64(path.source.weight), Int64(other.source.weight)),
            ("local preference", preference(a), preference(b)),
            ("AS path length", length(a), length(b)),
            ("origin", Int64(a.origin.rawValue), Int64(b.origin.rawValue)),
            // Compared between paths from one neighboring AS.
            (
                "MED", a.asPath.neighborAS == b.asPath.neighborAS ? med(a) : 0,
                a.asPath.neighborAS == b.asPath.neighborAS ? med(b) : 0
            ),
            (
                "external before internal", path.source.isExternal ? 0 : 1,
                other.source.isExternal ? 0 : 1
            ),
            ("router id", router(path), router(other)),
        ]
        for step in steps where step.1 != step.2 {
            return step.name == "external before internal"
                ? step.name : "\(step.name) \(step.1) before \(step.2)"
        }
        return "neighbor address, then path identifier"
    }

    private static func preference(_ attributes: PathAttributes) -> Int64 {
        Int64(attributes.localPreference ?? 100)
    }

    private static func length(_ attributes: PathAttributes) -> Int64 {
        Int64(attributes.asPath.selectionLength)
    }

    private static func med(_ attributes: PathAttributes) -> Int64 {
        Int64(attributes.multiExitDiscriminator ?? 0)
    }

    private static func router(
        _ path: (source: RouteSource, attributes: PathAttributes)
    ) -> Int64 {
        Int64(path.attributes.originatorID ?? path.source.routerID)
    }
}
