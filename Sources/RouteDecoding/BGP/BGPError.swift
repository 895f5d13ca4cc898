// SPDX-License-Identifier: Apache-2.0

/// An error that ends a BGP session: what the NOTIFICATION must say, and what to log.
package struct BGPError: Error, Sendable {
    package let notification: BGPNotification
    /// What was wrong, for people: "marker is not all ones".
    package let reason: String

    package init(_ code: BGPErrorCode, data: [UInt8] = [], _ reason: String) {
        notification = BGPNotification(code, data: data)
        self.reason = reason
    }
}

extension BGPError: CustomStringConvertible {
    package var description: String { "\(notification): \(reason)" }
}

/// Error code and subcode of a NOTIFICATION (RFC 4271, section 4.5; IANA, *BGP Error (Notification)
/// Codes*), as `code << 8 | subcode`.
///
/// To add one, add a case and its name below.
package enum BGPErrorCode: UInt16, CaseIterable, Sendable {
    case connectionNotSynchronized = 0x0101
    case badMessageLength = 0x0102
    case badMessageType = 0x0103

    case openMessageError = 0x0200
    case unsupportedVersion = 0x0201
    case badPeerAS = 0x0202
    case badIdentifier = 0x0203
    case unsupportedOptionalParameter = 0x0204
    case unacceptableHoldTime = 0x0206
    case unsupportedCapability = 0x0207  // RFC 5492
    case roleMismatch = 0x020b  // RFC 9234

    case malformedAttributeList = 0x0301
    case unrecognizedWellKnownAttribute = 0x0302
    case missingWellKnownAttribute = 0x0303
    case attributeFlagsError = 0x0304
    case attributeLengthError = 0x0305
    case invalidOrigin = 0x0306
    case invalidNextHop = 0x0308
    case optionalAttributeError = 0x0309
    case invalidNetworkField = 0x030a
    case malformedASPath = 0x030b

    case holdTimerExpired = 0x0400

    case unexpectedInOpenSent = 0x0501  // RFC 6608
    case unexpectedInOpenConfirm = 0x0502  // RFC 6608
    case unexpectedInEstablished = 0x0503  // RFC 6608

    case maximumPrefixesReached = 0x0601  // RFC 4486, as all of code 6
    case administrativeShutdown = 0x0602
    case peerDeconfigured = 0x0603
    case administrativeReset = 0x0604
    case connectionRejected = 0x0605
    case otherConfigurationChange = 0x0606
    case connectionCollisionResolution = 0x0607
    case outOfResources = 0x0608
    case hardReset = 0x0609  // RFC 8538

    case invalidRefreshLength = 0x0701  // RFC 7313

    case sendHoldTimerExpired = 0x0800  // RFC 9687

    package var code: UInt8 { UInt8(rawValue >> 8) }
    package var subcode: UInt8 { UInt8(rawValue & 255) }

    /// The name in the registry.
    var name: String {
        switch self {
        case .connectionNotSynchronized: "Connection Not Synchronized"
        case .badMessageLength: "Bad Message Length"
        case .badMessageType: "Bad Message Type"
        case .openMessageError: "Unspecific"
        case .unsupportedVersion: "Unsupported Version Number"
        case .badPeerAS: "Bad Peer AS"
        case .badIdentifier: "Bad BGP Identifier"
        case .unsupportedOptionalParameter: "Unsupported Optional Parameter"
        case .unacceptableHoldTime: "Unacceptable Hold Time"
        case .unsupportedCapability: "Unsupported Capability"
        case .roleMismatch: "Role Mismatch"
        case .malformedAttributeList: "Malformed Attribute List"
        case .unrecognizedWellKnownAttribute: "Unrecognized Well-known Attribute"
        case .missingWellKnownAttribute: "Missing Well-known Attribute"
        case .attributeFlagsError: "Attribute Flags Error"
        case .attributeLengthError: "Attribute Length Error"
        case .invalidOrigin: "Invalid ORIGIN Attribute"
        case .invalidNextHop: "Invalid NEXT_HOP Attribute"
        case .optionalAttributeError: "Optional Attribute Error"
        case .invalidNetworkField: "Invalid Network Field"
        case .malformedASPath: "Malformed AS_PATH"
        case .holdTimerExpired: "Unspecific"
        case .unexpectedInOpenSent: "Receive Unexpected Message in OpenSent State"
        case .unexpectedInOpenConfirm: "Receive Unexpected Message in OpenConfirm State"
        case .unexpectedInEstablished: "Receive Unexpected Message in Established State"
        case .maximumPrefixesReached: "Maximum Number of Prefixes Reached"
        case .administrativeShutdown: "Administrative Shutdown"
        case .peerDeconfigured: "Peer De-configured"
        case .administrativeReset: "Administrative Reset"
        case .connectionRejected: "Connection Rejected"
        case .otherConfigurationChange: "Other Configuration Change"
        case .connectionCollisionResolution: "Connection Collision Resolution"
        case .outOfResources: "Out of Resources"
        case .hardReset: "Hard Reset"
        case .invalidRefreshLength: "Invalid Message Length"
        case .sendHoldTimerExpired: "Unspecific"
        }
    }
}
