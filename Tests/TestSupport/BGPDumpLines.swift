// SPDX-License-Identifier: Apache-2.0

package import Model

/// What was read of an MRT file, in the lines of `bgpdump -m`.
///
///     1427846404|A|202.249.2.185|25152|192.108.199.0/24|25152 2914|IGP|202.249.2.185|0|0|2914:420
///
/// Without the kind of the record, and without what is not kept: AGGREGATOR and ATOMIC_AGGREGATE.
/// Routes of a table, which bgpdump calls B and gives the time of the record, are without time. A
/// path identifier of 0 is left out.
package struct BGPDumpLines {
    private var shared = SharedAttributes.none
    private var nextHop: IPAddress?
    /// The end of the lines for these, which many routes have in a row.
    private var ending: [UInt8] = []
    private var source: RouteSource?
    private var peer = ""
    private let isTable: Bool

    /// - Parameter isTable: Whether the routes are of a table, and not of sessions.
    package init(isTable: Bool) { self.isTable = isTable }

    /// Hands on the lines of `update`.
    package mutating func print(
        from source: RouteSource,
        _ update: RouteUpdate,
        _ line: ([UInt8]) -> Void
    ) {
        if self.source != source {
            self.source = source
            peer = Self.peer(source)
        }
        let time = isTable ? "" : Self.text(update.time)
        for route in update.withdrawn { line(start(time, "W", route)) }
        guard !update.announced.isEmpty else { return }
        if ending.isEmpty || shared !== update.shared || nextHop != update.nextHop {
            (shared, nextHop) = (update.shared, update.nextHop)
            ending = Array(Self.ending(update.attributes).utf8)
        }
        for route in update.announced { line(start(time, isTable ? "B" : "A", route) + ending) }
    }

    private func start(
        _ time: String,
        _ action: String,
        _ route: RouteUpdate.Reachability
    ) -> [UInt8] {
        let identifier = route.pathIdentifier == 0 ? "" : "|\(route.pathIdentifier)"
        return Array("\(time)|\(action)|\(peer)|\(route.prefix)\(identifier)".utf8)
    }

    /// The line of a change of state.
    package static func state(
        _ source: RouteSource,
        _ time: Int64,
        _ old: UInt16,
        _ new: UInt16
    ) -> [UInt8] {
        Array("\(text(time))|STATE|\(peer(source))|\(old)|\(new)".utf8)
    }

    /// The path, ORIGIN, next hop, LOCAL_PREF, MULTI_EXIT_DISC and communities.
    private static func ending(_ attributes: PathAttributes) -> String {
        let origins = [RouteOrigin.igp: "IGP", .egp: "EGP", .incomplete: "INCOMPLETE"]
        let fields = [
            "", "\(attributes.asPath)", origins[attributes.origin] ?? "",
            attributes.nextHop.map { "\($0)" } ?? "", "\(attributes.localPreference ?? 0)",
            "\(attributes.multiExitDiscriminator ?? 0)",
            attributes.communities.map(community).joined(separator: " "),
        ]
        return fields.joined(separator: "|")
    }

    /// A community, those with names by name (RFC 1997).
    package static func community(_ value: UInt32) -> String {
        switch value {
        case 0xffff_ff01: "no-export"
        case 0xffff_ff02: "no-advertise"
        case 0xffff_ff03: "local-AS"
        default: "\(value >> 16):\(value & 0xffff)"
        }
    }

    private static func peer(_ source: RouteSource) -> String {
        "\(source.address)|\(source.asn.rawValue)"
    }

    private static func text(_ time: Int64) -> String {
        let (seconds, rest) = time.quotientAndRemainder(dividingBy: 1_000_000_000)
        guard rest > 0 else { return "\(seconds)" }
        let digits = "\(rest / 1_000)"
        return "\(seconds)." + String(repeating: "0", count: 6 - digits.count) + digits
    }
}

extension BGPDumpLines {
    /// What is compared of a line that bgpdump has printed.
    package static func comparable(_ line: ArraySlice<UInt8>) -> [UInt8] {
        var fields = line.split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false)
        guard fields.count > 5 else { return Array(line) }
        var isNumbered = fields.removeFirst().suffix(3).elementsEqual("_AP".utf8)
        let isWithdrawal = fields[1].elementsEqual("W".utf8)
        let isState = fields[1].elementsEqual("STATE".utf8)
        if isNumbered, fields.count > 5, fields[5].elementsEqual("0".utf8) {
            fields.remove(at: 5)
            isNumbered = false
        }
        if !isWithdrawal, !isState {
            // The type BGP of before 2000 is printed without communities.
            let hasCommunities = fields.count > (isNumbered ? 14 : 13)
            fields = Array(fields.prefix((hasCommunities ? 11 : 10) + (isNumbered ? 1 : 0)))
            if !hasCommunities { fields.append([]) }
        }
        if fields[1].elementsEqual("B".utf8) { fields[0] = [] }
        // No next hop is printed as INADDR_NONE.
        for place in fields.indices where fields[place].elementsEqual("255.255.255.255".utf8) {
            fields[place] = []
        }
        for place in [2, 4, isNumbered ? 8 : 7] where place < fields.count {
            fields[place] = normalized(fields[place])
        }
        if fields[0].suffix(7).elementsEqual(".000000".utf8) { fields[0] = fields[0].dropLast(7) }
        return Array(fields.joined(separator: [UInt8(ascii: "|")]))
    }

    /// An IPv6 address, or prefix, in the form of RFC 5952: inet_ntop(3) shortens a single zero,
    /// and has IPv4 with dots.
    private static func normalized(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard text.contains(UInt8(ascii: ":")) else { return text }
        let parts = text.split(separator: UInt8(ascii: "/"), maxSplits: 1)
        guard let address = IPAddress(String(decoding: parts[0], as: UTF8.self)) else {
            return text
        }
        let rest = parts.count > 1 ? "/" + String(decoding: parts[1], as: UTF8.self) : ""
        return Array("\(address)\(rest)".utf8)[...]
    }
}
