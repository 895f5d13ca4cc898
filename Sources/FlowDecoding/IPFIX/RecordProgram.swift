// SPDX-License-Identifier: Apache-2.0

import Model

/// How the records of a template are read: which octets become which field.
///
/// # How it works
///
/// A record is a row. Where the fields of a template have fixed lengths, each lies equally far from
/// the start of its row; a value of variable length ends a *segment*, and what follows lies equally
/// far from the start of the next one. So a row is a few numbers, where its segments start, and a
/// field is a load: so many octets that end so far after the start of that segment.
///
///     fields    8:4  12:4  95:variable  7:2  1:4
///     segments  0 ...............       1 ......
///     loads     source 0+4, destination 0+8, sourcePort 1+2, octets 1+6
///
/// The 8 octets *ending* there are loaded and the upper ones masked away: one way to read numbers
/// of every length, reduced-size encoding (RFC 7011, section 6.2) included. They never begin before
/// the datagram, because a message header precedes every set.
///
/// A load is done for all rows before the next (``RecordRows``), so what it costs to find out what
/// is to be done is paid once a set and not once a record. What every record of the template has in
/// common is in a blank record, with which the rows begin; what a field cannot say alone goes to a
/// column beside the rows and is sorted out at the end (RecordFinishing).
struct RecordProgram: Sendable {
    /// What one field is read as, and where it is.
    struct Load: Sendable {
        let reading: FieldReading
        /// Length in octets; 0 when the value says its own, and lies before its segment's start.
        let width: UInt8
        /// Whether the record may have another address in the same place, or none.
        ///
        /// A zero does not displace another: templates for both families leave the unused
        /// addresses zero.
        let isShared: Bool
        let segment: UInt16
        /// Where the field ends, in octets from the start of its segment.
        let end: UInt32
        /// What is of the field in the 8 octets that end there.
        let mask: UInt64

        init(
            _ reading: FieldReading,
            octets: Int,
            isShared: Bool,
            segment: UInt16,
            end: UInt32
        ) {
            self.reading = reading
            self.width = UInt8(octets)
            self.isShared = isShared
            self.segment = segment
            self.end = end
            mask = octets == 0 ? 0 : UInt64.max >> UInt64(64 - 8 * min(octets, 8))
        }
    }

    /// A piece of a packet that is in the record.
    struct Section: Sendable {
        let reading: FieldReading
        /// As in ``Load``; `width` is -1 when the value says its own length.
        let segment: Int
        let end: Int
        let width: Int
    }

    /// Loads of a known width, by group: each for all rows, one after another.
    private(set) var loads: [Load] = []
    /// Where in ``loads`` the next group begins.
    private(set) var numbersEnd = 0
    private(set) var addressesEnd = 0
    private(set) var linksEnd = 0
    private(set) var timesEnd = 0
    /// Loads of values that say their own length, and of what shares a place with those: done for
    /// each row by itself.
    private(set) var rowLoads: [Load] = []
    /// How far loads of a known width reach at most, from the start of each segment.
    private(set) var reach: [UInt32] = [0]
    private(set) var section: Section?
    /// The fields that every record has, and what else is the same in all.
    private(set) var known: FlowRecord.Fields = []
    private(set) var octetsBasis = OctetsBasis.ip
    /// Addresses that are of IPv6 in every record.
    private(set) var sixes: FlowRecord.Fields = []
    /// A bit for each ``FieldReading`` of which there is a column.
    private(set) var columns: UInt128 = 0
    /// Whether the header of a message says what uptimes are times of.
    private let anchorsUptimes: Bool
    /// Whether there is a column of a VLAN, of an uptime, of a time of observation.
    private(set) var hasVLANs = false
    private(set) var hasUptimes = false
    private(set) var hasObserved = false

