// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import Wire

/// What holds of every OPEN.
enum OpenCheck {
    static func run(_ body: WireReader) {
        var reader = body
        do throws(BGPError) {
            check(try BGPOpen(&reader))
        } catch {
            check(error, code: 2, of: body.remaining)
        }
    }

    private static func check(_ open: BGPOpen) {
        Invariants.require(open.asn != .zero, "a neighbor is in an AS")
        Invariants.require(open.routerID != 0, "a neighbor has an identifier")
        Invariants.require(open.holdTime == 0 || open.holdTime >= 3, "a hold time is none or 3 s")
        Invariants.require(
            Set(open.unicastFamilies).count == open.unicastFamilies.count,
            "a family is named once"
        )
        let message = open.message
        Invariants.require(
            message.count <= BGPMessageHeader.longestMessage,
            "an OPEN fits one message"
        )
        do throws(BGPError) {
            var sent = open
            // We name none but ours.
            sent.namesOtherFamilies = false
            Invariants.require(try read(message) == sent, "what is sent reads the same")
        } catch {
            preconditionFailure("what would be sent is refused: \(error)")
        }
    }

    private static func read(_ message: [UInt8]) throws(BGPError) -> BGPOpen? {
        var reader = WireReader(message.span, as: "OPEN")
        guard let header = try BGPMessageHeader(&reader), header.type == .open,
            header.length == message.count
        else { return nil }
        return try BGPOpen(&reader)
    }

    /// Checks an error that ends a session: it is one of `code`, and what we send of it is a
    /// message that says so, not longer than what came.
    static func check(_ error: BGPError, code: UInt8, of octets: Int) {
        let notification = error.notification
        Invariants.require(notification.code == code, "the error is of the message that had it")
        Invariants.require(notification.data.count <= octets + 4, "an answer is no longer")
        let message = notification.message
        Invariants.require(
            message.count <= BGPMessageHeader.longestMessage,
            "a NOTIFICATION fits one message"
        )
        var reader = WireReader(message.span, as: "NOTIFICATION")
        guard let header = try? BGPMessageHeader(&reader), header.type == .notification,
            let read = try? BGPNotification(&reader)
        else {
            return Invariants.require(false, "what is sent is a NOTIFICATION")
        }
        Invariants.require(
            read.code == notification.code && read.subcode == notification.subcode,
            "a NOTIFICATION reads the same"
        )
        _ = read.description
    }
}
