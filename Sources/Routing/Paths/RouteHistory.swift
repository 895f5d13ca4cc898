// SPDX-License-Identifier: Apache-2.0

/// When the words of the columns changed, and from what: so that a flow which ended before a change
/// is attributed by the route of its own time.
///
/// # How it works
///
/// Next to its word, each entry of a view has the index of an *event*, written once and then only
/// forgotten: when the word changed, which word it replaced, when that one had come, and the event
/// that told of it. So the changes of an entry are a chain, from the newest to the oldest:
///
///     column word  [ paths C ]     event 9  [ changed 12:05:02 | was paths B | before: event 7 ]
///     column event [    9    ] ---^ event 7  [ changed 12:05:00 | was paths A | before: nothing ]
///
/// Entries changed in one update from the same word share one event, so a table that is loaded
/// makes one event a message. Events age by whole steps of an eighth of the retention; one that is
/// older than the retention lets go of the paths it replaced and of the events before it, and keeps
/// the time. A chain has at most ``longest`` events: of a route that flaps the oldest go.
struct RouteHistory {
    private struct State {
        var references: UInt32 = 0
        /// Steps since it was first seen by ``age(to:)``; nil before, and when forgotten.
        var age: UInt8?
        var word = ColumnWord.none
        /// The event before it, which it keeps.
        var previous: UInt32 = 0
        /// How many events at most follow each other from here on.
        var length: UInt8 = 0
        /// Whether it says more than when it was.
        var isKnown = false
    }

    /// Events of one entry that are remembered: eight changes within the retention are a flap.
    static let longest = 8
    /// Steps after which the replaced word is let go.
    private static let steps: Int64 = 8

    private let events: PublishedEvents
    private let stepLength: Int64
    private var pool = IndexPool(blockShift: PublishedEvents.blockShift)
    private var states: [State] = []
    private var lastStep: Int64?
    private var latest: (index: UInt32, event: RouteEvent)?
    /// The words of events that went, which the paths have to hear of.
    private var released: [ColumnWord] = []

    init(published: PublishedTable, retention: Int64) {
        events = published.events
        stepLength = max(1, retention / Self.steps)
        _ = pool.take()  // 0 is no event
        states.append(State())
    }

    var count: Int { pool.live - 1 }

    /// When the event at `index` was; nil for 0.
    func time(of index: UInt32) -> Int64? { events.time(of: index) }

    /// The event that a later one of the same entry follows: `index`, as long as it says more than
    /// when it was.
    func previous(of index: UInt32) -> UInt32 { states[Int(index)].isKnown ? index : 0 }

    /// Removes and returns a word that an event held which is gone; nil when there is none left.
    mutating func takeReleased() -> ColumnWord? { released.popLast() }

    /// An index for `event`, counted as used once; `isNew` when it holds another path set.
    mutating func take(
        _ event: RouteEvent,
        retiring retirement: inout Retirement
    ) -> (index: UInt32, isNew: Bool) {
        if let latest, latest.event == event, states[Int(latest.index)].references > 0,
            states[Int(latest.index)].isKnown,
            states[Int(latest.index)].previous == event.previous
        {
            states[Int(latest.index)].references += 1
            return (latest.index, false)
        }
        let index = pool.take()
        while states.count <= index { states.append(State()) }
        states[Int(index)] = State(
            references: 1,
            word: event.replaced,
            previous: event.previous,
            length: min(states[Int(event.previous)].length, UInt8(Self.longest)) + 1,
            isKnown: true
        )
        retain(event.previous)
        events.store(event, at: index, retiring: &retirement)
        latest = (index, event)
        if states[Int(index)].length > Self.longest { shorten(index, retiring: &retirement) }
        return (index, true)
    }

    /// Ends the chain that begins at `index` after ``longest`` events.
    private mutating func shorten(_ index: UInt32, retiring retirement: inout Retirement) {
        var last = index
        for _ in 1..<Self.longest where last != 0 { last = states[Int(last)].previous }
        guard last != 0 else { return }
        let rest = states[Int(last)].previous
        states[Int(last)].previous = 0
        events.forgetPrevious(at: last)
        release(rest, retiring: &retirement)
    }

    mutating func retain(_ index: UInt32) {
        if index != 0 { states[Int(index)].references += 1 }
    }

    /// Counts one use less of `index`; with the last go the events before it.
    mutating func release(_ index: UInt32, retiring retirement: inout Retirement) {
        var index = index
        while index != 0 {
            states[Int(index)].references -= 1
            guard states[Int(index)].references == 0 else { return }
            retirement.add(.event(index))
            index = letGo(index)
        }
    }

    /// Lets go of what the event at `index` replaced; returns the event before it, of which it was
    /// one use.
    private mutating func letGo(_ index: UInt32) -> UInt32 {
        let state = states[Int(index)]
        if !state.word.isNone { released.append(state.word) }
        states[Int(index)].word = .none
        states[Int(index)].previous = 0
        states[Int(index)].isKnown = false
        states[Int(index)].age = nil
        return state.previous
    }

    mutating func free(_ index: UInt32, retiring retirement: inout Retirement) {
        if pool.give(index) { events.dropSegments(holding: index, retiring: &retirement) }
    }

    /// Lets the events go that are older than the retention.
    ///
    /// A clock that was set back lets all go: by its times, what is in use now would still be to
    /// come, and what was replaced would be used again.
    mutating func age(to time: Int64, retiring retirement: inout Retirement) {
        guard let last = lastStep else {
            lastStep = time
            return
        }
        let (elapsed, overflow) = time.subtractingReportingOverflow(last)
        let isSetBack = overflow || elapsed < 0
        guard isSetBack || elapsed >= stepLength else { return }
        lastStep = time
        let passed = isSetBack ? 0 : elapsed / stepLength
        for index in states.indices where states[index].isKnown {
            if !isSetBack {
                guard let age = states[index].age else {
                    states[index].age = 0
                    continue
                }
                let now = Int64(age) + passed
                states[index].age = UInt8(clamping: now)
                guard now >= Self.steps + 1 else { continue }
            }
            events.forget(UInt32(index))
            release(letGo(UInt32(index)), retiring: &retirement)
        }
    }
}
