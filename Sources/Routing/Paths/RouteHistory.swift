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
/// What lasts less than a ``tick`` is left out: of two changes of an entry within one the later
/// takes the place of both, and entries changed from the same word within one share an event. So a
/// table that is loaded makes few events, whatever lies within what.
///
/// Events age by whole steps of an eighth of the retention; one that is older than the retention
/// lets go of the paths it replaced and of the events before it, and keeps the time. A walk through
/// the columns (``RoutingTableWriter``) then lets all entries of one tick share one event again,
/// and takes *recent* from their words. A chain has at most ``longest`` events: of a route that
/// flaps the oldest go.
struct RouteHistory {
    private struct State {
        var references: UInt32 = 0
        /// The event before it, which it keeps.
        var previous: UInt32 = 0
        var word = ColumnWord.none
        /// Steps since it was first seen by ``age(to:)``; nil before, and when forgotten.
        var age: UInt8?
        /// How many events at most follow each other from here on.
        var length: UInt8 = 0
        /// Whether it says more than when it was.
        var isKnown = false
        /// Whether it is the one that all forgotten events of its tick are replaced by.
        var isCommon = false
    }

    /// How far a walk through all events has come that lets the old ones go.
    private struct Aging {
        /// By how many steps they age; nil when all are let go.
        let steps: Int64?
        var next = 0
    }

    /// Events of one entry that are remembered: eight changes within the retention are a flap.
    static let longest = 8
    /// Steps after which the replaced word is let go.
    private static let steps: Int64 = 8
    /// Events that there is room for; past them a change is not remembered.
    private static let most = PublishedEvents.capacity - 1 << PublishedEvents.blockShift
    /// Events that are looked at whether they fit, by the word they replace.
    private static let candidates = 1 << 16

    private let events: PublishedEvents
    private let stepLength: Int64
    /// Times that need not be told apart, in nanoseconds: a second, when the retention is ten
    /// minutes.
    ///
    /// Flows are told apart no finer, and an UPDATE takes as long from router to router.
    private let tick: Int64
    private var pool = IndexPool(blockShift: PublishedEvents.blockShift)
    private var states: [State] = []
    private var lastStep: Int64?
    private var aging: Aging?
    private var latest: [UInt32] = Array(repeating: 0, count: RouteHistory.candidates)
    /// By tick, the event of those that were forgotten.
    private var common: [Int64: UInt32] = [:]
    /// The words of events that went, which the paths have to hear of.
    private var released: [ColumnWord] = []
    /// Whether events were forgotten since the columns were walked through last.
    private(set) var hasForgotten = false

    init(published: PublishedTable, retention: Int64) {
        events = published.events
        stepLength = max(1, retention / Self.steps)
        tick = max(1, retention / 600)
        _ = pool.take()  // 0 is no event
        states.append(State())
    }

    var count: Int { pool.live - 1 }

    /// When the event at `index` was; nil for 0.
    func time(of index: UInt32) -> Int64? { events.time(of: index) }

    /// Whether the event at `index` says more than when it was.
    func isKnown(_ index: UInt32) -> Bool { states[Int(index)].isKnown }

    /// The event that a later one of the same entry follows: `index`, as long as it says more than
    /// when it was.
    func previous(of index: UInt32) -> UInt32 { isKnown(index) ? index : 0 }

    /// Begins to load what tells of the event at `index`, and of the last that replaced `word`.
    func prefetch(_ index: UInt32, replacing word: ColumnWord) {
        prefetch(index)
        prefetch(latest[place(of: word)])
    }

    private func prefetch(_ index: UInt32) {
        states.prefetch(index)
        events.prefetch(index)
    }

    /// Removes and returns a word that an event held which is gone; nil when there is none left.
    mutating func takeReleased() -> ColumnWord? { released.popLast() }

    /// An index for `event`, counted as used once, 0 when there is no room for it; `isNew` when it
    /// holds another path set.
    mutating func take(
        _ event: RouteEvent,
        retiring retirement: inout Retirement
    ) -> (index: UInt32, isNew: Bool) {
        let place = place(of: event.replaced)
        let candidate = latest[place]
        if candidate != 0, isSame(event, candidate) {
            states[Int(candidate)].references += 1
            return (candidate, false)
        }
        guard pool.bound <= Self.most else { return (0, false) }
        let index = make()
        states[Int(index)].word = event.replaced
        states[Int(index)].previous = event.previous
        states[Int(index)].length =
            min(states[Int(event.previous)].length, UInt8(Self.longest)) + 1
        states[Int(index)].isKnown = true
        retain(event.previous)
        events.store(event, at: index)
        latest[place] = index
        if states[Int(index)].length > Self.longest { shorten(index, retiring: &retirement) }
        return (index, true)
    }

