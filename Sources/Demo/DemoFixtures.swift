// SPDX-License-Identifier: Apache-2.0

import Collector
import Foundation
import Settings

/// The captures, routes and configuration that come with the program.
struct DemoFixtures {
    private let folder: URL
    /// Paths of the captures, by name.
    let captures: [String]

    init() throws {
        folder = Bundle.module.bundleURL.appending(path: "Fixtures")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        captures = files.filter { $0.hasSuffix(".pcap") }.sorted()
            .map { [folder] in folder.appending(path: $0).path }
        guard !captures.isEmpty else {
            throw CollectorError("\(folder.path): the demo's captures are not there")
        }
    }

    /// "exchange-sflow, transit-1-ipfix".
    var captureNames: String {
        captures.map { URL(filePath: $0).deletingPathExtension().lastPathComponent }
            .joined(separator: ", ")
    }

    /// Path of the routing table.
    var routes: String { folder.appending(path: "routes.mrt.gz").path }

    func settings() throws -> Settings {
        try Settings.load(path: folder.appending(path: "peerage.yaml").path)
    }
}
