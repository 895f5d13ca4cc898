// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import Reporting
import Routing
import Storage

// `routes dump`: views as an MRT file.

extension RoutesQuery {
    /// Writes `view`, or all views one after the other, as MRT table dumps (RFC 6396).
    ///
    /// - Parameters:
    ///   - path: Of the file, which comes there whole or not at all.
    ///   - view: Name of the view; nil for all.
    ///   - force: Whether a file that is there already may be replaced.
    ///   - format: How to print what was written.
    /// - Returns: What was written.
    /// - Throws: When there is no such view, or the file cannot be written.
    public borrowing func dump(
        to path: String,
        view: String?,
        force: Bool,
        _ format: Format
    ) async throws -> String {
        let table = feed.table
        let queue = DispatchQueue(label: "routes-dump", qos: .utility)
        // Neither on a thread of the pool nor on an event loop: a full table takes seconds.
        let written = await withCheckedContinuation { continuation in
            queue.async {
                continuation.resume(
                    returning: Result { try Self.write(table, to: path, view, force) }
                )
            }
        }
        return Self.text(try written.get(), path, format)
    }

    /// What a dump wrote.
    private struct Written: Sendable {
        var views: [(name: String, routes: Int)] = []
        var octets = 0
        var leftOut = 0
    }

    private static func write(
        _ table: RoutingTable,
        to path: String,
        _ view: String?,
        _ force: Bool
    ) throws -> Written {
        guard force || !FileManager.default.fileExists(atPath: path) else {
            throw InputProblem("\(path) is there already; --force writes over it")
        }
        var dump = RouteDump(table, time: WallClock.nanoseconds() / 1_000_000_000)
        let names = dump.views
        if let view, !names.contains(view) {
            let known = names.isEmpty ? "none" : names.sorted().joined(separator: ", ")
            throw InputProblem("there is no view '\(view)'; there are: \(known)")
        }
        var written = Written()
        do {
            let file = try DurableFile.begun(at: path)
            for name in view.map({ [$0] }) ?? names {
                let before = dump.routes
                let sources = Set(dump.sources(of: name))
                try dump.write(name, where: sources.contains) { piece in
                    written.octets += piece.count
                    try file.write(piece)
                }
                written.views.append((name, dump.routes - before))
            }
            try file.place()
        } catch {
            throw CollectorError("\(path) cannot be written: \(error)")
        }
        written.leftOut = dump.leftOut
        return written
    }

    private static func text(_ written: Written, _ path: String, _ format: Format) -> String {
        let routes = written.views.reduce(0) { $0 + $1.routes }
        guard format == .table else {
            let document: JSONValue = [
                "file": .string(path),
                "views": .array(
                    written.views.map {
                        ["name": .string($0.name), "routes": .integer(Int64($0.routes))]
                    }
                ),
                "routes": .integer(Int64(routes)),
                "leftOutRoutes": .integer(Int64(written.leftOut)),
                "octets": .integer(Int64(written.octets)),
            ]
            return document.text(isPretty: format == .json) + "\n"
        }
        var lines = written.views.map { "view \(Self.word($0.name))  \($0.routes) routes" }
        lines.append("\(path)  \(routes) routes, \(written.octets) octets")
        if written.leftOut > 0 { lines.append("\(written.leftOut) routes fit no record") }
        return lines.joined(separator: "\n") + "\n"
    }
}
