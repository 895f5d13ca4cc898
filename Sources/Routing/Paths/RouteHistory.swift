// SPDX-License-Identifier: Apache-2.0

/// When the words of the columns changed, and from what: so that a flow which ended before a change
/// is attributed by the route of its own time.
///
/// # How it works
///
/// Next to its word, each entry of a view has the index of an *event*, written once and then only
/// forgotten: when the word changed, which word it replaced, and when that one had come.
///
///     column word  [ paths B ]     event 7  [ changed 12:05 | was paths A | since 09:30 ]
///     column event [    7    ] ---^
///
/// Entries changed in one update from the same word share one event, so a table that is loaded
/// makes one event a message. Events age by whole steps of an eighth of the retention; one that is
/// older than the retention lets go of the paths it replaced, and keeps the time.
struct RouteHistory {
    private struct State {
        var references: UInt32 = 0
        /// Steps since it was first seen by ``age(to:letGo:)``; nil before, and when forgotten.
        var age: UInt8?
        var word = ColumnWord.none
    }

    /// Steps after which the replaced word is let go.
    private static let steps: Int64 = 8

    private let events: PublishedEvents
    private let stepLength: Int64
    private var pool = IndexPool(blockShift: PublishedEvents.blockShift)
    private var states: [State] = []
    private var lastStep: Int64?
    private var latest: (index: UInt32, event: RouteEvent)?

    init(published: PublishedTable, retention: Int64) {
        events = published.events
        stepLength = max(1, retention / Self.steps)
        _ = pool.take()  // 0 is no event
        states.append(State())
    }

    var count: Int { pool.live - 1 }

    /// The event at `index`; nil for 0.
    func event(at index: UInt32) -> RouteEvent? { events.event(at: index) }

    /// An index for `event`, counted as used once; `isNew` when it holds another path set.
    mutating func take(
        _ event: RouteEvent,
        retiring retirement: inout Retirement
    ) -> (index: UInt32, isNew: Bool) {
        if let latest, latest.event == event, states[Int(latest.index)].references > 0,
            states[Int(latest.index)].word == event.replaced
        {
            states[Int(latest.index)].references += 1
            return (latest.index, false)
        }
        let index = pool.take()
        while states.count <= index { states.append(State()) }
        states[Int(index)] = State(references: 1, word: event.replaced)
        events.store(event, at: index, retiring: &retirement)
        latest = (index, event)
        return (index, true)
    }

    mutating func retain(_ index: UInt32) {
        if index != 0 { states[Int(index)].references += 1 }
    }

    /// Counts one use less of `index`; returns the word it held when that was the last.
    mutating func release(_ index: UInt32, retiring retirement: inout Retirement) -> ColumnWord {
        guard index != 0 else { return .none }
        states[Int(index)].references -= 1
        guard states[Int(index)].references == 0 else { return .none }
        retirement.add(.event(index))
        let word = states[Int(index)].word
        states[Int(index)].word = .none
        return word
    }

    mutating func free(_ index: UInt32, retiring retirement: inout Retirement) {
        if pool.give(index) { events.dropSegments(holding: index, retiring: &retirement) }
    }

    /// Lets the events go that are older than the retention; returns the words they held.
    ///
    /// A clock that was set back lets all go: by its times, what is in use now would still be to
    /// come, and what was replaced would be used again.
    mutating func age(to time: Int64) -> [ColumnWord] {
        guard let last = lastStep else {
            lastStep = time
            return []
        }
        let (elapsed, overflow) = time.subtractingReportingOverflow(last)
        guard !overflow, elapsed >= 0 else {
            lastStep = time
            return letAllGo()
        }
        guard elapsed >= stepLength else { return [] }
        lastStep = time
        let steps = UInt8(clamping: elapsed / stepLength)
        var words: [ColumnWord] = []
        for index in states.indices where !states[index].word.isNone {
            guard let age = states[index].age else {
                states[index].age = 0
                continue
            }
            states[index].age = UInt8(clamping: Int64(age) + Int64(steps))
            guard Int64(age) + Int64(steps) >= Self.steps + 1 else { continue }
            words.append(states[index].word)
            states[index].word = .none
            states[index].age = nil
            events.forgetReplaced(at: UInt32(index))
        }
        return words
    }

    private mutating func letAllGo() -> [ColumnWord] {
        var words: [ColumnWord] = []
        for index in states.indices where !states[index].word.isNone {
            words.append(states[index].word)
            states[index].word = .none
            states[index].age = nil
            events.forgetReplaced(at: UInt32(index))
        }
        return words
    }
}

/// A change of the route that a view uses for a prefix.
struct RouteEvent: Equatable, Sendable {
    /// In nanoseconds since 1970-01-01 00:00 UTC.
    var time: Int64
    var replaced = ColumnWord.none
    /// When the replaced word had come; as ``time``.
    var replacedSince: Int64 = 0
}

/// The events, as readers see them.
final class PublishedEvents: Sendable {
    static let blockShift: UInt32 = 9
    private let words = PublishedWords(segmentShift: blockShift + 3)

    func event(at index: UInt32) -> RouteEvent? {
        guard index != 0 else { return nil }
        return RouteEvent(
            time: number(at: index << 3),
            replaced: ColumnWord(rawValue: words[index << 3 | 4]),
            replacedSince: number(at: index << 3 | 2)
        )
    }

    /// When the event at `index` was; nil for 0.
    func time(of index: UInt32) -> Int64? { index == 0 ? nil : number(at: index << 3) }

    /// What the event at `index` replaced, if that is still known and was in use at `time`.
    ///
    /// Most events replaced nothing, or long ago: one word tells.
    func replacement(at index: UInt32, after time: Int64) -> RouteEvent? {
        guard index != 0, words[index << 3 | 4] != ColumnWord.none.rawValue,
            let event = event(at: index), time < event.time, !event.replaced.isNone
        else { return nil }
        return event
    }

    private func number(at position: UInt32) -> Int64 {
        Int64(bitPattern: UInt64(words[position]) << 32 | UInt64(words[position | 1]))
    }

    /// Writer only.
    func store(_ event: RouteEvent, at index: UInt32, retiring retirement: inout Retirement) {
        retirement.add(words.prepare(index << 3))
        store(event.time, at: index << 3)
        store(event.replacedSince, at: index << 3 | 2)
        words.store(event.replaced.rawValue, at: index << 3 | 4)
    }

    private func store(_ number: Int64, at position: UInt32) {
        words.store(UInt32(truncatingIfNeeded: number >> 32), at: position)
        words.store(UInt32(truncatingIfNeeded: number), at: position | 1)
    }

    /// Writer only.
    func forgetReplaced(at index: UInt32) { words.store(0, at: index << 3 | 4) }

    /// Writer only.
    func dropSegments(holding index: UInt32, retiring retirement: inout Retirement) {
        retirement.add(words.dropSegment(holding: index << 3))
    }

    var octets: Int { words.octets }
}
