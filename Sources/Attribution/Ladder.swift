// SPDX-License-Identifier: Apache-2.0

package import Model

/// The two ladders that say who was on the other side (DESIGN 3.6).
///
/// # How it works
///
/// A ladder is a list of rungs, surest first. Each rung looks at one kind of evidence and either
/// names an AS or passes; the first that names one decides, and its name is shown with the figure.
/// A route server is never the peer: a rung that would name one passes.
///
/// To add a rung, add its file in `Rungs/` and one row to each ladder it serves.
package struct Ladder: Sendable {
    private let rungs: [(name: Rung, ask: Ask)]

    /// Who it was, by one kind of evidence; nil or zero when that says nothing.
    private typealias Ask =
        @Sendable (borrowing LadderQuestion, borrowing LadderTables) -> ASN?

    /// Who sent what came in.
    package static let ingress = Ladder(rungs: [
        (.interface, SingleNeighborRung.peer),
        (.mac, MACRung.peer),
        (.staticPrefix, StaticPrefixRung.peer),
        (.exportedAS, ExportedASRung.peer),
        (.reverseLookup, RouteRung.peer),
    ])

    /// Who got what went out.
    package static let egress = Ladder(rungs: [
        (.interface, SingleNeighborRung.peer),
        (.mac, MACRung.peer),
        (.staticPrefix, StaticPrefixRung.peer),
        (.nextHop, NextHopRung.peer),
        (.exportedAS, ExportedASRung.peer),
        (.route, RouteRung.peer),
    ])

    /// The ladder for what crosses the edge in `direction`.
    package static func of(_ direction: Direction) -> Ladder {
        direction == .ingress ? ingress : egress
    }

    /// The AS on the other side and the rung that named it; ``Rung/unknown`` when none did.
    package func climb(
        _ question: borrowing LadderQuestion,
        _ tables: borrowing LadderTables
    ) -> (peer: ASN, rung: Rung) {
        let routeServer = tables.routeServer(of: question.interconnect)
        for rung in rungs {
            let answer = Self.answer(rung.ask(question, tables), routeServer: routeServer)
            if case .names(let peer) = answer { return (peer, rung.name) }
        }
        return (.zero, .unknown)
    }

    /// What a rung says.
    package enum Answer: Equatable, Sendable {
        /// It has nothing to go by.
        case passes
        /// It would name the route server of the exchange, which is never the peer.
        case routeServer(ASN)
        case names(ASN)
    }

    /// What each rung says, also those above which another has decided.
    package func answers(
        _ question: borrowing LadderQuestion,
        _ tables: borrowing LadderTables
    ) -> [(rung: Rung, answer: Answer)] {
        let routeServer = tables.routeServer(of: question.interconnect)
        var answers: [(rung: Rung, answer: Answer)] = []
        for rung in rungs {
            let peer = rung.ask(question, tables)
            answers.append((rung.name, Self.answer(peer, routeServer: routeServer)))
        }
        return answers
    }

    @inline(__always)
    private static func answer(_ peer: ASN?, routeServer: ASN) -> Answer {
        guard let peer, peer != .zero else { return .passes }
        return peer == routeServer ? .routeServer(peer) : .names(peer)
    }
}

/// All that a rung may look at, besides the tables: numbers without references.
package struct LadderQuestion: Sendable {
    /// The interconnect that the interface belongs to, by its number in the inventory; nil when
    /// nobody has listed it.
    package var interconnect: Int?
    package var remoteMAC: MACAddress
    package var nextHop: IPAddress?
    package var staticPrefix: IPPrefix?
    package var exportedPeerAS: ASN
    package var routePeerAS: ASN

    package init(
        interconnect: Int?,
        remoteMAC: MACAddress = .zero,
        nextHop: IPAddress? = nil,
        staticPrefix: IPPrefix? = nil,
        exportedPeerAS: ASN = .zero,
        routePeerAS: ASN = .zero
    ) {
        self.interconnect = interconnect
        self.remoteMAC = remoteMAC
        self.nextHop = nextHop
        self.staticPrefix = staticPrefix
        self.exportedPeerAS = exportedPeerAS
        self.routePeerAS = routePeerAS
    }
}
