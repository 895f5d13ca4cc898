// SPDX-License-Identifier: Apache-2.0

public import Model

/// When operations want to be told, in the words of a rule file.
public struct AlertRule: Equatable, Sendable {
    public var id: String
    public var type: Condition
    public var select: Selection
    public var direction: Directions
    /// An alert is raised above this, in percent.
    public var raiseAbove: Double
    /// It is resolved below this, in percent; less than ``raiseAbove``.
    public var clearBelow: Double
    /// For how many slots it must be above.
    public var forSlots: Int
    /// For how many slots it must be below.
    public var clearForSlots: Int
    public var severity: Severity
    /// Where it is written what to do.
    public var runbook: String?

    public init(
        id: String,
        type: Condition = .utilization,
        select: Selection = Selection(),
        direction: Directions = .either,
        raiseAbove: Double,
        clearBelow: Double,
        forSlots: Int = 2,
        clearForSlots: Int = 3,
        severity: Severity = .warning,
        runbook: String? = nil
    ) {
        self.id = id
        self.type = type
        self.select = select
        self.direction = direction
        self.raiseAbove = raiseAbove
        self.clearBelow = clearBelow
        self.forSlots = forSlots
        self.clearForSlots = clearForSlots
        self.severity = severity
        self.runbook = runbook
    }

    /// What is measured.
    public enum Condition: String, Sendable, CaseIterable {
        /// Of the sum of the speeds of an interconnect's interfaces.
        case utilization
    }

    public enum Directions: String, Sendable, CaseIterable {
        case ingress, egress
        /// Each by itself.
        case either

        public var directions: [Direction] {
            switch self {
            case .ingress: [.ingress]
            case .egress: [.egress]
            case .either: Direction.allCases
            }
        }
    }

    public enum Severity: String, Sendable, CaseIterable {
        case info, warning, critical
    }

    /// Which interconnects a rule is about: all that match everything it names.
    public struct Selection: Equatable, Sendable {
        /// Identifier of one interconnect.
        public var interconnect: String?
        public var kind: Interconnect.Kind?
        public var relationship: Interconnect.Relationship?
        public var tag: String?

        public init(
            interconnect: String? = nil,
            kind: Interconnect.Kind? = nil,
            relationship: Interconnect.Relationship? = nil,
            tag: String? = nil
        ) {
            self.interconnect = interconnect
            self.kind = kind
            self.relationship = relationship
            self.tag = tag
        }

        public func matches(_ candidate: Interconnect) -> Bool {
            (interconnect == nil || interconnect == candidate.id)
                && (kind == nil || kind == candidate.kind)
                && (relationship == nil || relationship == candidate.relationship)
                && (tag.map { candidate.tags.contains($0) } ?? true)
        }
    }

    /// The first thing about the rule that makes no sense: its key, and what was expected.
    public var problem: (key: String, expected: String)? {
        if !(raiseAbove.isFinite && raiseAbove > 0) {
            return ("raiseAbove", "a percentage above 0")
        }
        if !(clearBelow > 0 && clearBelow < raiseAbove) {
            return ("clearBelow", "a percentage above 0 and below raiseAbove")
        }
        if forSlots < 1 { return ("for", "at least 1 slot") }
        if clearForSlots < 1 { return ("clearFor", "at least 1 slot") }
        return nil
    }

    /// What the rule watches in `inventory`, in its order.
    public func objects(in inventory: Inventory) -> [AlertObject] {
        inventory.interconnects.indices.filter { select.matches(inventory.interconnects[$0]) }
            .flatMap { index in
                direction.directions.map { direction in
                    AlertObject(
                        interconnect: index,
                        direction: direction,
                        name: "\(inventory.interconnects[index].id) \(direction.word)"
                    )
                }
            }
    }
}

/// One thing a rule watches: an interconnect in one direction.
public struct AlertObject: Hashable, Sendable {
    /// Index into ``Inventory/interconnects``.
    public var interconnect: Int
    public var direction: Direction
    /// "transit-1 ingress": how records and events name it.
    public var name: String

    public init(interconnect: Int, direction: Direction, name: String) {
        self.interconnect = interconnect
        self.direction = direction
        self.name = name
    }
}
