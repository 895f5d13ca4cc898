// SPDX-License-Identifier: Apache-2.0

/// Where one alert stands.
///
/// # How it works
///
///     inactive --above--> pending --above, `forSlots` slots in all--> firing   (raised)
///        ^------ not above ---'                                       ^    |
///        |                                              not below ----'    | below
///        '----- below, `clearForSlots` slots in all ---- clearing <--------'
///       (resolved)
///
/// A slot for which there is no data changes nothing: it is neither above nor below, so it neither
/// raises nor resolves, and it does not break a series either (DOMAIN 3f).
public enum AlertState: Equatable, Sendable {
    case inactive
    /// Above the limit for so many slots, not yet enough of them.
    case pending(slots: Int)
    case firing
    /// Below the lower limit for so many slots, not yet enough of them.
    case clearing(slots: Int)

    /// What one slot showed.
    public enum Observation: Equatable, Sendable {
        case above
        /// Not above the upper limit, not below the lower.
        case between
        case below
        case noData
    }

    /// What operations are told of.
    public enum Transition: String, Equatable, Sendable {
        case raised, resolved
    }

    /// Takes in one more slot.
    ///
    /// - Returns: What to tell, if anything.
    public mutating func advance(
        _ observation: Observation,
        forSlots: Int,
        clearForSlots: Int
    ) -> Transition? {
        switch (self, observation) {
        case (_, .noData): return nil
        case (.inactive, .above): return count(above: 1, of: forSlots)
        case (.pending(let slots), .above): return count(above: slots + 1, of: forSlots)
        case (.inactive, _), (.pending, _): self = .inactive
        case (.firing, .below): return count(below: 1, of: clearForSlots)
        case (.clearing(let slots), .below): return count(below: slots + 1, of: clearForSlots)
        case (.firing, _), (.clearing, _): self = .firing
        }
        return nil
    }

    private mutating func count(above slots: Int, of needed: Int) -> Transition? {
        self = slots >= needed ? .firing : .pending(slots: slots)
        return self == .firing ? .raised : nil
    }

    private mutating func count(below slots: Int, of needed: Int) -> Transition? {
        self = slots >= needed ? .inactive : .clearing(slots: slots)
        return self == .inactive ? .resolved : nil
    }

    /// The word in JSON output and in the store.
    public var word: String {
        switch self {
        case .inactive: "inactive"
        case .pending: "pending"
        case .firing: "firing"
        case .clearing: "clearing"
        }
    }

    /// Consecutive slots that count towards the next state.
    public var count: Int {
        switch self {
        case .pending(let slots), .clearing(let slots): slots
        case .inactive, .firing: 0
        }
    }

    /// The state of that word and count; inactive for any other word.
    public init(word: String, count: Int) {
        switch word {
        case "pending": self = .pending(slots: count)
        case "firing": self = .firing
        case "clearing": self = .clearing(slots: count)
        default: self = .inactive
        }
    }
}
