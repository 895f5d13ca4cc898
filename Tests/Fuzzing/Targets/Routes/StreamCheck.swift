// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import RouteReception
import TestSupport
import Wire

/// What a neighbor sends leads to the same, however TCP cuts it into pieces.
enum StreamCheck {
    static func run(_ input: RawSpan) {
        var reader = WireReader(input, as: "input")
        guard let kind = try? reader.read(UInt8.self), let seed = try? reader.read(UInt8.self),
            let stream = try? reader.read(octets: reader.remaining, as: "stream")
        else { return }
        var whole = Reading(SessionKind(rawValue: kind))
        whole.take(stream, upTo: stream.remaining)
        var random = SeededRandom(seed: UInt64(seed))
        var pieces = Reading(SessionKind(rawValue: kind))
        var end = 0
        while end < stream.remaining {
            end += 1 + random.number(below: random.one(of: [1, 3, 30, 300]))
            pieces.take(stream, upTo: min(end, stream.remaining))
        }
        Invariants.require(whole.events == pieces.events, "pieces lead to what the whole does")
        Invariants.require(whole.session.state == pieces.session.state, "pieces lead to its state")
        whole.check(octets: stream.remaining)
    }
}

/// A session that reads a stream, and what it did.
private struct Reading {
    /// What a session did, in order.
    enum Event: Equatable {
        case sent([UInt8])
        case timers(hold: Int, keepalive: Int)
        case entered(BGPSession.State)
        case delivered(RouteUpdate)
        case noted([PathAttributeError])
        case skipped(Int)
        case closed(BGPSession.End)
    }

    private(set) var session: BGPSession
    private(set) var events: [Event] = []
    /// Octets of the stream that were messages.
    private var used = 0

    static let asn = ASN(rawValue: 64_500)

    init(_ kind: SessionKind) {
        let isExternal = kind.contains(.external)
        var neighbor = BGPNeighbor(
            name: "neighbor",
            address: .v4(0xc000_0201),
            asn: isExternal ? Self.asn : ASN(rawValue: 64_499)
        )
        neighbor.takesPaths = kind.contains(.addPathIPv4)
        if kind.contains(.addPathIPv6) { neighbor.role = .customer }
        let local = BGPSession.Local(asn: ASN(rawValue: 64_499), routerID: 0xc000_0202)
        session = BGPSession(neighbor, local)
        let actions = session.start()
        for action in actions { note(action) }
    }

    /// As a connection does: reads the messages that are whole when `end` octets are here.
    mutating func take(_ stream: WireReader, upTo end: Int) {
        while session.state != .ended {
            var arrived = stream
            guard var reader = try? arrived.read(octets: end, as: "stream"),
                (try? reader.skip(octets: used)) != nil
            else { return }
            do throws(BGPError) {
                let longest = session.longestMessage
                guard let header = try BGPMessageHeader(&reader, longest: longest),
                    var body = try? reader.read(
                        octets: header.length - BGPMessageHeader.octets,
                        as: "BGP message"
                    )
                else { return }
                Invariants.require(
                    (BGPMessageHeader.octets...65_535).contains(header.length),
                    "a message has a length"
                )
                used += header.length
                let actions = session.receive(header.type, &body, at: UpdateCheck.time)
                for action in actions { note(action) }
            } catch {
                let actions = session.fail(error)
                for action in actions { note(action) }
            }
        }
    }

    private mutating func note(_ action: BGPSession.Action) {
        switch action {
        case .send(let octets): events.append(.sent(octets))
        case .startTimers(let hold, let keepalive):
            events.append(.timers(hold: hold, keepalive: keepalive))
        case .enter(let state): events.append(.entered(state))
        case .deliver(let update): events.append(.delivered(update))
        case .note(let errors): events.append(.noted(errors))
        case .skip(let families): events.append(.skipped(families.count))
        case .close(let end): events.append(.closed(end))
        }
    }

    func check(octets: Int) {
        var sent = 0
        var routes = 0
        var isEstablished = false
        var isClosed = false
        for event in events {
            Invariants.require(!isClosed, "after its end nothing comes of a session")
            switch event {
            case .sent(let message): sent += message.count
            case .timers(let hold, let keepalive):
                Invariants.require(hold >= 3 && keepalive >= 1, "timers are of seconds")
            case .entered(let state): if state == .established { isEstablished = true }
            case .delivered(let update):
                Invariants.require(isEstablished, "routes come in an established session")
                routes += update.announced.count + update.withdrawn.count
            case .skipped(let count): Invariants.require(count > 0, "what is skipped is something")
            case .noted(let errors): Invariants.require(!errors.isEmpty, "errors are noted")
            case .closed: isClosed = true
            }
        }
        Invariants.require(isClosed == (session.state == .ended), "what ends is closed")
        Invariants.require(routes <= octets, "a route takes an octet at least")
        // Our OPEN, a KEEPALIVE, two End-of-RIB, two ROUTE-REFRESH, a NOTIFICATION with what was
        // wrong.
        Invariants.require(sent <= 400 + 2 * octets, "what is answered is no multiple of what came")
    }
}
