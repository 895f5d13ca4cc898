// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import Wire

/// What holds of every file of MRT records.
enum MRTCheck {
    /// A route or a message, and who it is from.
    struct Delivery: Equatable {
        var source: RouteSource
        var update: RouteUpdate
    }

    static func run(_ input: RawSpan) {
        var decoder = MRTDecoder()
        var table: [Delivery] = []
        var reader = WireReader(input, as: "input")
        var records = 0
        while let header = try? MRTHeader(&reader), header.isPlausible,
            var record = try? reader.read(octets: header.length, as: "MRT record")
        {
            let before = decoder.statistics
            let octets = record.remaining
            var deliveries: [Delivery] = []
            var changes = 0
            decoder.decode(header, &record) { peer, update in
                deliveries.append(Delivery(source: peer.source, update: update))
            } stateChanged: { _, _ in
                changes += 1
            }
            Invariants.require(changes <= 1, "a record is one change of a state at most")
            records += 1
            check(deliveries, header, octets: octets)
            let after = decoder.statistics
            Invariants.require(after.records == records, "records are counted")
            guard after.tableRoutes > before.tableRoutes else { continue }
            Invariants.require(
                after.tableRoutes - before.tableRoutes == deliveries.count,
                "routes of a table are counted"
            )
            table += deliveries
        }
        let reasons = decoder.statistics.malformed
        Invariants.require(
            reasons.values.allSatisfy { $0 > 0 } && reasons.count <= input.byteCount,
            "a reason takes an octet at least"
        )
        // It takes longer than all the rest.
        if input.byteCount < 1_000, input.byteCount % 4 == 0, !table.isEmpty { encode(table) }
    }

    private static func check(_ deliveries: [Delivery], _ header: MRTHeader, octets: Int) {
        Invariants.require(deliveries.count <= max(2, octets / 8), "a route takes octets")
        var options = BGPSessionOptions()
        options.addPathFamilies = AddressFamily.allCases
        for delivery in deliveries {
            RouteInvariants.check(delivery.update, options, octets: octets)
            Invariants.require(delivery.update.time >= 0, "a time is not before 1970")
        }
    }

    /// A dump of the routes holds the same routes.
    private static func encode(_ original: [Delivery]) {
        let table = original
        var peers: [RouteSource] = []
        for delivery in table where !peers.contains(delivery.source) {
            peers.append(delivery.source)
        }
        var encoder = MRTTableEncoder(timestamp: 1_700_000_000)
        encoder.begin(view: "view", peers: peers)
        for delivery in table {
            guard let peer = peers.firstIndex(of: delivery.source) else { continue }
            for route in delivery.update.announced {
                let entry = MRTTableEncoder.Entry(
                    peer: UInt16(peer),
                    originated: UInt32(delivery.update.time / 1_000_000_000),
                    pathIdentifier: route.pathIdentifier,
                    attributes: delivery.update.attributes
                )
                encoder.add(route.prefix, [entry])
            }
        }
        Invariants.require(encoder.leftOut == 0, "nothing is left out")
        var again: [Delivery] = []
        var decoder = MRTDecoder()
        let octets = encoder.takeRecords()
        var reader = WireReader(octets.span, as: "dump")
        while let header = try? MRTHeader(&reader),
            var record = try? reader.read(octets: header.length, as: "MRT record")
        {
            decoder.decode(header, &record) { peer, update in
                again.append(Delivery(source: peer.source, update: update))
            } stateChanged: { _, _ in
            }
        }
        Invariants.require(reader.isAtEnd, "a dump is of whole records")
        Invariants.require(decoder.statistics.malformed.isEmpty, "a dump is without error")
        Invariants.require(again == table, "dumped, the routes are the same")
    }
}
