// SPDX-License-Identifier: Apache-2.0

import Wire

/// What of the route side is fuzzed.
package enum RouteTarget: String, CaseIterable, Sendable {
    /// The body of an OPEN.
    case bgpOpen = "bgp-open"
    /// The body of an UPDATE, behind an octet that says how the session is (``SessionKind``).
    case bgpUpdate = "bgp-update"
    /// The bodies of the UPDATEs of one session (``UpdateList``), behind an octet that says how it
    /// is and one that says how many attributes are remembered.
    case bgpKnown = "bgp-known"
    /// What a neighbor sends over a connection, behind an octet that says how the session is and
    /// one that draws how the octets come in pieces.
    case bgpStream = "bgp-stream"
    /// What a router tells by BMP, behind an octet that says which tables are kept and one that
    /// draws how the octets come in pieces.
    case bmp
    /// Records, as in a file.
    case mrt
}

/// Decodes inputs of the fuzzer, and ends the process when anything is not as it must be.
package struct RouteRun: Sendable {
    private let target: RouteTarget

    package init(_ target: RouteTarget) { self.target = target }

    package func run(_ input: RawSpan) {
        switch target {
        case .bgpOpen: OpenCheck.run(WireReader(input, as: "OPEN"))
        case .bgpUpdate: UpdateCheck.run(input)
        case .bgpKnown: KnownCheck.run(input)
        case .bgpStream: StreamCheck.run(input)
        case .bmp: BMPCheck.run(input)
        case .mrt: MRTCheck.run(input)
        }
    }
}
