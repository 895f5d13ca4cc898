// SPDX-License-Identifier: Apache-2.0

import Model

/// A record of the batch whose counters are running totals, and what tells its flow from others.
struct RunningTotal: Sendable {
    /// Where in the batch the record is.
    let index: Int
    /// Which of the counters are totals.
    let counters: Counters
    /// What its flow is recognized by.
    let key: UInt64
    let form: StartForm
    /// When the message left, in nanoseconds since 1970-01-01 00:00 UTC.
    let exportTime: Int64

    struct Counters: OptionSet, Sendable {
        let rawValue: UInt8
        static let octets = Counters(rawValue: 1 << 0)
        static let packets = Counters(rawValue: 1 << 1)
    }

    /// How exact the start of a flow is from record to record.
    enum StartForm: Sendable {
        /// The same in all records of the flow.
        case absolute
        /// By the exporter's uptime, which is the same; the time it stands for goes to and fro by a
        /// second, as NetFlow v9 headers tell whole seconds.
        case uptime
        /// Counted from the message's own time, from one that options tell, or back from the end.
        case relative
        /// Not told: the time the record has is that of its observation.
        case unknown
    }

    /// - Parameters:
    ///   - record: The record.
    ///   - index: Where in the batch it is.
    ///   - counters: Which of its counters are totals.
    ///   - flowID: The exporter's own name for the flow (IE 148); nil when it gives none.
    ///   - form: How exact its start is.
    ///   - context: The message it came in.
    init(
        _ record: FlowRecord,
        at index: Int,
        _ counters: Counters,
        flowID: UInt64?,
        start form: StartForm,
        _ context: MessageContext
    ) {
        self.index = index
        self.counters = counters
        self.form = form
        exportTime = context.exportTime
        var hasher = Hasher()
        hasher.combine(context.flowProtocol)
        hasher.combine(context.domain)
        hasher.combine(record.isReverse)
        if record.has(.start) { Self.start(record, form, context).map { hasher.combine($0) } }
        if let flowID {
            hasher.combine(flowID)
        } else {
            Self.combine(record, into: &hasher)
        }
        key = UInt64(bitPattern: Int64(hasher.finalize()))
    }

    /// The start in a form that is the same in all records of a flow; nil when there is none.
    private static func start(
        _ record: FlowRecord,
        _ form: StartForm,
        _ context: MessageContext
    ) -> Int64? {
        switch form {
        case .absolute: return record.start
        case .relative, .unknown: return nil
        case .uptime:
            let age = (context.exportTime &- record.start) / 1_000_000
            return Int64(context.uptime &- UInt32(truncatingIfNeeded: age))
        }
    }

    /// Hashes what a flow is made of.
    ///
    /// The interface it leaves by, next hops and AS numbers may change in its course.
    private static func combine(_ record: FlowRecord, into hasher: inout Hasher) {
        hasher.combine(record.known.intersection([.source, .destination, .vlan]))
        hasher.combine(record.source)
        hasher.combine(record.destination)
        hasher.combine(record.ipProtocol)
        hasher.combine(record.sourcePort)
        hasher.combine(record.destinationPort)
        hasher.combine(record.ingressInterface)
        hasher.combine(record.vlan)
        hasher.combine(record.direction)
        hasher.combine(record.routeDistinguisher)
        guard !record.has(.source), !record.has(.destination) else { return }
        hasher.combine(record.sourceMAC)
        hasher.combine(record.destinationMAC)
        hasher.combine(record.etherType)
    }
}

extension RunningTotal.Counters {
    /// Those that a template's fields, as they are read, give.
    init(_ readings: [FieldReading]) {
        self = []
        if readings.contains(.totalOctets) { insert(.octets) }
        if readings.contains(.totalPackets) { insert(.packets) }
    }
}

extension RunningTotal.StartForm {
    /// That of a template's fields, as they are read.
    init(_ readings: [FieldReading], _ template: Template) {
        if readings.contains(.startUptime) {
            self = template.isNetFlow9 ? .uptime : .relative
        } else if readings.contains(where: { $0.slot == .start }) {
            self = readings.contains(.startDelta) ? .relative : .absolute
        } else {
            self = readings.contains { $0.slot == .duration } ? .relative : .unknown
        }
    }
}
