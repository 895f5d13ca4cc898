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
    private let rungs: [(name: Rung, ask: @Sendable (borrowing LadderQuestion) -> ASN?)]

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
    package func climb(_ question: borrowing LadderQuestion) -> (peer: ASN, rung: Rung) {
        for rung in rungs {
            if case .names(let peer) = Self.answer(rung.ask(question), question) {
                return (peer, rung.name)
            }
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
        _ question: borrowing LadderQuestion
    ) -> [(rung: Rung, answer: Answer)] {
        var answers: [(rung: Rung, answer: Answer)] = []
        for rung in rungs {
            answers.append((rung.name, Self.answer(rung.ask(question), question)))
        }
        return answers
    }

    @inline(__always)
    private static func answer(_ peer: ASN?, _ question: borrowing LadderQuestion) -> Answer {
        guard let peer, peer != .zero else { return .passes }
        if let server = question.exchange?.routeServerAS, peer == server {
            return .routeServer(peer)
        }
        return .names(peer)
    }
}

/// All that a rung may look at.
package struct LadderQuestion: Sendable {
    /// The interconnect that the interface belongs to; nil when nobody has listed it.
    package var interconnect: Interconnect?
    /// The exchange of that interconnect.
    package var exchange: ExchangeMembers?
    package var remoteMAC: MACAddress
    package var nextHop: IPAddress?
    package var staticPrefix: IPPrefix?
    package var exportedPeerAS: ASN
    package var routePeerAS: ASN

    package init(
        interconnect: Interconnect?,
        exchange: ExchangeMembers?,
        remoteMAC: MACAddress = .zero,
        nextHop: IPAddress? = nil,
        staticPrefix: IPPrefix? = nil,
        exportedPeerAS: ASN = .zero,
        routePeerAS: ASN = .zero
    ) {
        self.interconnect = interconnect
        self.exchange = exchange
        self.remoteMAC = remoteMAC
        self.nextHop = nextHop
        self.staticPrefix = staticPrefix
        self.exportedPeerAS = exportedPeerAS
        self.routePeerAS = routePeerAS
    }
}

/// Who is on an exchange's LAN, by address and by MAC.
package struct ExchangeMembers: Sendable {
    package let byMAC: [MACAddress: ASN]
    package let byAddress: [IPAddress: ASN]
    package let lan: PrefixSet
    package let routeServerAS: ASN?

    /// The members of each exchange, by its identifier.
    package static func all(of inventory: Inventory) -> [String: ExchangeMembers] {
        Dictionary(
            inventory.exchanges.map { ($0.id, ExchangeMembers($0)) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    package init(_ exchange: Exchange) {
        byMAC = Dictionary(
            exchange.members.flatMap { member in member.macs.map { ($0, member.asn) } },
            uniquingKeysWith: { first, _ in first }
        )
        byAddress = Dictionary(
            exchange.members.flatMap { member in member.addresses.map { ($0, member.asn) } },
            uniquingKeysWith: { first, _ in first }
        )
        lan = PrefixSet(exchange.lan)
        routeServerAS = exchange.routeServers?.asn
    }
}
