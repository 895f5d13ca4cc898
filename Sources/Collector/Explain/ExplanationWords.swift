// SPDX-License-Identifier: Apache-2.0

import Attribution
import Model
import Reporting
import Routing

// What an explanation says in words; the same words stand in the text and in the JSON.

/// The steps by which the sampling rate was found.
struct RateSteps {
    struct Step {
        var name: String
        var rate: SamplingRate?
        var result: String
        var isTaken: Bool
    }

    private(set) var steps: [Step] = []

    init(_ explanation: RecordExplanation) {
        var isDecided = false
        for offer in explanation.offers {
            let (step, rate) = (offer.step, offer.rate)
            let isRate = rate.map { $0.numerator >= $0.denominator } ?? false
            let isTaken = !isDecided && isRate
            let result =
                if rate == nil {
                    step == .exporter ? "the exporter did not say" : "not configured"
                } else if !isRate {
                    "less than one packet for each observed is no rate"
                } else if isDecided {
                    "not needed"
                } else {
                    "taken, as \(explanation.rateSource.word)"
                }
            steps.append(Step(name: step.rawValue, rate: rate, result: result, isTaken: isTaken))
            if isTaken { isDecided = true }
        }
    }
}

/// What the rungs of a posted side's ladder said; none for other sides.
struct RungSteps {
    struct Step {
        var rung: Rung
        /// What was looked at.
        var tried: String
        /// What it said.
        var result: String
        var isDecisive: Bool
    }

    private(set) var steps: [Step] = []

    init(_ side: RecordExplanation.Side, _ inventory: Inventory) {
        guard let evidence = side.evidence else { return }
        let interconnect = SideWords(side, inventory).interconnect
        for (rung, answer) in evidence.answers {
            let isDecisive = rung == evidence.rung
            let result =
                switch answer {
                case .passes: "names no AS"
                case .routeServer(let asn): "\(asn) is the route server, never the peer"
                case .names(let asn): "\(asn)" + (isDecisive ? "" : ", not needed")
                }
            steps.append(
                Step(
                    rung: rung,
                    tried: Self.tried(rung, evidence, interconnect),
                    result: result,
                    isDecisive: isDecisive
                )
            )
        }
    }

    private static func tried(
        _ rung: Rung,
        _ evidence: RecordExplanation.PostedEvidence,
        _ interconnect: Interconnect?
    ) -> String {
        let key = evidence.key
        switch rung {
        case .interface:
            guard let interconnect else { return "no interconnect" }
            let peers = interconnect.peers.map { "\($0)" }.joined(separator: " ")
            return "\(interconnect.kind.rawValue) \(interconnect.id)"
                + (peers.isEmpty ? ", no peers listed" : ", peers \(peers)")
        case .mac: return key.remoteMAC == .zero ? "no MAC address" : "MAC \(key.remoteMAC)"
        case .vlan: return key.vlan == 0 ? "no VLAN" : "VLAN \(key.vlan)"
        case .staticPrefix:
            return evidence.staticPrefix.map { "static prefix \($0)" } ?? "no static prefix"
        case .nextHop:
            guard key.flags.contains(.hasNextHop) else { return "no next hop" }
            let origin = key.flags.contains(.nextHopIsFromRoute) ? "route" : "exporter"
            return "next hop \(key.nextHop) by the \(origin)"
        case .exportedAS:
            return key.exportedPeerAS == .zero
                ? "the exporter named no peer AS" : "exported \(key.exportedPeerAS)"
        case .route, .reverseLookup:
            guard let found = evidence.route else { return "no route" }
            return "route \(found.route.prefix) in view \(SideWords.quoted(found.view))"
        case .unknown: return ""
        }
    }
}

/// What one side is.
struct SideWords {
    let direction: String
    /// "interconnect", or the role of an interface that none uses; nil without interface.
    let role: String?
    let interconnect: Interconnect?
    /// By the names of the ledger: "ingress", "originated", "carriedIn" ...
    let outcome: String?
    /// Of an unattributed side.
    let reason: String?