    private func place(of word: ColumnWord) -> Int {
        Int(truncatingIfNeeded: word.rawValue >> 2) & (Self.candidates - 1)
    }

    private func isSame(_ event: RouteEvent, _ candidate: UInt32) -> Bool {
        let state = states[Int(candidate)]
        guard state.references > 0, state.isKnown, state.word == event.replaced,
            state.previous == event.previous, let known = events.event(at: candidate)
        else { return false }
        return known.replacedSince == event.replacedSince && isWithinTick(known.time, event.time)
    }

    private func isWithinTick(_ earlier: Int64, _ later: Int64) -> Bool {
        guard earlier < later else { return earlier == later }
        // Nearly all are told apart without a division.
        guard UInt64(bitPattern: later &- earlier) < UInt64(tick) else { return false }
        return earlier.dividedDown(by: tick) == later.dividedDown(by: tick)
    }

    /// Whether a change at `time` is not told apart from the last one, at `index`.
    func isWithinTick(of index: UInt32, _ time: Int64) -> Bool {
        guard isKnown(index), let last = events.time(of: index) else { return false }
        return isWithinTick(last, time)
    }

    private mutating func make() -> UInt32 {
        let index = pool.take()
        while states.count <= index { states.append(State()) }
        states[Int(index)] = State(references: 1)
        return index
    }

    /// Ends the chain that begins at `index` after ``longest`` events, unless the last of them is
    /// others' too, for which it may be the newest; readers do not go further anyway.
    private mutating func shorten(_ index: UInt32, retiring retirement: inout Retirement) {
        var last = index
        for _ in 1..<Self.longest where last != 0 { last = states[Int(last)].previous }
        guard last != 0, states[Int(last)].references == 1 else { return }
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
            if states[Int(index)].isCommon, let time = events.time(of: index) {
                common[time.dividedDown(by: tick)] = nil
            }
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

    mutating func free(_ index: UInt32) {
        if pool.give(index) { events.dropSegments(holding: index) }
    }

    /// The event that stands for the forgotten one at `index` and all others of its tick; used once
    /// more in the place of that one.
    mutating func settle(_ index: UInt32, retiring retirement: inout Retirement) -> UInt32 {
        guard !states[Int(index)].isCommon, let time = events.time(of: index) else { return index }
        let ticks = time.dividedDown(by: tick)
        guard let shared = common[ticks] else {
            common[ticks] = index
            states[Int(index)].isCommon = true
            return index
        }
        retain(shared)
        release(index, retiring: &retirement)
        return shared
    }

    /// Notes that a walk through the columns begins.
    mutating func beginWalk() { hasForgotten = false }

    /// Lets the events go that are older than the retention, of the next `most`; returns whether
    /// that was all.
    ///
    /// A clock that was set back lets all go: by its times, what is in use now would still be to
    /// come, and what was replaced would be used again.
    mutating func age(
        to time: Int64,
        atMost most: Int,
        retiring retirement: inout Retirement
    ) -> Bool {
        if aging == nil { aging = beginAging(at: time) }
        guard let walk = aging else { return true }
        let end = states.count - walk.next > most ? walk.next + most : states.count
        for index in walk.next..<end where states[index].isKnown {
            age(index, by: walk.steps, retiring: &retirement)
        }
        aging?.next = end
        guard end == states.count else { return false }
        aging = nil
        return true
    }

    private mutating func beginAging(at time: Int64) -> Aging? {
        guard let last = lastStep else {
            lastStep = time
            return nil
        }
        let (elapsed, overflow) = time.subtractingReportingOverflow(last)
        let isSetBack = overflow || elapsed < 0
        guard isSetBack || elapsed >= stepLength else { return nil }
        lastStep = time
        return Aging(steps: isSetBack ? nil : elapsed / stepLength)
    }

    private mutating func age(
        _ index: Int,
        by steps: Int64?,
        retiring retirement: inout Retirement
    ) {
        if let steps {
            guard let age = states[index].age else {
                states[index].age = 0
                return
            }
            let now = Int64(age) + steps
            states[index].age = UInt8(clamping: now)
            guard now >= Self.steps + 1 else { return }
        }
        events.forget(UInt32(index))
        hasForgotten = true
        release(letGo(UInt32(index)), retiring: &retirement)
    }
}

extension Int64 {
    /// Divided and rounded down, so that the quotients of a positive `divisor` are equally long.
    fileprivate func dividedDown(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
