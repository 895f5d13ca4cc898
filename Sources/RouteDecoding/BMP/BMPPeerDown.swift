// SPDX-License-Identifier: Apache-2.0

import Wire

/// Why the session of a monitored peer has ended (RFC 7854, section 4.9; IANA, *BMP Peer Down
/// Reason Codes*), as a person reads it.
enum BMPPeerDown {
    /// Reads the body behind the per-peer header.
    ///
    /// What cannot be read of a reason is left out: that the peer is down has been said.
    static func reason(_ body: inout WireReader) -> String {
        guard let code = try? body.read(UInt8.self) else { return "no reason" }
        switch code {
        case 1: return "the router closed the session" + notification(&body)
        case 2:
            let event = (try? body.read(UInt16.self)).flatMap { $0 == 0 ? nil : $0 }
            return "the router closed the session without a NOTIFICATION"
                + (event.map { ", event \($0) of RFC 4271, section 8.1" } ?? "")
        case 3: return "the peer closed the session" + notification(&body)
        case 4: return "the peer closed the session without a NOTIFICATION"
        case 5: return "the router does not report of this peer any more"
        case 6: return "the table is not there any more"  // RFC 9069, section 5.3
        default: return "reason \(code)"
        }
    }

    private static func notification(_ body: inout WireReader) -> String {
        do {
            guard let header = try BGPMessageHeader(&body), header.type == .notification else {
                return ""
            }
            return ": \(try BGPNotification(&body))"
        } catch {
            return ""
        }
    }
}
