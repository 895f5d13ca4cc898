// SPDX-License-Identifier: Apache-2.0

import Alerting
import Testing

@Suite("AlertState")
struct AlertStateTests {
    /// A story: one letter a slot, with the state each must lead to and what is told.
    struct Story: CustomTestStringConvertible, Sendable {
        let name: String
        let forSlots: Int
        let clearForSlots: Int
        /// `x` above, `-` between, `.` below, `?` no data.
        let slots: String
        /// `i` inactive, `p` pending, `f` firing, `c` clearing.
        let states: String
        /// `R` raised, `r` resolved, a space for nothing.
        let told: String

        var testDescription: String { name }
    }

    static let stories: [Story] = [
        Story(
            name: "two slots above raise, three below resolve",
            forSlots: 2,
            clearForSlots: 3,
            slots: ".xx-....x",
            states: "ipffcciip",
            told: "  R   r  "
        ),
        Story(
            name: "one slot is enough when the rule says so",
            forSlots: 1,
            clearForSlots: 1,
            slots: "x.x.",
            states: "fifi",
            told: "RrRr"
        ),
        Story(
            name: "a series that is broken begins again",
            forSlots: 3,
            clearForSlots: 2,
            slots: "xx-xx.xxx",
            states: "ppippippf",
            told: "        R"
        ),
        Story(
            name: "between the limits a firing alert keeps firing",
            forSlots: 1,
            clearForSlots: 2,
            slots: "x---.-..",
            states: "ffffcfci",
            told: "R      r"
        ),
        Story(
            name: "above the limit while clearing is no second alert",
            forSlots: 1,
            clearForSlots: 3,
            slots: "x..x...",
            states: "fccfcci",
            told: "R     r"
        ),
        Story(
            name: "no data neither raises nor resolves nor breaks a series",
            forSlots: 2,
            clearForSlots: 2,
            slots: "??x?x??.??.?",
            states: "iippfffcccii",
            told: "    R     r "
        ),
    ]

    @Test("follows the story", arguments: stories)
    func story(_ story: Story) {
        var state = AlertState.inactive
        var states = ""
        var told = ""
        for slot in story.slots {
            let observation: AlertState.Observation =
                switch slot {
                case "x": .above
                case "-": .between
                case ".": .below
                default: .noData
                }
            let transition = state.advance(
                observation,
                forSlots: story.forSlots,
                clearForSlots: story.clearForSlots
            )
            states += String(state.word.prefix(1))
            told += transition.map { $0 == .raised ? "R" : "r" } ?? " "
        }
        #expect(states == story.states)
        #expect(told == story.told)
    }

    @Test(
        "a state comes back from the store as it went",
        arguments: [AlertState.inactive, .pending(slots: 3), .firing, .clearing(slots: 2)]
    )
    func restored(_ state: AlertState) {
        #expect(AlertState(word: state.word, count: state.count) == state)
    }
}
