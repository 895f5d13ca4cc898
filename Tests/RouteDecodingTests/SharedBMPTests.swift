// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import RouteDecoding
import TestSupport
import Testing

/// Every unicast route of the BMP captures in `../shared/data`, as tshark has it.
///
/// tshark knows no version 4 of BMP, and nothing of VPNs is compared: their routes are not read.
@Suite("BMP captures of routers")
struct SharedBMPTests {
    static let data: String? = {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let path =
            ProcessInfo.processInfo.environment["SHARED_DATA"]
            ?? root.appending(path: "shared/data").path
        return FileManager.default.fileExists(atPath: "\(path)/oracle/bmp") ? path : nil
    }()

    /// Captures for which there is an answer, below the folder of the data.
    static let captures: [String] = {
        guard let data, let all = FileManager.default.enumerator(atPath: "\(data)/oracle") else {
            return []
        }
        let ending = ".tshark-bgp.tsv"
        return all.compactMap { $0 as? String }.filter { $0.hasSuffix(ending) }
            .filter { $0.hasPrefix("bmp/") || $0.hasPrefix("mixed/") }
            .map { String($0.dropLast(ending.count)) }
            .filter { FileManager.default.fileExists(atPath: "\(data)/\($0)") }
            .sorted()
    }()

    /// What stands in a capture, each with how often.
    struct Contents: Equatable {
        /// "A 1/1 198.18.1.0/24#7".
        var routes: [String: Int] = [:]
        /// By the name that tshark gives a type.
        var messages: [String: Int] = [:]

        /// "A 1/1 198.18.1.0/24: 2, expected 1".
        func differences(from other: Contents) -> [String] {
            var lines: [String] = []
            for (mine, theirs) in [(routes, other.routes), (messages, other.messages)] {
                for key in Set(mine.keys).union(theirs.keys) where mine[key] != theirs[key] {
                    lines.append("\(key): \(mine[key] ?? 0), expected \(theirs[key] ?? 0)")
                }
            }
            return lines.sorted()
        }
    }

    @Test(
        "a capture has the messages and the unicast routes that tshark finds in it",
        .enabled(if: data != nil, "there is no ../shared/data here"),
        arguments: captures
    )
    func equal(_ capture: String) throws {
        let data = try #require(Self.data)
        let expected = try Self.answer("\(data)/oracle/\(capture).tshark-bgp.tsv")
        let found = Self.contents(try Array(Data(contentsOf: URL(filePath: "\(data)/\(capture)"))))
        #expect(found.differences(from: expected) == [])
    }

    @Test("there are captures with an answer", .enabled(if: data != nil, "no ../shared/data"))
    func some() { #expect(Self.captures.filter { $0.hasPrefix("bmp/") }.count >= 16) }

    private static func contents(_ capture: [UInt8]) -> Contents {
        var contents = Contents()
        let ports: Set<UInt16> = [1_790, 10_179, 11_019]
        for stream in TCPStreams(capture).streams where ports.contains(stream.destinationPort) {
            let reading = StationReading(stream.octets)
            let statistics = reading.state.statistics
            let counts = [
                ("Stats", statistics.reports),
                ("PeerDown", statistics.peersDown), ("PeerUp", statistics.peersUp),
            ]
            for (name, count) in counts where count > 0 {
                contents.messages[name, default: 0] += count
            }
            for (update, _) in reading.updates {
                for route in update.announced { contents.routes[text("A", route), default: 0] += 1 }
                for route in update.withdrawn { contents.routes[text("W", route), default: 0] += 1 }
            }
        }
        return contents
    }

    private static func text(_ action: String, _ route: RouteUpdate.Reachability) -> String {
        let family = route.prefix.family == .ipv4 ? "1/1" : "2/1"
        let identifier = route.pathIdentifier == 0 ? "" : "#\(route.pathIdentifier)"
        return "\(action) \(family) \(route.prefix)\(identifier)"
    }

    /// One row a message, and one a route.
    private static func answer(_ path: String) throws -> Contents {
        var contents = Contents()
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let rows = text.split(separator: "\n").map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
        guard let header = rows.first else { return contents }
        let columns = Dictionary(header.enumerated().map { ($1, $0) }) { first, _ in first }
        for row in rows.dropFirst() {
            func value(_ name: String) -> String {
                columns[name].flatMap { row.indices.contains($0) ? row[$0] : nil } ?? ""
            }
            let type = value("bmp_type")
            // The messages inside have rows of their own.
            if ["Stats", "PeerDown", "PeerUp"].contains(type), value("bgp_type").isEmpty {
                contents.messages[type, default: 0] += 1
            }
            guard type == "RouteMonitoring", ["1/1", "2/1"].contains(value("afi/safi")),
                ["A", "W"].contains(value("action"))
            else { continue }
            let identifier = value("path_id")
            let hasNone = identifier.isEmpty || identifier == "0"
            let prefix = IPPrefix(value("prefix")).map { "\($0)" } ?? value("prefix")
            let route = "\(value("action")) \(value("afi/safi")) \(prefix)"
            contents.routes[hasNone ? route : "\(route)#\(identifier)", default: 0] += 1
        }
        return contents
    }
}
