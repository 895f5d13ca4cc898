// SPDX-License-Identifier: Apache-2.0

import Logging
import Model
import RouteReception

// What is told of stations, and of the tables they report.

extension NeighborBook {
    func changed(_ station: StationStanding) {
        let metadata: Logger.Metadata = [
            "station": "\(station.name)", "address": "\(station.address)",
        ]
        guard station.state != "connected" else {
            note(.sessionEstablished, station.name, "BMP from \(station.address)")
            return logger.info("station connected", metadata: metadata)
        }
        note(.sessionEnded, station.name, "BMP: \(station.lastError)")
        logger.warning(
            "station disconnected",
            metadata: metadata.merging(["reason": "\(station.lastError)"]) { $1 }
        )
    }

    func tableBegan(_ source: RouteSource) {
        logger.info("table reported", metadata: Self.metadata(source, Self.words(source)))
    }

    func tableEnded(_ source: RouteSource, reason: String) {
        let words = Self.words(source)
        let table = "\(source.address) \(source.rib)"
        note(.sessionEnded, source.name, "BMP peer \(table): \(reason)")
        let metadata = Self.metadata(source, words.merging(["reason": reason]) { $1 })
        logger.notice("table gone", metadata: metadata)
    }

    static func words(_ source: RouteSource) -> [String: String] {
        var words = ["rib": "\(source.rib)"]
        if source.distinguisher != 0 {
            words["distinguisher"] = RouteDistinguisherText.text(source.distinguisher)
        }
        return words
    }
}
