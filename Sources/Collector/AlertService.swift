// SPDX-License-Identifier: Apache-2.0

public import Alerting
import Analysis
import Attribution
import Foundation
public import Logging
public import Model
import Notification
public import Settings
public import Storage

/// Evaluates alert rules over stored slots and tells whoever wants to know.
///
/// Where an alert stands is kept in the store, so that an evaluation goes on where the last one
/// ended, whoever made it; an event that could not be delivered is delivered by the next.
public actor AlertService {
    private let rules: [AlertRule]
    private let inventory: Inventory
    private let slotSeconds: Int64
    private let store: any VolumeStore
    private let webhooks: [(url: String, post: Post)]
    private let logger: Logger
    private let clock: (any AccountingClock)?
    private let turns: AlertTurns

    /// Slots looked back at for a rule that has never been evaluated.
    private static let firstLook: Int64 = 288

    /// Posts an event to the webhook at an address; why that failed, nil when it was taken.
    package typealias Post = @Sendable (_ url: String, _ event: AlertEvent) async -> String?

    /// - Parameters:
    ///   - settings: The rules, and whom to tell.
    ///   - store: What was counted, and where alerts stand.
    ///   - logger: Receives what failed.
    ///   - clock: Slots that are not over by it are those of a clock that was ahead; nil believes
    ///     all that is stored.
    ///   - predecessor: By an earlier configuration, over the same store: what it evaluates and
    ///     what this one does take turns.
    /// - Throws: `InputProblem` for a secret that cannot be read.
    public init(
        settings: Settings,
        store: any VolumeStore,
        logger: Logger,
        clock: (any AccountingClock)? = nil,
        after predecessor: AlertService? = nil
    ) throws {
        try self.init(
            settings: settings,
            store: store,
            logger: logger,
            clock: clock,
            after: predecessor,
            post: nil
        )
    }

    /// With another way to post than HTTP, unless `post` is nil.
    package init(
        settings: Settings,
        store: any VolumeStore,
        logger: Logger,
        clock: (any AccountingClock)? = nil,
        after predecessor: AlertService? = nil,
        post: Post?
    ) throws {
        self.clock = clock
        turns = predecessor?.turns ?? AlertTurns()
        rules = settings.alerts.rules.map { AlertRule($0) }
        inventory = settings.inventory
        slotSeconds = settings.slotSeconds
        self.store = store
        self.logger = logger
        webhooks = try settings.alerts.notify.enumerated().map { index, notifier in
            switch notifier {
            case .webhook(let webhook):
                let key = "alerts.notify[\(index)].webhook.secret"
                let hook = Webhook(url: webhook.url, secret: try webhook.secret?.octets(key))
                let send = post ?? { await hook.deliver($1).failure }
                return (webhook.url, send)
            }
        }
    }

    /// What an evaluation came to.
    public struct Outcome: Sendable {
        public var events: [AlertEvent] = []
        /// Where each alert stands now.
        public var records: [AlertRecord] = []
        /// Events that some webhook did not take.
        public var undelivered = 0

        public init() {}
    }

    /// Evaluates all rules over the sealed slots up to `slot` that they have not seen, delivers
    /// what happened and keeps where the alerts stand; logs what fails.
    public func evaluate(through slot: Int64) async {
        do {
            let outcome = try await run(through: slot, deliver: true)
            for event in outcome.events {
                logger.notice(
                    "alert \(event.transition.rawValue)",
                    metadata: ["rule": "\(event.rule)", "object": "\(event.object)"]
                )
            }
        } catch {
            logger.error("alerts not evaluated", metadata: ["reason": "\(error)"])
        }
    }

    /// Evaluates all rules over the sealed slots up to `slot`, inclusive.
    ///
    /// - Parameters:
    ///   - slot: Seconds since 1970-01-01 00:00 UTC.
    ///   - deliver: Whether to post what happened and to keep where the alerts stand.
    ///   - rule: Only the rule of this id; nil for all.
    /// - Returns: What happened.
    /// - Throws: What the store throws.
    public func run(
        through slot: Int64,
        deliver: Bool,
        rule: String? = nil
    ) async throws -> Outcome {
        let work = turns.next { [self] in
            try await evaluate(through: slot, deliver: deliver, rule: rule)
        }
        return try await withTaskCancellationHandler {
            try await work.value
        } onCancel: {
            work.cancel()
        }
    }

    private func evaluate(
        through slot: Int64,
        deliver: Bool,
        rule: String?
    ) async throws -> Outcome {
        let rules = rules.filter { rule == nil || $0.id == rule }
        let lastOver = lastOver
        let slot = min(slot, lastOver)
        let kept = try await store.alerts().map { record in
            record.slot > lastOver ? record.setBack(to: slot - slotSeconds) : record
        }
        let view = try await readings(through: slot, kept: kept)
        var outcome = Outcome()
        for rule in rules {
            for object in rule.objects(in: inventory) {
                let previous = kept.first { $0.rule == rule.id && $0.object == object.name }
                let due = previous.flatMap { AlertEvent(undelivered: $0, of: rule) }
                let evaluation = AlertEvaluation(
                    rule,
                    object: object.name,
                    readings: view.readings(of: object),
                    after: previous,
                    causes: { view.causes(of: object, in: $0) }
                )
                guard var record = evaluation.record else { continue }
                let events = [due].compactMap { $0 } + evaluation.events
                if deliver, !events.isEmpty {
                    let waiting = previous?.waiting ?? []
                    record.waiting = await post(due, to: waiting, then: evaluation.events)
                    record.isDelivered = record.waiting.isEmpty
                    if !record.isDelivered { outcome.undelivered += events.count }
                }
                outcome.events += evaluation.events
                outcome.records.append(record)
            }
        }
        if deliver { try await store.save(outcome.records) }
        return outcome
    }

    /// The last sealed slot that is over; nil when there is none.
    public func lastSealedSlot() async throws -> Int64? {
        guard let span = try await store.span() else { return nil }
        let lastOver = lastOver
        return try await store.slots(in: span).last { $0.isSealed && $0.start <= lastOver }?.start
    }

    /// The last slot that is over by the clock, in seconds since 1970-01-01 00:00 UTC.
    private var lastOver: Int64 {
        guard let clock else { return .max }
        let now = clock.now() / 1_000_000_000
        return now - now % slotSeconds - slotSeconds
    }

    /// Whether anything can be read of an object: the speeds of its interfaces are known.
    private func hasCapacity(_ object: AlertObject) -> Bool {
        let interconnect = inventory.interconnects[object.interconnect]
        return Utilization.capacity(of: interconnect, in: inventory) != nil
    }

    /// Posts what happened, and `due` to those who have not taken it yet.
    ///
    /// - Returns: The addresses of those who have not taken everything.
    private func post(
        _ due: AlertEvent?,
        to waiting: [String],
        then events: [AlertEvent]
    ) async -> [String] {
        var left: [String] = []
        for webhook in webhooks {
            let isWaiting = waiting.isEmpty || waiting.contains(webhook.url)
            for event in (isWaiting ? [due].compactMap { $0 } : []) + events {
                guard let reason = await webhook.post(webhook.url, event) else { continue }
                if !left.contains(webhook.url) { left.append(webhook.url) }
                logger.error("webhook failed", metadata: ["reason": "\(reason)"])
            }
        }
        return left
    }

    /// The traffic of the slots that some rule has not seen.
    private func readings(through slot: Int64, kept: [AlertRecord]) async throws -> AlertView {
        let seen = rules.flatMap { rule in
            rule.objects(in: inventory).filter(hasCapacity).map { object in
                kept.first { $0.rule == rule.id && $0.object == object.name }?.slot
            }
        }
        let firstLook = slot - Self.firstLook * slotSeconds
        let from = seen.map { $0.map { $0 + slotSeconds } ?? firstLook }.min() ?? firstLook
        let end = slot + slotSeconds
        let range = min(max(from, firstLook), end)..<end
        let resolver = FactResolver(inventory: inventory)
        let slots = try await store.slots(in: range).filter { $0.isSealed || $0.generation > 0 }
        let exporters = try await CountedExporters(inventory: inventory, store: store)
        let facts = exporters.counted(try await store.neighborFacts(in: range))
        let volumes = facts.compactMap(resolver.resolve)
        return AlertView(
            volumes: volumes,
            inventory: inventory,
            slots: PresentSlots(
                period: range,
                slotSeconds: slotSeconds,
                starts: slots.map(\.start)
            )
        )
    }
}

