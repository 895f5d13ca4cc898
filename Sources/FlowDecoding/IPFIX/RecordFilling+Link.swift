// SPDX-License-Identifier: Apache-2.0

import Model

/// What becomes of a field, continued: AS numbers, the link layer, times; and the columns.
extension RecordRows {
    static func fillLinks(
        _ from: inout RowLoads,
        _ loads: Span<RecordProgram.Load>,
        _ group: Range<Int>
    ) {
        for index in group {
            let load = loads[index]
            switch load.reading {
            case .sourceAS:
                from.load(load) {
                    $0.sourceAS = ASN(rawValue: UInt32(truncatingIfNeeded: $1))
                }
            case .destinationAS:
                from.load(load) {
                    $0.destinationAS = ASN(rawValue: UInt32(truncatingIfNeeded: $1))
                }
            case .sourcePeerAS:
                from.load(load) {
                    $0.sourcePeerAS = ASN(rawValue: UInt32(truncatingIfNeeded: $1))
                }
            case .destinationPeerAS:
                from.load(load) {
                    $0.destinationPeerAS = ASN(rawValue: UInt32(truncatingIfNeeded: $1))
                }
            case .sourceMAC:
                from.load(load) {
                    $0.sourceMAC = MACAddress(rawValue: $1)
                }
            case .destinationMAC:
                from.load(load) {
                    $0.destinationMAC = MACAddress(rawValue: $1)
                }
            case .postSourceMAC:
                from.load(load) {
                    $0.postSourceMAC = MACAddress(rawValue: $1)
                }
            case .postDestinationMAC:
                from.load(load) {
                    $0.postDestinationMAC = MACAddress(rawValue: $1)
                }
            case .etherType:
                from.load(load) {
                    $0.etherType = UInt16(truncatingIfNeeded: $1)
                }
            case .routeDistinguisher:
                from.load(load) {
                    $0.routeDistinguisher = $1
                    if $1 != 0 { $0.known.insert(.routeDistinguisher) }  // zero is no VPN
                }
            case .direction:
                from.load(load) {
                    $0.direction = $1 == 0 ? .ingress : $1 == 1 ? .egress : .unknown
                }
            default: break
            }
        }
    }

    static func fillTimes(
        _ from: inout RowLoads,
        _ loads: Span<RecordProgram.Load>,
        _ group: Range<Int>,
        _ context: MessageContext
    ) {
        let (export, uptime) = (context.exportTime, context.uptime)
        for index in group {
            let load = loads[index]
            switch load.reading {
            case .startSeconds:
                from.load(load) {
                    $0.give(start: WireTime.seconds($1))
                }
            case .startMilliseconds:
                from.load(load) {
                    $0.give(start: WireTime.milliseconds($1))
                }
            case .startMicroseconds:
                from.load(load) {
                    $0.give(start: WireTime.ntpMicroseconds($1))
                }
            case .startNanoseconds:
                from.load(load) {
                    $0.give(start: WireTime.ntpNanoseconds($1))
                }
            case .startDelta:
                from.load(load) {
                    $0.give(start: WireTime.before(export, $1))
                }
            case .endSeconds:
                from.load(load) {
                    $0.give(end: WireTime.seconds($1))
                }
            case .endMilliseconds:
                from.load(load) {
                    $0.give(end: WireTime.milliseconds($1))
                }
            case .endMicroseconds:
                from.load(load) {
                    $0.give(end: WireTime.ntpMicroseconds($1))
                }
            case .endNanoseconds:
                from.load(load) {
                    $0.give(end: WireTime.ntpNanoseconds($1))
                }
            case .endDelta:
                from.load(load) {
                    $0.give(end: WireTime.before(export, $1))
                }
            case .startUptime:
                from.load(load) {
                    $0.give(start: WireTime.at(UInt32(truncatingIfNeeded: $1), uptime, export))
                }
            case .endUptime:
                from.load(load) {
                    $0.give(end: WireTime.at(UInt32(truncatingIfNeeded: $1), uptime, export))
                }
            default: break
            }
        }
    }

    /// Keeps fields for the end of the record.
    static func fillColumns(
        _ from: inout RowLoads,
        _ values: inout [UInt64],
        _ loads: Span<RecordProgram.Load>,
        _ group: Range<Int>
    ) {
        var values = values.mutableSpan
        for index in group {
            let load = loads[index]
            switch load.reading {
            case .dot1qVLAN, .vlan, .postDot1qVLAN, .postVLAN, .customerVLAN, .postCustomerVLAN:
                from.loadColumn(load, into: &values) { $0 & 0xfff }
            case .startUptime, .endUptime, .durationMicroseconds, .durationMilliseconds:
                from.loadColumn(load, into: &values) { $0 & 0xffff_ffff }
            case .samplingProbability where load.width == 4:
                from.loadColumn(load, into: &values) {
                    Double(Float(bitPattern: UInt32(truncatingIfNeeded: $0))).bitPattern
                }
            default: from.loadColumn(load, into: &values) { $0 }
            }
        }
    }
}
