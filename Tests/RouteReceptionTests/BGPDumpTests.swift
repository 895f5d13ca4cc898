// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import RouteDecoding
import RouteReception
import TestSupport
import Testing

/// Where bgpdump is; nil when it is not installed.
private let bgpdump = ["/usr/bin/bgpdump", "/usr/local/bin/bgpdump"].first {
    FileManager.default.isExecutableFile(atPath: $0)
}

/// What we write, read by a reader that is not ours.
@Suite(
    "Table dumps read by bgpdump",
    .enabled(if: bgpdump != nil, "bgpdump is not installed")
)
struct BGPDumpTests {
    /// The lines of `bgpdump -m -l`.
    private func dump(_ octets: [UInt8]) throws -> [String] {
        let directory = FileManager.default.temporaryDirectory
        let path = directory.appending(path: "peerage-\(UUID().uuidString).mrt")
        try Data(octets).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        let process = Process()
        let program = try #require(bgpdump)
        process.executableURL = URL(filePath: program)
        process.arguments = ["-q", "-m", "-l", path.path]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// The line that `bgpdump -m -l` has for a route.
    private func line(
        _ source: RouteSource,
        _ prefix: IPPrefix,
        _ attributes: PathAttributes,
        identifier: UInt32?
    ) -> String {
        let origins = [RouteOrigin.igp: "IGP", .egp: "EGP", .incomplete: "INCOMPLETE"]
        let communities = attributes.communities.map { Self.community($0) }
        let large = attributes.largeCommunities.map { "\($0)" }
        let fields = [
            identifier == nil ? "TABLE_DUMP2" : "TABLE_DUMP2_AP", "1700000300", "B",
            "\(source.address)", "\(source.asn.rawValue)",
            identifier.map { "\(prefix)|\($0)" } ?? "\(prefix)", "\(attributes.asPath)",
            origins[attributes.origin] ?? "",
            attributes.nextHop.map { "\($0)" } ?? "",
            "\(attributes.localPreference ?? 0)", "\(attributes.multiExitDiscriminator ?? 0)",
            communities.joined(separator: " "), large.joined(separator: " "), "NAG", "", "",
        ]
        return fields.joined(separator: "|")
    }

    private static func community(_ value: UInt32) -> String {
        switch value {
        case 0xffff_ff01: "no-export"
        case 0xffff_ff02: "no-advertise"
        case 0xffff_ff03: "local-AS"
        default: "\(value >> 16):\(value & 0xffff)"
        }
    }

    @Test(
        "peers, prefixes, paths, next hops, preferences and communities are the same",
        arguments: [false, true],
        1...3 as ClosedRange<UInt64>
    )
    func sameRoutes(hasIdentifiers: Bool, seed: UInt64) throws {
        var random = RandomRoutes(seed: seed)
        var encoder = MRTTableEncoder(timestamp: 1_700_000_300)
        encoder.begin(view: "er1.fra", peers: random.sources)
        var expected: [String] = []
        for number in 0..<500 {
            let family: AddressFamily = number % 3 == 0 ? .ipv6 : .ipv4
            let prefix = random.prefix(family)
            var entries: [MRTTableEncoder.Entry] = []
            for index in 0...Int(random.number(below: 3)) {
                let peer = hasIdentifiers ? 1 : index
                let attributes = random.attributes(family)
                entries.append(
                    MRTTableEncoder.Entry(
                        peer: UInt16(peer),
                        originated: 1_700_000_000,
                        pathIdentifier: hasIdentifiers ? UInt32(index + 1) : 0,
                        attributes: attributes
                    )
                )
                let identifier = hasIdentifiers ? UInt32(index + 1) : nil
                expected.append(
                    line(random.sources[peer], prefix, attributes, identifier: identifier)
                )
            }
            encoder.add(prefix, entries)
        }
        let lines = try dump(encoder.takeRecords())
        #expect(lines.count == expected.count)
        for (found, wanted) in zip(lines, expected) { #expect(found == wanted) }
    }
}
