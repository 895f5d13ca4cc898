// SPDX-License-Identifier: Apache-2.0

/// Where bgpdump 1.6.2 and we differ, and why we are right.
///
/// Each is as narrow as can be: a line that differs in any other way still fails.
struct BGPDumpException: Sendable {
    /// The end of the file's name.
    let file: String
    let reason: String
    /// Takes what is explained out of the lines that differ: more than 0 is what only bgpdump has.
    let explain: @Sendable (inout [[UInt8]: Int]) -> Void

    static let all = [
        BGPDumpException(
            file: "updates.20070211.0141.gz",
            reason: "routes of IPv4 and IPv6 multicast (SAFI 2) are printed as if of unicast",
            explain: { onlyPrinted(151, in: &$0) }
        ),
        BGPDumpException(
            file: "updates.19990903.1041.gz",
            reason: "withdrawals in records of type BGP are printed with the peer's address",
            explain: withdrawalsOfThePeer
        ),
        BGPDumpException(
            file: "updates.20000102.2014.gz",
            reason: "withdrawals in records of type BGP are printed with the peer's address",
            explain: withdrawalsOfThePeer
        ),
        BGPDumpException(
            file: "updates.et-header.2015.gz",
            reason: "a path with AS 0 withdraws the route (RFC 7607, section 2)",
            explain: pathsWithZero
        ),
        // BIRD 1.6 wrote the messages of a session with ADD-PATH in records of the subtype without
        // (RFC 8050, section 3 came after it): path identifiers are printed as prefixes.
        BGPDumpException(
            file: "bird_bgp",
            reason: "path identifiers in a record of the subtype without them",
            explain: { onlyPrinted(24, in: &$0) }
        ),
        BGPDumpException(
            file: "bird6_bgp",
            reason: "path identifiers in a record of the subtype without them",
            explain: { onlyPrinted(32, in: &$0) }
        ),
    ]

    /// So many lines that only bgpdump has, and none that only we have.
    private static func onlyPrinted(_ count: Int, in differences: inout [[UInt8]: Int]) {
        let isSo = differences.values.allSatisfy { $0 > 0 }
        if isSo, differences.values.reduce(0, +) == count { differences = [:] }
    }

    /// Announcements with AS 0 that are withdrawals.
    private static func pathsWithZero(_ differences: inout [[UInt8]: Int]) {
        var rest: [[UInt8]: Int] = [:]
        for (line, count) in differences {
            var fields = line.split(
                separator: UInt8(ascii: "|"),
                omittingEmptySubsequences: false
            )
            guard fields.count >= 5 else { return }
            if count > 0 {
                let path = fields[5].split(separator: UInt8(ascii: " "))
                guard path.contains(where: { $0.elementsEqual("0".utf8) }) else { return }
                fields[1] = ArraySlice("W".utf8)
            }
            let key = Array(fields[..<5].joined(separator: [UInt8(ascii: "|")]))
            rest[key, default: 0] += count
        }
        if rest.values.allSatisfy({ $0 == 0 }) { differences = [:] }
    }

    /// Withdrawals that differ only in the address of the prefix, which is the peer's there.
    private static func withdrawalsOfThePeer(_ differences: inout [[UInt8]: Int]) {
        var printed: [[UInt8]: Int] = [:]
        for (line, count) in differences {
            let fields = line.split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false)
            guard fields.count == 5, fields[1].elementsEqual("W".utf8),
                let slash = fields[4].lastIndex(of: UInt8(ascii: "/"))
            else { return }
            let isOfPeer = fields[4][..<slash] == fields[2]
            guard isOfPeer == (count > 0) else { return }
            var key = line
            key.removeSubrange(fields[4].startIndex..<slash)
            printed[key, default: 0] += count
        }
        if printed.values.allSatisfy({ $0 == 0 }) { differences = [:] }
    }
}
