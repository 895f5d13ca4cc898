// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@Suite("FlatTable")
struct FlatTableTests {
    private struct Number: FlatKey, Hashable {
        var value: UInt64

        func hash(seed: UInt64) -> UInt64 {
            var hash = FlatHash(seed: seed)
            hash.combine(value, 0)
            return hash.value
        }
    }

    /// Keys of which many meet at one place, with the same half of the hash.
    private struct Meeting: FlatKey, Hashable {
        var value: UInt64

        func hash(seed: UInt64) -> UInt64 { value % 3 << 32 }
    }

    private func compare<Key: FlatKey & Hashable>(_ key: (UInt64) -> Key, count: Int) {
        var table = FlatTable<Key, Int>()
        var plain: [Key: Int] = [:]
        for _ in 0..<count {
            let key = key(.random(in: 0..<UInt64(count)))
            #expect(table.value(of: key) == plain[key])
            if let row = table.row(of: key) {
                table[row] += 1
            } else {
                table.insert(key, 1)
            }
            plain[key, default: 0] += 1
        }
        #expect(table.count == plain.count)
        #expect(Dictionary(uniqueKeysWithValues: table.rows.map { ($0.key, $0.value) }) == plain)
    }

    @Test("finds what a dictionary finds, through every growth")
    func plain() { compare({ Number(value: $0) }, count: 20_000) }

    @Test("keys that meet are told apart")
    func meeting() { compare({ Meeting(value: $0) }, count: 300) }

    @Test("nothing is in an empty table")
    func empty() {
        let table = FlatTable<Number, Int>()
        #expect(table.isEmpty)
        #expect(table.row(of: Number(value: 0)) == nil)
    }

    @Test("posting keys that differ in one field have different hashes")
    func postingKeys() {
        let plain = PostingKey(exporter: 1, interface: 2, direction: .ingress, family: .ipv4)
        let changes: [(inout PostingKey) -> Void] = [
            { $0.exporter = 2 }, { $0.vlan = 1 }, { $0.interface = 3 }, { $0.direction = .egress },
            { $0.family = .ipv6 }, { $0.rateSource = .options }, { $0.flags = .hasRoute },
            { $0.rate = SamplingRate(2) }, { $0.remoteMAC = MACAddress(rawValue: 1) },
            { $0.nextHop = .v4(1) }, { $0.nextHop = .v6(0) }, { $0.nextHop = .v6(1) },
            { $0.exportedPeerAS = ASN(rawValue: 1) }, { $0.routePeerAS = ASN(rawValue: 1) },
            { $0.originAS = ASN(rawValue: 1) }, { $0.asPath = 1 }, { $0.routeSource = 1 },
            { $0.staticPrefix = 1 },
        ]
        for seed in 0..<50 as Range<UInt64> {
            var hashes: Set<UInt64> = [plain.hash(seed: seed)]
            for change in changes {
                var key = plain
                change(&key)
                #expect(hashes.insert(key.hash(seed: seed) >> 32).inserted)
            }
        }
    }
}
