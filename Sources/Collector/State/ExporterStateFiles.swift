// SPDX-License-Identifier: Apache-2.0

package import FlowDecoding
import Foundation
package import Model
package import Storage

/// What exporters announced, kept over restarts: one JSON file an exporter in `state:`/exporters.
///
/// The files are a help, never a condition: one that cannot be read, or says what no exporter could
/// have said, is set aside under its name with `.damaged`, and the collector starts without it.
package struct ExporterStateFiles: Sendable {
    package let directory: String

    private static let suffix = ".json"
    private static let damagedSuffix = ".damaged"
    /// No snapshot within the decoder's limits is longer, in octets.
    private static let longest = 64 * 1_024 * 1_024

    /// - Parameter state: The directory of `state:` in the configuration.
    package init(state: String) { directory = state + "/exporters" }

    /// What was read at the start.
    package struct Loaded: Sendable {
        package var snapshots: [ExporterSnapshot] = []
        /// What was set aside or not read, in words.
        package var messages: [String] = []
    }

    /// Reads all files; those of no use are set aside, drafts that were left behind removed.
    ///
    /// What it returns, a decoder of the same `limits` restores.
    package func load(limits: DecodingLimits) -> Loaded {
        var loaded = Loaded()
        let manager = FileManager.default
        guard manager.fileExists(atPath: directory) else { return loaded }
        do {
            for name in try manager.contentsOfDirectory(atPath: directory).sorted() {
                let path = "\(directory)/\(name)"
                if name.hasSuffix(DurableFile.draftSuffix) {
                    try? DurableFile.remove(path)
                } else if name.hasSuffix(Self.suffix) {
                    load(path, name, limits, into: &loaded)
                }
            }
        } catch {
            loaded.messages.append("\(directory) cannot be read: \(error.localizedDescription)")
        }
        return loaded
    }

    /// Writes the state of these exporters, each whole or not at all.
    ///
    /// - Returns: Those that could not be written, and why: to be tried again.
    package func save(_ snapshots: [ExporterSnapshot]) -> [(exporter: IPAddress, message: String)] {
        var failures: [(exporter: IPAddress, message: String)] = []
        for snapshot in snapshots {
            guard let exporter = IPAddress(snapshot.exporter) else { continue }
            do {
                try DurableFile.makeDirectory(directory)
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys]
                try DurableFile.write(try encoder.encode(snapshot), to: path(of: exporter))
            } catch {
                failures.append((exporter, "\(error)"))
            }
        }
        return failures
    }

    /// Forgets an exporter.
    package func remove(_ exporter: IPAddress) throws(FileProblem) {
        try DurableFile.remove(path(of: exporter))
    }

    /// Forgets all exporters that `isForgotten` says; what was set aside stays for whoever looks.
    ///
    /// - Returns: What could not be removed, in words.
    func remove(where isForgotten: (IPAddress) -> Bool) -> [String] {
        let manager = FileManager.default
        let names = (try? manager.contentsOfDirectory(atPath: directory)) ?? []
        var problems: [String] = []
        for name in names.sorted() where name.hasSuffix(Self.suffix) {
            // No file of another name is ours, see ``load(limits:)``.
            let text = name.dropLast(Self.suffix.count).replacing("-", with: ":")
            guard let exporter = IPAddress(text), Self.name(of: exporter) == name,
                isForgotten(exporter)
            else { continue }
            do throws(FileProblem) {
                try remove(exporter)
            } catch {
                problems.append(error.description)
            }
        }
        return problems
    }

    /// Where an exporter's state is: its address, with `-` for `:`.
    package func path(of exporter: IPAddress) -> String {
        "\(directory)/\(Self.name(of: exporter))"
    }

    private static func name(of exporter: IPAddress) -> String {
        exporter.description.replacing(":", with: "-") + suffix
    }

    private func load(
        _ path: String,
        _ name: String,
        _ limits: DecodingLimits,
        into loaded: inout Loaded
    ) {
        do {
            loaded.snapshots.append(try Self.read(path, name, limits))
        } catch {
            let aside = path + Self.damagedSuffix
            let manager = FileManager.default
            try? manager.removeItem(atPath: aside)
            do {
                try manager.moveItem(atPath: path, toPath: aside)
                loaded.messages.append("\(path) is of no use (\(error)); it is now \(aside)")
            } catch let problem {
                let reason = problem.localizedDescription
                loaded.messages.append("\(path) is of no use (\(error)) and stays: \(reason)")
            }
        }
    }

    private static func read(
        _ path: String,
        _ name: String,
        _ limits: DecodingLimits
    ) throws -> ExporterSnapshot {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        guard attributes[.type] as? FileAttributeType == .typeRegular else {
            throw CollectorError("no plain file")
        }
        guard let size = attributes[.size] as? Int, size <= longest else {
            throw CollectorError("too long")
        }
        let content = try Data(contentsOf: URL(filePath: path))
        let snapshot: ExporterSnapshot
        do {
            snapshot = try JSONDecoder().decode(ExporterSnapshot.self, from: content)
        } catch {
            throw CollectorError("not the JSON that was written")
        }
        try snapshot.check(limits)
        guard IPAddress(snapshot.exporter).map(Self.name) == name else {
            throw CollectorError("it is of \(snapshot.exporter)")
        }
        return snapshot
    }
}
