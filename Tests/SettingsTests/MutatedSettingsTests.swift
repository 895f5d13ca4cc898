// SPDX-License-Identifier: Apache-2.0

import Foundation
import Settings
import Testing

/// What a slip of the hand, a bad merge or a broken disk makes of a configuration.
@Suite("Damaged configurations")
struct MutatedSettingsTests {
    @Test("1,000 of them load, or are refused with file, line and key, within a second")
    func damaged() throws {
        let example = exampleFolder.appending(path: "peerage.yaml").path
        var sources = [try String(contentsOfFile: example, encoding: .utf8), Self.network]
        // The rules of the example name its interconnects; of two sources one has them.
        sources[1] += "\nalerts: { notify: [{ webhook: { url: \"http://127.0.0.1:9000/\" } }] }\n"
        var random = SplitMix(state: 2026)
        var outcomes = (loaded: 0, refused: 0)
        for source in sources {
            let original = try Settings.load(text: source, file: example)
            for _ in 0..<500 {
                let text = Self.damaged(source, &random)
                switch Self.timed({
                    Result { () throws(SettingsError) in
                        try Settings.load(text: text, file: example)
                    }
                }) {
                case .success(let settings):
                    outcomes.loaded += 1
                    let lines = settings.differences(from: original)
                    #expect(lines.isEmpty == (settings == original), "\(lines)")
                case .failure(let error):
                    outcomes.refused += 1
                    Self.expectPlaces(error, in: text)
                }
            }
        }
        #expect(outcomes.loaded > 50, "\(outcomes)")
        #expect(outcomes.refused > 500, "\(outcomes)")
    }

    private static func expectPlaces(_ error: SettingsError, in text: String) {
        #expect(!error.problems.isEmpty)
        let lines = text.count(where: \.isNewline) + 2
        for problem in error.problems {
            #expect(problem.file.hasPrefix(exampleFolder.path))
            #expect((1...lines).contains(problem.line), "\(problem)")
            #expect(problem.column >= 1, "\(problem)")
            #expect(!problem.message.isEmpty)
            // A text that is no YAML, or whose root is no mapping, has no key to name.
            let isWhole =
                problem.message.hasPrefix("cannot be read as YAML: ")
                || problem.expected?.hasPrefix("the configuration: ") == true
            #expect(isWhole || !problem.key.isEmpty, "\(problem)")
            #expect(!problem.description.contains { $0.isNewline }, "\(problem)")
        }
    }

    /// Expects `work` to take less than a second: the machine may be busy, so of three times once.
    private static func timed<Value>(_ work: () -> Value) -> Value {
        for _ in 0..<2 {
            let start = ContinuousClock.now
            let value = work()
            if ContinuousClock.now - start < .seconds(1) { return value }
        }
        let start = ContinuousClock.now
        let value = work()
        #expect(ContinuousClock.now - start < .seconds(1))
        return value
    }
}

// MARK: - Damage

/// Numbers that are the same in every run (splitmix64).
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

extension MutatedSettingsTests {
    /// `source` with one to three kinds of damage, or cut off besides.
    private static func damaged(_ source: String, _ random: inout SplitMix) -> String {
        var lines = source.components(separatedBy: "\n")
        for _ in 0..<([1, 1, 1, 2, 3].randomElement(using: &random) ?? 1) {
            damage(&lines, &random)
        }
        let text = lines.joined(separator: "\n")
        guard Int.random(in: 0..<20, using: &random) == 0 else { return text }
        return String(text.prefix(Int.random(in: 0...text.count, using: &random)))
    }

