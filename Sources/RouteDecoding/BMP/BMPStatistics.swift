// SPDX-License-Identifier: Apache-2.0

/// What has been seen of one station, or of all.
public struct BMPStatistics: Equatable, Sendable {
    /// Messages of any type.
    public var messages = 0
    /// Route Monitoring messages.
    public var routeMonitoring = 0
    /// UPDATE messages in them that were read.
    public var updates = 0
    /// Of these, those that change no IPv4 or IPv6 unicast route: of other families.
    public var withoutUnicastRoutes = 0
    /// Route Monitoring messages of tables that are not kept.
    public var unused = 0
    public var peersUp = 0
    public var peersDown = 0
    /// Statistics Reports; their figures are not kept.
    public var reports = 0
    /// Route Mirroring messages, which are skipped.
    public var mirrored = 0
    /// Messages of types that are not known, which are skipped (RFC 7854, section 4.1).
    public var unknownTypes = 0
    /// Tables whose routes came though their peer was not said to be up.
    public var peerUpMissing = 0
    /// Peer Down messages of peers that were not known.
    public var peerDownUnknown = 0
    /// Messages whose prefixes were read otherwise than the peer's OPENs say (RFC 7911).
    public var addPathMismatch = 0
    /// Tables and families that are read otherwise for good.
    public var addPathFlips = 0
    /// Messages of peers beyond the most there may be.
    public var overLimit = 0
    /// What could not be read, by reason.
    public var malformed: [String: Int] = [:]
    /// Path attributes in error, by attribute and problem.
    public var attributeErrors: [String: Int] = [:]

    public init() {}

    mutating func count(_ type: BMPMessageType?) {
        messages += 1
        switch type {
        case .routeMonitoring: routeMonitoring += 1
        case .statisticsReport: reports += 1
        case .peerDown: peersDown += 1
        case .peerUp: peersUp += 1
        case .routeMirroring: mirrored += 1
        case .initiation, .termination: break
        case nil: unknownTypes += 1
        }
    }

    /// Of two connections, together.
    public static func += (one: inout BMPStatistics, other: BMPStatistics) {
        for count in Self.counts { one[keyPath: count] += other[keyPath: count] }
        one.malformed.merge(other.malformed, uniquingKeysWith: +)
        one.attributeErrors.merge(other.attributeErrors, uniquingKeysWith: +)
    }

    /// What has come since these were `before`.
    package func since(_ before: BMPStatistics) -> BMPStatistics {
        var new = self
        for count in Self.counts { new[keyPath: count] -= before[keyPath: count] }
        for (reason, times) in before.malformed { new.malformed[reason]? -= times }
        for (error, times) in before.attributeErrors { new.attributeErrors[error]? -= times }
        return new
    }

    private static var counts: [WritableKeyPath<BMPStatistics, Int>] {
        [
            \.messages, \.routeMonitoring, \.updates, \.withoutUnicastRoutes, \.unused,
            \.peersUp, \.peersDown, \.reports, \.mirrored, \.unknownTypes, \.peerUpMissing,
            \.peerDownUnknown, \.addPathMismatch, \.addPathFlips, \.overLimit,
        ]
    }
}
