// SPDX-License-Identifier: Apache-2.0

import Model
import NIOCore
import RouteDecoding
import Synchronization

/// The connections of all stations, and who may have one.
///
/// # How it works
///
/// A station is known by its address alone: ports change with every connection. A router that was
/// switched off, or whose connection was forgotten on the way, comes back while we still believe in
/// the old one, and in BMP there is nothing to ask that over. So a new connection takes the place
/// of the old as soon as it has said something that is BMP; until then it changes nothing.
///
/// Used on the listener's event loop only, but for the standings.
final class BMPConnections {
    /// Clocks and limits; tests have shorter ones.
    struct Timing: Sendable {
        /// Time from a connection to its first message.
        var first = TimeAmount.seconds(30)
        /// Time for a message that has begun to be completed.
        var rest = TimeAmount.seconds(60)
        /// Now, in nanoseconds since 1970-01-01 00:00 UTC.
        var now: @Sendable () -> Int64
    }

    let events: any StationEvents
    let timing: Timing
    private let board: StationBoard
    private var stations: [IPAddress: BMPStation] = [:]
    /// By address: who reports, and who has said nothing yet.
    private var reporting: [IPAddress: BMPConnectionHandler] = [:]
    private var waiting: [IPAddress: BMPConnectionHandler] = [:]

    init(_ timing: Timing, _ board: StationBoard, _ events: any StationEvents) {
        self.timing = timing
        self.board = board
        self.events = events
    }

    /// The station that a new connection is of; nil when it is to be closed.
    func admit(_ handler: BMPConnectionHandler, from remote: SocketAddress?) -> BMPStation? {
        let address = remote?.ipAddress.flatMap { IPAddress($0) }?.unmapped
        guard let address, let station = stations[address] else {
            refuse(address, nil, "no station has this address")
            return nil
        }
        // Of two that have said nothing the newer stays. It takes the place when the other has
        // left it: nothing has happened to the station.
        waiting[address]?.end(reason: "another connection came")
        waiting[address] = handler
        return station
    }

    /// The first message of a connection has come.
    func begin(_ handler: BMPConnectionHandler, _ station: BMPStation) {
        waiting[station.address] = nil
        let port = handler.remotePort.map { " from port \($0)" } ?? ""
        let old = reporting.updateValue(handler, forKey: station.address)
        old?.end(reason: "replaced by a new connection\(port)")
        board.change(station.name) { standing in
            standing.state = "connected"
            standing.since = timing.now() / 1_000_000_000
            standing.connections += 1
            (standing.systemName, standing.systemDescription, standing.peersUp) = ("", "", 0)
        }
        tell(station.name)
    }

    /// A connection is over; what it told is lost by now.
    func forget(_ handler: BMPConnectionHandler, _ station: BMPStation, reason: String) {
        if waiting[station.address] === handler {
            waiting[station.address] = nil
            return refuse(station.address, station.name, reason)
        }
        board.change(station.name) { $0.lastError = reason }
        // Another has taken its place, and is told of.
        guard reporting[station.address] === handler else { return }
        reporting[station.address] = nil
        board.change(station.name) { standing in
            standing.state = "waiting"
            standing.since = timing.now() / 1_000_000_000
            standing.peersUp = 0
        }
        tell(station.name)
    }

    private func tell(_ name: String) {
        if let standing = board.standing(of: name) { events.stationChanged(standing) }
    }

    /// What a connection has seen since it was last asked.
    func note(_ station: BMPStation, _ state: BMPStationState, _ new: BMPStatistics) {
        board.change(station.name) { standing in
            standing.systemName = state.systemName
            standing.systemDescription = state.systemDescription
            standing.peersUp = state.peersUp
            standing.statistics += new
        }
    }

    private func refuse(_ address: IPAddress?, _ name: String?, _ reason: String) {
        if let name { board.change(name) { $0.refused += 1 } }
        events.connectionRefused(
            RefusedConnection(address: address, neighbor: name, reason: reason)
        )
    }

    /// Takes another list of stations: connections of those that are gone, or are others now, end.
    func configure(_ new: [BMPStation]) {
        let old = stations
        stations = Dictionary(new.map { ($0.address, $0) }) { first, _ in first }
        board.keep(new, since: timing.now() / 1_000_000_000)
        for (address, handler) in Array(reporting) + Array(waiting)
        where stations[address] != old[address] {
            handler.end(reason: "the configuration has changed")
        }
    }

    /// There is room for updates again.
    func resumeReading() {
        for handler in reporting.values { handler.resume() }
    }

    func shutDown() {
        for handler in Array(reporting.values) + Array(waiting.values) {
            handler.end(reason: "the collector is stopping")
        }
    }
}

/// How each station stands; written by the listener's thread, read by any.
final class StationBoard: Sendable {
    private let standings = Mutex<[String: StationStanding]>([:])

    var all: [StationStanding] {
        standings.withLock { Array($0.values) }.sorted { $0.name < $1.name }
    }

    func standing(of name: String) -> StationStanding? { standings.withLock { $0[name] } }

    func change(_ name: String, _ body: (inout StationStanding) -> Void) {
        standings.withLock { standings in
            guard var standing = standings[name] else { return }
            body(&standing)
            standings[name] = standing
        }
    }

    /// Keeps these stations, and forgets all others.
    func keep(_ stations: [BMPStation], since seconds: Int64) {
        standings.withLock { standings in
            let old = standings
            standings = [:]
            for station in stations {
                var standing = StationStanding(name: station.name, address: station.address)
                standing.since = seconds
                if let known = old[station.name], known.address == station.address {
                    standing = known
                }
                standings[station.name] = standing
            }
        }
    }
}
