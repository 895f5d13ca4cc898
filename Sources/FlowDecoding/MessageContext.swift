// SPDX-License-Identifier: Apache-2.0

import Model

/// What the header of a message says about all of its records.
struct MessageContext: Sendable {
    var exporter: IPAddress
    /// Source UDP port.
    var port: UInt16
    /// In nanoseconds since 1970-01-01 00:00 UTC.
    var arrival: Int64
    var flowProtocol: FlowProtocol
    /// Observation Domain ID, source id, or engine type and id.
    var domain: UInt32 = 0
    /// When the message left, by the exporter's clock, in nanoseconds since 1970-01-01 00:00 UTC.
    var exportTime: Int64 = 0
    /// Time since the exporter booted, in milliseconds modulo 2^32 (NetFlow).
    var uptime: UInt32 = 0

    /// The time, in nanoseconds, at which the exporter's uptime was `milliseconds`.
    ///
    /// See ``WireTime/at(_:_:_:)``.
    func time(uptime milliseconds: UInt32) -> Int64 {
        WireTime.at(milliseconds, uptime, exportTime)
    }
}

/// The export protocols' ways of writing a time, read as nanoseconds since 1970-01-01 00:00 UTC.
///
/// 0 is returned for values that are zero or beyond the year 2255: the exporter did not know.
enum WireTime {
    static func seconds(_ value: UInt64) -> Int64 {
        value < 9_000_000_000 ? Int64(value) * 1_000_000_000 : 0
    }

    static func milliseconds(_ value: UInt64) -> Int64 {
        value < 9_000_000_000_000 ? Int64(value) * 1_000_000 : 0
    }

    /// The time, in nanoseconds, at which the uptime was `milliseconds`, of an exporter whose
    /// uptime was `uptime` at `export`.
    ///
    /// The difference is taken modulo 2^32, so that flows across the wrap of the uptime, every
    /// 49.7 days, keep their times.
    @inline(__always)
    static func at(_ milliseconds: UInt32, _ uptime: UInt32, _ export: Int64) -> Int64 {
        export &- Int64(Int32(bitPattern: uptime &- milliseconds)) &* 1_000_000
    }

    /// The time `microseconds` before a message left at `export`.
    static func before(_ export: Int64, _ microseconds: UInt64) -> Int64 {
        export &- Int64(microseconds & 0xffff_ffff) &* 1_000
    }

    /// The NTP format of dateTimeMicroseconds, to the microsecond (RFC 7011, section 6.1.9).
    static func ntpMicroseconds(_ value: UInt64) -> Int64 {
        // The lowest 11 bits of the fraction are below the precision and to be ignored.
        let fraction = value & 0xffff_f800
        return ntp(value >> 32, nanoseconds: (fraction * 1_000_000 + 1 << 31) >> 32 * 1_000)
    }

    /// The NTP format of dateTimeNanoseconds (RFC 7011, section 6.1.10).
    static func ntpNanoseconds(_ value: UInt64) -> Int64 {
        ntp(value >> 32, nanoseconds: ((value & 0xffff_ffff) * 1_000_000_000 + 1 << 31) >> 32)
    }

    /// Seconds from 1900 to 1970.
    private static let ntpEpoch: UInt64 = 2_208_988_800

    private static func ntp(_ seconds: UInt64, nanoseconds: UInt64) -> Int64 {
        guard seconds != 0 || nanoseconds != 0 else { return 0 }
        // Before 1970 means after the wrap of 2036 (RFC 5905, section 6).
        let unix = seconds >= ntpEpoch ? seconds - ntpEpoch : seconds + 1 << 32 - ntpEpoch
        return Int64(unix) * 1_000_000_000 + Int64(nanoseconds)
    }
}
