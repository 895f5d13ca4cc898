// SPDX-License-Identifier: Apache-2.0

/// The days on which something counts, as the configuration gives them.
struct Validity: Equatable, Sendable {
    var from: CalendarDay?
    /// The last day.
    var to: CalendarDay?
    var noticeDays: Int?

    init() {}

    /// The days of `range`; nil when it has no bounds.
    init?(_ range: Range<Int64>, in timezone: String, noticeDays: Int? = nil) {
        if range.lowerBound > .min { from = CalendarDay(range.lowerBound, in: timezone) }
        if range.upperBound < .max { to = CalendarDay(range.upperBound - 1, in: timezone) }
        self.noticeDays = noticeDays
        if from == nil, to == nil, noticeDays == nil { return nil }
    }

    /// From the beginning of the first day to the end of the last, in seconds since 1970-01-01 UTC;
    /// nil when they are in the wrong order.
    func range(in timezone: String) -> Range<Int64>? {
        let begin = from.map { $0.begin(in: timezone) ?? .min } ?? .min
        let end = to.map { $0.begin(in: timezone, later: 1) ?? .max } ?? .max
        return begin < end ? begin..<end : nil
    }
}

extension Keys {
    static let validity = Section<Validity>(
        "the validity",
        initial: { _ in Validity() },
        check: checkOrder,
        rows: dayRows
    )

    static let contractValidity = Section<Validity>(
        "the validity",
        initial: { _ in Validity() },
        check: checkOrder,
        rows: dayRows + [
            .optional(
                "noticeDays",
                .integer(0...3650),
                \.noticeDays,
                unit: "days",
                "How long before its end it has to be cancelled."
            )
        ]
    )

    private static let dayRows: [Row<Validity>] = [
        .optional("from", .day, \.from, default: "since ever", "The first day."),
        .optional("to", .day, \.to, default: "for ever", "The last day."),
    ]

    @Sendable
    private static func checkOrder(_ days: inout Validity, _ reading: inout Reading) {
        guard let from = days.from, let to = days.to, to < from else { return }
        reading.report(
            reading.path + ".to",
            "the last day \(to) is before the first, \(from)",
            expected: "\(from) or later"
        )
    }
}