extension Webhook.Delivery {
    /// Why it failed; nil when it did not.
    fileprivate var failure: String? {
        if case .failed(let reason, _) = self { reason } else { nil }
    }
}

/// The traffic that rules are evaluated over.
private struct AlertView {
    let volumes: [AttributedVolume]
    let utilizations: [Utilization]

    init(volumes: [AttributedVolume], inventory: Inventory, slots: PresentSlots) {
        self.volumes = volumes
        utilizations = Utilization.all(of: volumes, inventory: inventory, slots: slots)
    }

    func readings(of object: AlertObject) -> [AlertReading] {
        let found = utilizations.first {
            $0.interconnect == object.interconnect && $0.direction == object.direction
        }
        return (found?.points ?? []).map { point in
            AlertReading(
                slot: point.slot,
                value: point.percent,
                intervalPercent: point.intervalPercent
            )
        }
    }

    func causes(of object: AlertObject, in slot: Int64) -> [AlertEvent.Cause] {
        Utilization.topPeers(
            of: volumes,
            interconnect: object.interconnect,
            direction: object.direction,
            slot: slot
        ).map { AlertEvent.Cause(peerAS: $0.peerAS, octets: $0.octets) }
    }
}

extension AlertRule {
    /// The rule that a rule file describes.
    init(_ settings: AlertRuleSettings) {
        var selection = Selection()
        switch settings.selection {
        case .all: break
        case .interconnect(let id): selection.interconnect = id
        case .kind(let kind): selection.kind = kind
        case .tag(let tag): selection.tag = tag
        }
        let directions: Directions =
            switch settings.direction {
            case .in: .ingress
            case .out: .egress
            case .either: .either
            }
        let severity: Severity =
            switch settings.severity {
            case .info: .info
            case .warning: .warning
            case .critical: .critical
            }
        self.init(
            id: settings.id,
            select: selection,
            direction: directions,
            raiseAbove: Double(settings.raiseAboveBasisPoints) / 100,
            clearBelow: Double(settings.clearBelowBasisPoints) / 100,
            forSlots: settings.forSlots,
            clearForSlots: settings.clearForSlots,
            severity: severity,
            runbook: settings.runbook
        )
    }
}

extension Settings.Secret {
    /// The secret itself, read when it is needed and kept nowhere else.
    ///
    /// - Parameter key: Where the configuration names it: "alerts.notify[0].webhook.secret".
    /// - Returns: Its octets, at least one.
    /// - Throws: When there are none, naming the key.
    func octets(_ key: String) throws(InputProblem) -> [UInt8] {
        switch self {
        case .environment(let name):
            guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else {
                throw InputProblem(
                    "\(key).env: the environment variable \(name) holds no secret"
                )
            }
            return Array(value.utf8)
        case .file(let path):
            guard let data = FileManager.default.contents(atPath: path), !data.isEmpty else {
                throw InputProblem("\(key).file: \(path): the secret cannot be read")
            }
            var octets = Array(data)
            while let last = octets.last, last == 10 || last == 13 { octets.removeLast() }
            // An empty key would be none: sessions without signatures, webhooks that anybody signs.
            guard !octets.isEmpty else {
                throw InputProblem("\(key).file: \(path) holds no secret, only the end of a line")
            }
            return octets
        }
    }
}
