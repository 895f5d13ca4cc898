// SPDX-License-Identifier: Apache-2.0

import Model

extension Keys {
    static let alerts = Section<Settings.Alerts>(
        "the alerts",
        initial: { _ in Settings.Alerts() },
        rows: [
            .optional(
                "directory",
                .path,
                \.directory,
                default: "no rules",
                "Directory of rule files: all of its files that end in .yaml or .yml."
            ),
            .key("notify", .list(of: notifier).hidden(), \.notify, "Who is told."),
        ]
    )

    private static let notifier = Kind<NotifierDraft>.section(
        Section<NotifierDraft>(
            "who is told",
            isChoice: true,
            initial: { _ in NotifierDraft() },
            rows: [
                .optional(
                    "webhook",
                    .section(webhook),
                    \.webhook,
                    "A URL that alerts are posted to."
                ),
                .later("alertmanager", "the Alertmanager of Prometheus."),
                .later("email", "mail."),
                .later("syslog", "syslog (RFC 5424)."),
            ]
        )
    ).map(
        { draft, _, _ in draft.webhook.map { Settings.Notifier.webhook($0) } },
        back: { notifier, _ in
            switch notifier {
            case .webhook(let webhook): NotifierDraft(webhook: webhook)
            }
        }
    )

    private static let webhook = Section<Settings.Webhook>(
        "a webhook",
        initial: { _ in Settings.Webhook(url: "") },
        rows: [
            .key("url", .url, \.url, required: true, "Where alerts are posted to."),
            .optional(
                "secret",
                secret,
                \.secret,
                default: "no signature",
                "Where the key is found that signs the body (HMAC, SHA-256)."
            ),
        ]
    )
}

private struct NotifierDraft {
    var webhook: Settings.Webhook?
}

// MARK: - Rule files

extension Keys {
    /// A file of alert rules.
    static let ruleFile = Section<[AlertRuleSettings]>(
        "a file of alert rules",
        initial: { _ in [] },
        rows: [
            .key(
                "rules",
                .list(of: .section(rule)),
                \.self,
                required: true,
                "The rules of this file."
            )
        ]
    )

    private static let rule = Section<AlertRuleSettings>(
        "a rule",
        initial: { _ in AlertRuleSettings(id: "") },
        check: { rule, reading in
            let isComplete = !reading.hasProblems(below: reading.path)
            if isComplete, rule.clearBelowBasisPoints >= rule.raiseAboveBasisPoints {
                let limit = Decimals.text(Int64(rule.raiseAboveBasisPoints), places: 2)
                reading.report(
                    reading.path + ".clearBelow",
                    "is not below raiseAbove, \(limit)%",
                    expected: "a lower percentage, so that an alert does not flap"
                )
            }
        },
        rows: [
            .key("id", .name, \.id, required: true, "Its name, unique in all files."),
            .key("type", .word(), \.type, required: true, "What it watches."),
            .key(
                "select",
                selection,
                \.selection,
                default: "all interconnects",
                "Which interconnects it watches."
            ),
            .key("direction", .word(), \.direction, "Which direction of the traffic it watches."),
            .key(
                "raiseAbove",
                .percent,
                \.raiseAboveBasisPoints,
                required: true,
                unit: "percent of the speed",
                "Above this it is raised."
            ),
            .key(
                "clearBelow",
                .percent,
                \.clearBelowBasisPoints,
                required: true,
                unit: "percent of the speed",
                "Below this it is resolved."
            ),
            .key("for", .slots, \.forSlots, "How many slots in a row raise it."),
            .key("clearFor", .slots, \.clearForSlots, "How many slots in a row resolve it."),
            .key("severity", .word(), \.severity, "How bad it is."),
            .optional("runbook", .url, \.runbook, "What to do about it."),
        ]
    )

    private static let selection = Kind<SelectionDraft>.section(
        Section<SelectionDraft>(
            "a selection",
            isChoice: true,
            initial: { _ in SelectionDraft() },
            rows: [
                .optional("interconnect", .name, \.interconnect, "The one with this id."),
                .optional("kind", .word(), \.kind, "All of this kind."),
                .optional("tag", .name, \.tag, "All with this tag."),
            ]
        )
    ).map(
        { draft, _, _ in
            draft.interconnect.map { AlertRuleSettings.Selection.interconnect($0) }
                ?? draft.kind.map { AlertRuleSettings.Selection.kind($0) }
                ?? draft.tag.map { AlertRuleSettings.Selection.tag($0) }
        },
        back: { selection, _ in
            switch selection {
            case .all: SelectionDraft()
            case .interconnect(let id): SelectionDraft(interconnect: id)
            case .kind(let kind): SelectionDraft(kind: kind)
            case .tag(let tag): SelectionDraft(tag: tag)
            }
        }
    )
}

private struct SelectionDraft {
    var interconnect: String?
    var kind: Interconnect.Kind?
    var tag: String?
}
