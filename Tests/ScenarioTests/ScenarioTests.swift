// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("Scenarios")
struct ScenarioTests {
    /// A scenario file of the project.
    struct File: CustomTestStringConvertible, Sendable {
        var path: String
        var name: String
        var testDescription: String { name }
    }

    static let files: [File] = {
        let folder = Bundle.module.bundleURL.appending(path: "Scenarios")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".scenario") }.sorted().map { name in
            File(path: folder.appending(path: name).path, name: String(name.dropLast(9)))
        }
    }()

    @Test("there are scenarios")
    func someFound() {
        #expect(Self.files.count >= 15)
    }

    @Test("comes out as told", arguments: files)
    func scenario(_ file: File) async throws {
        let text = try String(contentsOfFile: file.path, encoding: .utf8)
        let scenario = try Scenario(name: file.name, text: text)
        let failures = try await ScenarioRunner(scenario).run()
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
        let expectations = scenario.statements.filter { statement in
            if case .expect = statement.action { return true }
            return false
        }
        #expect(!expectations.isEmpty, "a scenario that expects nothing cannot fail")
    }

    @Test(
        "a scenario that expects what does not happen fails, and says on which line",
        arguments: [
            ("expect volumes interconnect=transit-1 octets=1", "line 5"),
            ("expect no ledger receivedOctets=0", "line 5"),
        ]
    )
    func failing(_ expectation: String, _ place: String) async throws {
        let text = """
            inventory
                network: { asns: [64500], prefixes: [203.0.113.0/24] }
                exporters: [{ name: er1, addresses: [192.0.2.1] }]

            \(expectation)
            """
        let failures = try await ScenarioRunner(Scenario(name: "failing", text: text)).run()
        #expect(failures.count == 1)
        #expect(failures.first?.contains(place) == true)
    }
}
