// SPDX-License-Identifier: Apache-2.0

import Collector
import Model
import Storage
import TestSupport
import Testing

@Suite("Which rows count")
struct CountedExportersTests {
    private func inventory(_ name: String? = nil) -> Inventory {
        var inventory = Inventory()
        var er1 = Exporter(name: "er1")
        er1.addresses = [address("192.0.2.1")]
        inventory.exporters = [er1]
        if let name {
            var exporter = Exporter(name: name)
            exporter.addresses = [LearningWorld.stranger]
            inventory.exporters.append(exporter)
        }
        return inventory
    }

    private func facts(_ exporter: String) -> [InterfaceFact] {
        ([0, 300, 600] as [Int64]).map { slot in
            let key = InterfaceKey(
                exporter: exporter,
                interface: 1,
                direction: .ingress,
                family: .ipv4
            )
            return InterfaceFact(slot: slot, key: key, measure: Measure())
        }
    }

    private func counted(
        _ exporter: String,
        adopted since: Int64?,
        listedAs name: String? = nil
    ) -> [String] {
        let adoption = since.map {
            Adoption(address: LearningWorld.stranger, name: "er9", since: $0)
        }
        let exporters = CountedExporters(
            inventory: inventory(name),
            adoptions: [adoption].compactMap { $0 },
            states: []
        )
        return exporters.counted(facts(exporter)).map { "\($0.slot) \($0.key.exporter)" }
    }

    @Test("rows of a pending exporter count nowhere until it is adopted")
    func held() {
        #expect(counted("192.0.2.7", adopted: nil).isEmpty)
        #expect(counted("er1", adopted: nil).count == 3)
    }

    @Test("adopted from a slot on, its rows count from there under its name")
    func adopted() {
        #expect(counted("192.0.2.7", adopted: 300) == ["300 er9", "600 er9"])
        #expect(counted("192.0.2.7", adopted: 0).count == 3)
    }

    @Test("the name of the configuration comes before that of the adoption")
    func listed() {
        #expect(counted("192.0.2.7", adopted: 600, listedAs: "er2") == ["600 er2"])
    }

    @Test("listing it alone makes nothing count that was held")
    func listedOnly() {
        #expect(counted("192.0.2.7", adopted: nil, listedAs: "er2").isEmpty)
    }

    @Test("an exporter that has left the configuration keeps its volumes")
    func left() {
        #expect(counted("er0", adopted: nil).count == 3)
    }

    @Test("the ledger of what is held stands apart")
    func ledgers() {
        var ledger = Ledger()
        ledger.datagrams = 1
        let rows = ["er1", "192.0.2.7", ""].map {
            LedgerFact(slot: 0, exporter: $0, ledger: ledger)
        }
        let exporters = CountedExporters(inventory: inventory(), adoptions: [], states: [])
        let (counted, held) = exporters.split(rows)
        #expect(counted.map(\.exporter) == ["er1", ""])
        #expect(held.map(\.exporter) == ["192.0.2.7"])
    }
}
