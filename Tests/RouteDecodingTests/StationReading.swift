// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import TestSupport
import Wire

/// A station's state, and what has followed from what it was told, one line an event.
struct StationReading {
    var state: BMPStationState
    var lines: [String] = []
    /// Tables that are gone, and were not told of before.
    var absent: [String] = []
    var updates: [(RouteUpdate, RouteSource)] = []
    var framing: BMPFramingError?
    /// When messages arrive, in nanoseconds since 1970-01-01 00:00 UTC.
    var arrival: Int64 = 1_700_000_000_000_000_000

    init(_ messages: [UInt8]..., ribs: Set<RIBKind> = [], weight: UInt16? = nil) {
        state = BMPStationState(.init(name: "er1", ribs: ribs, weight: weight))
        for message in messages { receive(message) }
    }

    mutating func receive(_ octets: [UInt8]) {
        var reader = WireReader(octets.span, as: "BMP stream")
        var events: [BMPStationState.Event] = []
        do throws(BMPFramingError) {
            while let header = try BMPMessageHeader(&reader),
                var body = try? reader.read(
                    octets: header.length - BMPMessageHeader.octets,
                    as: "BMP message"
                )
            {
                state.receive(header.type, &body, at: arrival) { events.append($0) }
            }
        } catch {
            framing = error
        }
        for event in events { note(event) }
    }

    mutating func end(_ reason: String) {
        var events: [BMPStationState.Event] = []
        state.end(reason: reason) { events.append($0) }
        for event in events { note(event) }
    }

    private mutating func note(_ event: BMPStationState.Event) {
        switch event {
        case .began(let source, let families):
            lines.append(
                "\(Self.word(source)) began \(families.map { "\($0)" }.joined(separator: " "))"
            )
        case .update(let update, let source):
            updates.append((update, source))
            let announced = update.announced.map { "+\(Self.text($0))" }
            let withdrawn = update.withdrawn.map { "-\(Self.text($0))" }
            let ends = update.endOfRIB.map { "end of \($0)" }
            let all = (announced + withdrawn + ends).joined(separator: " ")
            lines.append("\(Self.word(source)) \(all)")
        case .ended(let source, _, let reason): lines.append("\(Self.word(source)) gone: \(reason)")
        case .absent(let source, _, _): absent.append(Self.word(source))
        case .lost(let source, let reason): lines.append("\(Self.word(source)) lost: \(reason)")
        }
    }

    private static func word(_ source: RouteSource) -> String {
        "\(source.rib) \(source.address)"
    }

    private static func text(_ route: RouteUpdate.Reachability) -> String {
        route.pathIdentifier == 0 ? "\(route.prefix)" : "\(route.prefix)#\(route.pathIdentifier)"
    }
}
