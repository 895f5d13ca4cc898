// SPDX-License-Identifier: Apache-2.0

import Alerting
import Model
import Testing

@Suite("AlertRule")
struct AlertRuleTests {
    static let inventory: Inventory = {
        var inventory = Inventory()
        var tagged = Interconnect(id: "transit-2", kind: .transit)
        tagged.tags = ["core"]
        inventory.interconnects = [
            Interconnect(id: "transit-1", kind: .transit), tagged,
            Interconnect(id: "pni-1", kind: .private),
        ]
        return inventory
    }()

    struct Sample: CustomTestStringConvertible, Sendable {
        let name: String
        let select: AlertRule.Selection
        let direction: AlertRule.Directions
        let objects: [String]

        var testDescription: String { name }
    }

    @Test(
        "watches what its selection names",
        arguments: [
            Sample(
                name: "one interconnect, both directions",
                select: .init(interconnect: "transit-1"),
                direction: .either,
                objects: ["transit-1 ingress", "transit-1 egress"]
            ),
            Sample(
                name: "a relationship, one direction",
                select: .init(relationship: .transit),
                direction: .egress,
                objects: ["transit-1 egress", "transit-2 egress"]
            ),
            Sample(
                name: "a kind and a tag must both match",
                select: .init(kind: .transit, tag: "core"),
                direction: .ingress,
                objects: ["transit-2 ingress"]
            ),
            Sample(
                name: "nothing named is everything",
                select: .init(),
                direction: .ingress,
                objects: ["transit-1 ingress", "transit-2 ingress", "pni-1 ingress"]
            ),
            Sample(
                name: "an unknown name is nothing",
                select: .init(interconnect: "transit-9"),
                direction: .either,
                objects: []
            ),
        ]
    )
    func selection(_ sample: Sample) {
        let rule = AlertRule(
            id: "r",
            select: sample.select,
            direction: sample.direction,
            raiseAbove: 80,
            clearBelow: 70
        )
        #expect(rule.objects(in: Self.inventory).map(\.name) == sample.objects)
    }

    @Test("the lower limit must be below the upper")
    func limits() {
        #expect(AlertRule(id: "r", raiseAbove: 80, clearBelow: 70).problem == nil)
        #expect(AlertRule(id: "r", raiseAbove: 80, clearBelow: 80).problem?.key == "clearBelow")
        #expect(AlertRule(id: "r", raiseAbove: .nan, clearBelow: 1).problem?.key == "raiseAbove")
        #expect(AlertRule(id: "r", raiseAbove: 8, clearBelow: .nan).problem?.key == "clearBelow")
        let never = AlertRule(id: "r", raiseAbove: 80, clearBelow: 70, forSlots: 0)
        #expect(never.problem?.key == "for")
    }
}