    /// Compiles `template`, each field of which is read as `readings` say.
    ///
    /// - Parameters:
    ///   - template: What lies where.
    ///   - readings: How each field is read.
    ///   - forward: Of the first flows of biflows, when this is for the second ones: their rows
    ///     begin as copies of records, and not blank.
    init(
        _ template: Template,
        _ readings: [FieldReading],
        reverseOf forward: RecordProgram? = nil
    ) {
        anchorsUptimes = template.isNetFlow9
        let shared = forward == nil ? Self.sharedPlaces(readings) : Self.places
        let variable = zip(template.fields, readings).reduce(FlowRecord.Fields()) {
            $1.0.length == Template.Field.variableLength ? $0.union($1.1.fills) : $0
        }
        var segment: UInt16 = 0
        var end: UInt32 = 0
        for (field, reading) in zip(template.fields, readings) {
            let isVariable = field.length == Template.Field.variableLength
            segment += isVariable ? 1 : 0
            end = isVariable ? 0 : end + UInt32(field.length)
            if isVariable { reach.append(0) }
            reach[Int(segment)] = end
            if reading.slot == .section {
                section = Section(
                    reading: reading,
                    segment: Int(segment),
                    end: Int(end),
                    width: isVariable ? -1 : Int(field.length)
                )
            } else if reading != .skip {
                let load = Load(
                    reading,
                    octets: isVariable ? 0 : Int(field.length),
                    isShared: isVariable || !shared.isDisjoint(with: reading.fills),
                    segment: segment,
                    end: end
                )
                let isAlone =
                    isVariable || load.isShared && !variable.isDisjoint(with: reading.fills)
                add(load, isAlone: isAlone)
            }
        }
        sort()
        // When the exporter booted is said once, for both directions.
        columns |= (forward?.columns ?? 0) & FieldReading.bits(.systemInitTime)
        hasVLANs = hasAny(RecordRows.vlanReadings)
        hasUptimes = hasAny(RecordRows.uptimeReadings)
        hasObserved = hasAny(RecordRows.observedReadings)
    }

    /// Puts the loads of a group side by side; in each they stay in order.
    private mutating func sort() {
        var sorted: [Load] = []
        func take(_ group: FieldReading.Group) -> Int {
            sorted += loads.filter { self.group(of: $0) == group }
            return sorted.count
        }
        numbersEnd = take(.number)
        addressesEnd = take(.address)
        linksEnd = take(.link)
        timesEnd = take(.time)
        _ = take(.waiting)
        loads = sorted
    }

    /// What is done with a load of a known width: an uptime of NetFlow is a time by the header of
    /// its message alone, and waits for nothing.
    private func group(of load: Load) -> FieldReading.Group {
        anchorsUptimes && load.reading.isUptime ? .time : load.reading.group
    }

    private mutating func add(_ load: Load, isAlone: Bool) {
        if isAlone ? load.reading.isInColumn : group(of: load) == .waiting {
            columns |= 1 << UInt128(load.reading.rawValue)
        }
        guard !isAlone else { return rowLoads.append(load) }
        loads.append(load)
        guard !load.isShared else { return }  // known row by row
        known.formUnion(load.reading.fills)
        if load.width == 16 { sixes.formUnion(load.reading.fills) }
        if let basis = load.reading.basis { octetsBasis = basis }
    }

    private static let places: FlowRecord.Fields = [
        .source, .destination, .nextHop, .bgpNextHop,
    ]

    /// The addresses that more than one field gives.
    private static func sharedPlaces(_ readings: [FieldReading]) -> FlowRecord.Fields {
        var once: FlowRecord.Fields = []
        var twice: FlowRecord.Fields = []
        for reading in readings {
            let fills = reading.fills.intersection(places)
            twice.formUnion(once.intersection(fills))
            once.formUnion(fills)
        }
        return twice
    }

    /// Whether records are not complete when their fields have been read.
    var isFinishedLater: Bool { columns != 0 || section != nil }

    /// Whether records say how long their flow lasted.
    var hasDuration: Bool { column(.durationMicroseconds, .durationMilliseconds) != nil }

    /// Whether there is a column of `reading`.
    func has(_ reading: FieldReading) -> Bool { columns >> UInt128(reading.rawValue) & 1 == 1 }

    /// Whether there is a column of any of `readings`; see ``FieldReading/bits(_:)``.
    private func hasAny(_ readings: UInt128) -> Bool { columns & readings != 0 }

    /// Memory it takes, in octets, beside its own.
    var octets: Int {
        (loads.count + rowLoads.count) * MemoryLayout<Load>.stride
            + reach.count * MemoryLayout<UInt32>.stride
    }

    /// Which of two readings that fill one place has a column; nil when neither has.
    func column(_ one: FieldReading, _ other: FieldReading? = nil) -> FieldReading? {
        if has(one) { return one }
        return other.flatMap { has($0) ? $0 : nil }
    }

