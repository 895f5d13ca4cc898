// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import TestSupport
import Wire

/// What a router tells by BMP leads to the same, however TCP cuts it into pieces, and each table
/// begins, is told of and ends in this order.
enum BMPCheck {
    static func run(_ input: RawSpan) {
        var reader = WireReader(input, as: "input")
        guard let kinds = try? reader.read(UInt8.self), let seed = try? reader.read(UInt8.self),
            let stream = try? reader.read(octets: reader.remaining, as: "stream")
        else { return }
        let ribs = RIBKind.allCases.filter { kinds >> $0.rawValue & 1 == 1 }
        var whole = Station(Set(ribs))
        whole.take(stream, upTo: stream.remaining)
        var random = SeededRandom(seed: UInt64(seed))
        var pieces = Station(Set(ribs))
        var end = 0
        while end < stream.remaining {
            end += 1 + random.number(below: random.one(of: [1, 3, 30, 300]))
            pieces.take(stream, upTo: min(end, stream.remaining))
        }
        Invariants.require(whole.events == pieces.events, "pieces lead to what the whole does")
        Invariants.require(
            whole.state.statistics == pieces.state.statistics,
            "pieces are counted as the whole is"
        )
        whole.check(octets: stream.remaining)
    }
}

/// A station that reads a stream, and what followed.
private struct Station {
    private(set) var state: BMPStationState
    private(set) var events: [BMPStationState.Event] = []
    /// Octets of the stream that were messages.
    private var used = 0
    private var messages = 0
    private var isBroken = false
    private let ribs: Set<RIBKind>

    init(_ ribs: Set<RIBKind>) {
        self.ribs = ribs
        state = BMPStationState(.init(name: "station", ribs: ribs))
    }

    /// As a connection does: reads the messages that are whole when `end` octets are here.
    mutating func take(_ stream: WireReader, upTo end: Int) {
        while !isBroken {
            var arrived = stream
            guard var reader = try? arrived.read(octets: end, as: "stream"),
                (try? reader.skip(octets: used)) != nil
            else { return }
            do throws(BMPFramingError) {
                guard let header = try BMPMessageHeader(&reader),
                    var body = try? reader.read(
                        octets: header.length - BMPMessageHeader.octets,
                        as: "BMP message"
                    )
                else { return }
                used += header.length
                messages += 1
                var new: [BMPStationState.Event] = []
                state.receive(header.type, &body, at: UpdateCheck.time) { new.append($0) }
                events += Self.inOrder(new)
            } catch {
                isBroken = true
            }
        }
    }

    /// The tables of a peer end in any order.
    private static func inOrder(_ events: [BMPStationState.Event]) -> [BMPStationState.Event] {
        let isAllEnds =
            events.count > 1
            && events.allSatisfy { event in
                switch event {
                case .ended, .absent, .lost: true
                case .began, .update: false
                }
            }
        return isAllEnds ? events.sorted { "\($0)" < "\($1)" } : events
    }

    mutating func check(octets: Int) {
        var open: Set<RouteSource> = []
        var routes = 0
        for event in events {
            switch event {
            case .began(let source, _):
                Invariants.require(open.insert(source).inserted, "a table begins once")
                Invariants.require(ribs.isEmpty || ribs.contains(source.rib), "a table is kept")
            case .update(let update, let source):
                Invariants.require(open.contains(source), "a table begins before it is told")
                routes += update.announced.count + update.withdrawn.count
                check(update, octets: octets)
            case .ended(let source, _, _), .lost(let source, _):
                Invariants.require(open.remove(source) != nil, "what ends has begun")
            case .absent(let source, _, _):
                Invariants.require(!open.contains(source), "what was told ends, and is not absent")
                Invariants.require(ribs.isEmpty || ribs.contains(source.rib), "a table is kept")
            }
        }
        Invariants.require(routes <= octets, "a route takes an octet at least")
        Invariants.require(state.statistics.messages == messages, "messages are counted")
        Invariants.require(state.peersUp <= messages, "a peer comes up by a message")
        Invariants.require(
            state.systemName.utf8.count + state.systemDescription.utf8.count <= 8 * octets + 8,
            "a name is no multiple of what came"
        )
        var lost: [RouteSource] = []
        state.end(reason: "closed") { event in
            if case .lost(let source, _) = event { lost.append(source) }
        }
        Invariants.require(
            Set(lost) == open && lost.count == open.count,
            "what has not ended is lost with the connection"
        )
    }

    private func check(_ update: RouteUpdate, octets: Int) {
        var options = BGPSessionOptions()
        options.addPathFamilies = AddressFamily.allCases
        RouteInvariants.check(update, options, octets: octets)
        let age = UpdateCheck.time - update.time
        Invariants.require((0...3_600_000_000_000).contains(age), "a time is of the last hour")
    }
}
