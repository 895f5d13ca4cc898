// SPDX-License-Identifier: Apache-2.0

/// A change of the route that a view uses for a prefix.
struct RouteEvent: Equatable, Sendable {
    /// In nanoseconds since 1970-01-01 00:00 UTC.
    var time: Int64
    var replaced = ColumnWord.none
    /// When the replaced word had come; as ``time``.
    var replacedSince: Int64 = 0
    /// The event that told of the replaced word; 0 when that is not known any more.
    var previous: UInt32 = 0
}

/// What a view had for an entry at some time.
enum PastRoute {
    /// What it has now.
    case same
    /// The word that the event replaced.
    case other(RouteEvent)
    case nothing
    /// It is not remembered.
    case unknown
}

/// The events, as readers see them.
///
///     event = time, replaced since (two words each), replaced, previous, two words of nothing
final class PublishedEvents: Sendable {
    static let blockShift: UInt32 = 11
    /// Events that there is address space for.
    static let capacity: UInt32 = 1 << 24
    private let words = PublishedWords(segmentShift: blockShift + 3, capacityShift: 27)
    /// Stands where nothing was replaced, for 0 says that it was forgotten; it is no word of a
    /// column.
    private static let nothing: UInt32 = 1

    func event(at index: UInt32) -> RouteEvent? {
        guard index != 0 else { return nil }
        return event(at: index, replaced: words[index << 3 | 4])
    }

    private func event(at index: UInt32, replaced: UInt32) -> RouteEvent {
        RouteEvent(
            time: number(at: index << 3),
            replaced: replaced == Self.nothing ? .none : ColumnWord(rawValue: replaced),
            replacedSince: number(at: index << 3 | 2),
            previous: words[index << 3 | 5]
        )
    }

    /// Begins to load the event at `index`.
    func prefetch(_ index: UInt32) { words.cells.prefetch(index << 3) }

    /// When the event at `index` was; nil for 0.
    func time(of index: UInt32) -> Int64? { index == 0 ? nil : number(at: index << 3) }

    /// What an entry whose last event is at `index` had at `time`: what the first event after that
    /// replaced.
    ///
    /// Most events were long ago and are forgotten: one word tells.
    func past(at index: UInt32, _ time: Int64) -> PastRoute {
        var past = PastRoute.same
        var next = index
        for _ in 0..<RouteHistory.longest where next != 0 {
            let replaced = words[next << 3 | 4]
            if replaced == 0 {
                guard case .same = past else { return past }
                return .unknown
            }
            let event = event(at: next, replaced: replaced)
            guard time < event.time else { return past }
            past = event.replaced.isNone ? .nothing : .other(event)
            next = event.previous
        }
        return past
    }

    /// Whether the event at `index` or one before it replaced `word`.
    func hasReplaced(_ word: ColumnWord, at index: UInt32) -> Bool {
        var next = index
        for _ in 0..<RouteHistory.longest {
            guard let event = event(at: next) else { return false }
            if event.replaced == word { return true }
            next = event.previous
        }
        return false
    }

    private func number(at position: UInt32) -> Int64 {
        Int64(bitPattern: UInt64(words[position]) << 32 | UInt64(words[position | 1]))
    }

    /// Writer only.
    func store(_ event: RouteEvent, at index: UInt32) {
        words.prepare(index << 3)
        store(event.time, at: index << 3)
        store(event.replacedSince, at: index << 3 | 2)
        words.store(event.previous, at: index << 3 | 5)
        words.store(
            event.replaced.isNone ? Self.nothing : event.replaced.rawValue,
            at: index << 3 | 4
        )
    }

    private func store(_ number: Int64, at position: UInt32) {
        words.store(UInt32(truncatingIfNeeded: number >> 32), at: position)
        words.store(UInt32(truncatingIfNeeded: number), at: position | 1)
    }

    /// Forgets all but the time; writer only.
    func forget(_ index: UInt32) {
        words.store(0, at: index << 3 | 4)
        words.store(0, at: index << 3 | 5)
    }

    /// Forgets the events before; writer only.
    func forgetPrevious(at index: UInt32) { words.store(0, at: index << 3 | 5) }

    /// Writer only.
    func dropSegments(holding index: UInt32) {
        words.dropSegment(holding: index << 3)
    }

    var octets: Int { words.octets }
}