    /// Gives a blank record what all records of the template have in common.
    func prepare(_ record: inout FlowRecord) {
        record.known = known
        record.octetsBasis = octetsBasis
        if sixes.contains(.source) { record.source = .v6(0) }
        if sixes.contains(.destination) { record.destination = .v6(0) }
        if sixes.contains(.nextHop) { record.nextHop = .v6(0) }
        if sixes.contains(.bgpNextHop) { record.bgpNextHop = .v6(0) }
    }
}

extension FieldReading {
    /// What is known of a record once this was read, whatever the value.
    var fills: FlowRecord.Fields {
        switch self {
        case .octets, .initiatorOctets, .responderOctets, .totalOctets, .postOctets, .layer2Octets:
            .octets
        case .packets, .initiatorPackets, .responderPackets, .totalPackets, .postPackets: .packets
        case .sourceIPv4, .sourceIPv4Prefix, .sourceIPv6, .sourceIPv6Prefix: .source
        case .destinationIPv4, .destinationIPv4Prefix, .destinationIPv6, .destinationIPv6Prefix:
            .destination
        case .nextHopIPv4, .nextHopIPv6: .nextHop
        case .bgpNextHopIPv4, .bgpNextHopIPv6: .bgpNextHop
        case .ipProtocol, .nextHeader: .ipProtocol
        case .sourcePort, .udpSourcePort, .tcpSourcePort: .sourcePort
        case .destinationPort, .udpDestinationPort, .tcpDestinationPort: .destinationPort
        case .sourceAS: .sourceAS
        case .destinationAS: .destinationAS
        case .sourcePeerAS: .sourcePeerAS
        case .destinationPeerAS: .destinationPeerAS
        case .sourceMAC: .sourceMAC
        case .destinationMAC: .destinationMAC
        case .postSourceMAC: .postSourceMAC
        case .postDestinationMAC: .postDestinationMAC
        case .dot1qVLAN, .vlan: .vlan
        case .etherType: .etherType
        default: []  // depends on the value, or is no field of a record
        }
    }

    /// What the octets read so count.
    var basis: OctetsBasis? {
        switch self {
        case .totalOctets: .total
        case .postOctets: .post
        case .layer2Octets: .layer2
        default: nil
        }
    }

    /// What is done with a value; each has its own loop, see ``RecordRows``.
    enum Group {
        case number, address, link, time
        /// It is no field of a record by itself and waits in a column.
        case waiting
    }

    var group: Group {
        switch self {
        case .octets, .initiatorOctets, .responderOctets, .totalOctets, .postOctets,
            .layer2Octets, .packets, .initiatorPackets, .responderPackets, .totalPackets,
            .postPackets, .ipProtocol, .nextHeader, .sourcePort, .udpSourcePort, .tcpSourcePort,
            .destinationPort, .udpDestinationPort, .tcpDestinationPort, .ingressInterface,
            .ingressPhysicalInterface, .egressInterface, .egressPhysicalInterface:
            .number
        case .sourceIPv4, .sourceIPv4Prefix, .sourceIPv6, .sourceIPv6Prefix, .destinationIPv4,
            .destinationIPv4Prefix, .destinationIPv6, .destinationIPv6Prefix, .nextHopIPv4,
            .nextHopIPv6, .bgpNextHopIPv4, .bgpNextHopIPv6:
            .address
        case .sourceAS, .destinationAS, .sourcePeerAS, .destinationPeerAS, .sourceMAC,
            .destinationMAC, .postSourceMAC, .postDestinationMAC, .etherType, .direction,
            .routeDistinguisher:
            .link
        case .startNanoseconds, .startMicroseconds, .startMilliseconds, .startDelta,
            .startSeconds, .endNanoseconds, .endMicroseconds, .endMilliseconds, .endDelta,
            .endSeconds:
            .time
        default: .waiting
        }
    }

    var isUptime: Bool { self == .startUptime || self == .endUptime }

    /// Whether the value is no field of a record by itself and waits in a column.
    var isInColumn: Bool { group == .waiting }

    /// A bit for each of `readings`.
    static func bits(_ readings: FieldReading...) -> UInt128 {
        readings.reduce(0) { $0 | 1 << UInt128($1.rawValue) }
    }
}
