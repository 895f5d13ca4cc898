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
    private func dump(_ octets: [UInt8], _ options: [String] = ["-l"]) throws -> [String] {
        let directory = FileManager.default.temporaryDirectory
        let path = directory.appending(path: "peerage-\(UUID().uuidString).mrt")
        try Data(octets).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        let process = Process()
        let program = try #require(bgpdump)
        process.executableURL = URL(filePath: program)
        process.arguments = ["-q", "-m"] + options + [path.path]
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
        let kind = identifier == nil ? "TABLE_DUMP2" : "TABLE_DUMP2_AP"
        let route = identifier.map { "\(prefix)|\($0)" } ?? "\(prefix)"
        let nextHop = attributes.nextHop.map { "\($0)" } ?? ""
        let numbers = [attributes.localPreference ?? 0, attributes.multiExitDiscriminator ?? 0]
        let fields = [
            kind, "1700000300", "B", "\(source.address)", "\(source.asn.rawValue)", route,
            "\(attributes.asPath)", origins[attributes.origin] ?? "", nextHop,
            "\(numbers[0])", "\(numbers[1])", communities.joined(separator: " "),
            large.joined(separator: " "), "NAG", "", "",
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

    @Test(
        "of files with records of every kind we read what bgpdump reads",
        arguments: RandomMRT.Kind.allCases,
        1...4 as ClosedRange<UInt64>
    )
    func sameReading(kind: RandomMRT.Kind, seed: UInt64) throws {
        var random = RandomMRT(seed: seed)
        let octets = random.file(of: kind, count: 400)
        let folder = try TemporaryFolder()
        let path = folder.path("drawn.mrt")
        try Data(octets).write(to: URL(filePath: path))
        var file = try MRTFile.opened(path)
        var printer = BGPDumpLines(isTable: kind.isTable)
        var found: [String] = []
        func add(_ line: [UInt8]) { found.append(String(decoding: line, as: UTF8.self)) }
        let statistics = try file.read { peer, update in
            printer.print(from: peer.source, update, add)
        } stateChanged: { peer, change in
            add(BGPDumpLines.state(peer.source, change.time, change.old, change.new))
        }
        #expect(statistics.malformed == [:] && statistics.damage == nil)
        let wanted = try dump(octets, []).map {
            String(decoding: BGPDumpLines.comparable(Array($0.utf8)[...]), as: UTF8.self)
        }
        #expect(wanted.count > 300)
        let differences = zip(found.sorted(), wanted.sorted()).filter { $0 != $1 }
        #expect(found.count == wanted.count)
        #expect(differences.isEmpty, "\(differences.prefix(5))")
    }
}