    init(_ side: RecordExplanation.Side, _ inventory: Inventory) {
        direction = Self.word(side.direction)
        switch side.standing {
        case .interconnect(let index):
            role = "interconnect"
            interconnect = inventory.interconnects[index]
        case .role(let known):
            role = known.rawValue
            interconnect = nil
        case nil:
            role = nil
            interconnect = nil
        }
        let isIngress = side.direction == .ingress
        switch side.outcome {
        case .posted: outcome = isIngress ? "ingress" : "egress"
        case .inside: outcome = isIngress ? "originated" : "terminated"
        case .carried: outcome = isIngress ? "carriedIn" : "carriedOut"
        case .countedElsewhere: outcome = isIngress ? "countedElsewhereIn" : "countedElsewhereOut"
        case .discarded: outcome = "discarded"
        case .unattributed: outcome = isIngress ? "unattributedIn" : "unattributedOut"
        case nil: outcome = nil
        }
        if case .unattributed(let why) = side.outcome { reason = why.word } else { reason = nil }
    }

    static func word(_ direction: Direction) -> String {
        direction == .ingress ? "ingress" : "egress"
    }

    /// A name that may be empty: the view of tables that name none.
    static func quoted(_ name: String) -> String { name.isEmpty ? "\"\"" : name }
}

/// The evidence of a posted side.
enum EvidenceWords {
    static func json(_ evidence: RecordExplanation.PostedEvidence) -> JSONValue {
        let key = evidence.key
        let hasNextHop = key.flags.contains(.hasNextHop)
        let isFromRoute = key.flags.contains(.nextHopIsFromRoute)
        func asn(_ asn: ASN) -> JSONValue {
            asn == .zero ? .null : .unsigned(UInt64(asn.rawValue))
        }
        return [
            "vlan": key.vlan == 0 ? .null : .unsigned(UInt64(key.vlan)),
            "remoteMAC": key.remoteMAC == .zero ? .null : .string("\(key.remoteMAC)"),
            "nextHop": hasNextHop ? .string("\(key.nextHop)") : .null,
            "nextHopFrom": hasNextHop ? (isFromRoute ? "route" : "exporter") : .null,
            "staticPrefix": evidence.staticPrefix.map { .string("\($0)") } ?? .null,
            "exportedPeerAS": asn(key.exportedPeerAS),
            "routePeerAS": asn(key.routePeerAS),
            "originAS": asn(key.originAS),
            "route": evidence.route.map(route) ?? .null,
        ]
    }

    private static func route(_ found: RecordExplanation.RouteEvidence) -> JSONValue {
        let route = found.route
        return [
            "prefix": .string("\(route.prefix)"),
            "view": .string(found.view),
            "source": .string(found.source),
            "asPath": JSONValue(found.asPath),
            "nextHop": route.nextHop.map { .string("\($0)") } ?? .null,
            "nextHopMismatch": .bool(route.nextHopMismatch),
            "stale": .bool(route.isStale),
            "changed": route.changed == 0
                ? .null : .string(Timestamp.text(nanoseconds: route.changed)),
        ]
    }

    /// "VLAN 100, MAC 02:00:5e:10:00:01, next hop 192.0.2.1 by the exporter"; "none" for none.
    static func text(_ evidence: RecordExplanation.PostedEvidence) -> String {
        let key = evidence.key
        var parts: [String] = []
        if key.vlan != 0 { parts.append("VLAN \(key.vlan)") }
        if key.remoteMAC != .zero { parts.append("MAC \(key.remoteMAC)") }
        if key.flags.contains(.hasNextHop) {
            let isFromRoute = key.flags.contains(.nextHopIsFromRoute)
            parts.append("next hop \(key.nextHop) by the \(isFromRoute ? "route" : "exporter")")
        }
        if let prefix = evidence.staticPrefix { parts.append("static prefix \(prefix)") }
        if key.exportedPeerAS != .zero { parts.append("exported peer \(key.exportedPeerAS)") }
        if key.originAS != .zero { parts.append("origin \(key.originAS)") }
        return parts.isEmpty ? "none" : parts.joined(separator: ", ")
    }

    /// "203.0.113.0/24 in view er1 by er1, path 64510 64600, next hop 192.0.2.1, stale".
    static func text(_ found: RecordExplanation.RouteEvidence) -> String {
        let route = found.route
        var text = "\(route.prefix) in view \(SideWords.quoted(found.view)) by \(found.source), "
        text += found.asPath.isEmpty ? "path empty" : "path \(found.asPath)"
        if let nextHop = route.nextHop { text += ", next hop \(nextHop)" }
        if route.nextHopMismatch { text += ", which is not the one the flow names" }
        return text + (route.isStale ? ", stale" : "")
    }
}
