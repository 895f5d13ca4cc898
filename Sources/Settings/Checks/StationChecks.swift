// SPDX-License-Identifier: Apache-2.0

import Model

/// Whether stations can come where we listen, and who else may.
extension SettingsChecks {
    mutating func checkStations() {
        let stations = settings.stations.enumerated()
        reading.requireUnique(stations.map { ($1.name, "stations[\($0)].name") })
        reading.requireUnique(
            stations.filter { $1.address != .v4(0) }
                .map { ("\($1.address)", "stations[\($0)].address") }
        )
        if let endpoint = settings.listen.bmp, endpoint == settings.listen.bgp, endpoint.port != 0 {
            reading.report("listen.bmp", "is listen.bgp as well", expected: "another port")
        }
        guard !settings.stations.isEmpty else { return }
        guard let endpoint = settings.listen.bmp else {
            if !reading.hasProblems(below: "listen.bmp") {
                reading.report(
                    "stations",
                    "no station can connect, for listen.bmp is not set",
                    expected: "listen.bmp, or no stations"
                )
            }
            return
        }
        for (index, station) in stations
        where station.address != .v4(0) && !endpoint.address.takes(station.address.family) {
            reading.report(
                "stations[\(index)].address",
                "\(station.address) cannot connect to listen.bmp, which is \(endpoint.address)",
                expected: "an address of the same family, or listen.bmp on [::] for both"
            )
        }
    }
}