    private static func damage(_ lines: inout [String], _ random: inout SplitMix) {
        let index = lines.indices.filter { index in
            let line = lines[index].drop { $0 == " " }
            return !line.isEmpty && !line.hasPrefix("#")
        }.randomElement(using: &random)
        guard let index, let other = lines.indices.randomElement(using: &random) else { return }
        let line = lines[index]
        switch Int.random(in: 0..<9, using: &random) {
        case 0: lines.remove(at: index)
        case 1: lines.insert(line, at: index)
        case 2: lines.swapAt(index, other)
        case 3: lines[index] = flipped(line, &random)
        case 4: lines[index] = renumbered(line, &random)
        case 5:
            lines[index] = String(repeating: " ", count: .random(in: 1...3, using: &random)) + line
        case 6: lines[index] = String(line.dropFirst(.random(in: 1...3, using: &random)))
        case 7: lines[index] = String(line.prefix(.random(in: 0...line.count, using: &random)))
        default: lines.insert(line, at: other)
        }
    }

    /// One sign replaced, lost or added.
    private static func flipped(_ line: String, _ random: inout SplitMix) -> String {
        var signs = Array(line)
        guard let index = signs.indices.randomElement(using: &random) else { return line }
        let pool = Array("aZ09 .,:;-_/@#&*!|>%'\"[]{}~?\t\u{0}\u{7f}\u{85}é\u{feff}\u{1f600}")
        let sign = pool.randomElement(using: &random) ?? "x"
        switch Int.random(in: 0..<3, using: &random) {
        case 0: signs[index] = sign
        case 1: signs.remove(at: index)
        default: signs.insert(sign, at: index)
        }
        return String(signs)
    }

    /// One number replaced by one that may be out of every range.
    private static func renumbered(_ line: String, _ random: inout SplitMix) -> String {
        let numbers = line.ranges(of: /[0-9]+/)
        let pool = [
            "0", "-1", "1", "2", "255", "256", "65536", "4294967296", "9223372036854775808",
            "99999999999999999999999", "1.5", "1e9", "0x10", "007", "nan", ".inf", "", "true",
        ]
        guard let number = numbers.randomElement(using: &random) else { return line }
        return line.replacingCharacters(in: number, with: pool.randomElement(using: &random) ?? "")
    }
}

// MARK: - A network

extension MutatedSettingsTests {
    /// Twelve routers with eight ports each, an exchange, and an interconnect for every third port.
    private static let network: String = {
        var text = """
            network: { asns: [64500, 64501], prefixes: [203.0.113.0/24, "2001:db8::/32"] }
            store: { sqlite: { path: n.db, backup: { directory: b, every: 6h } } }
            learn: { from: [192.0.2.0/25], hold: 12h }
            listen: { flows: ["0.0.0.0:2055", "[::]:6343"], bgp: "0.0.0.0:179", workers: 2 }
            exchanges: [{ id: ix, lan: [198.51.100.0/24] }]
            contracts:
              - { id: t, supplier: T, components: [{ commit: { mbps: 100, pricePerMbps: "1.5" } }] }
            exporters:

            """
        for router in 1...12 {
            text += """
                  - name: er\(router)
                    addresses: [192.0.2.\(router)]
                    samplingRate: { default: 1024 }
                    views: [er\(router), rr]
                    interfaces:

                """
            for port in 1...8 {
                text += "      - { index: \(port), name: et-0/0/\(port), speed: 100G }\n"
            }
            text += "      - { index: 9, role: backbone, to: er\(router % 12 + 1) }\n"
        }
        text += "neighbors:\n"
        for router in 1...12 {
            text += """
                  - name: er\(router)
                    address: 192.0.2.\(router)
                    asn: 64500
                    md5: { file: secrets/er\(router) }
                    ttlSecurity: \(router) hops

                """
        }
        text += "interconnects:\n"
        for router in 1...12 {
            text += """
                  - id: t\(router)
                    kind: transit
                    peers: [\(64600 + router)]
                    contract: t
                    interfaces: [{ exporter: er\(router), name: et-0/0/1 }]
                  - { id: x\(router), kind: exchange, exchange: ix, interfaces: \
                [{ exporter: er\(router), index: 4 }] }
                  - id: p\(router)
                    kind: private
                    peers: [\(64700 + router)]
                    interfaces: [{ exporter: er\(router), index: 7, vlan: \(router) }]
                    valid: { from: 2026-01-01 }

                """
        }
        return text
    }()
}
