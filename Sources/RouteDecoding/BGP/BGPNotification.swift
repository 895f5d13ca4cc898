// SPDX-License-Identifier: Apache-2.0

package import Wire

/// NOTIFICATION: why a neighbor ends the session (RFC 4271, section 4.5).
package struct BGPNotification: Equatable, Sendable {
    package var code: UInt8
    package var subcode: UInt8
    package var data: [UInt8]

    package init(code: UInt8, subcode: UInt8, data: [UInt8] = []) {
        self.code = code
        self.subcode = subcode
        self.data = data
    }

    package init(_ error: BGPErrorCode, data: [UInt8] = []) {
        self.init(code: error.code, subcode: error.subcode, data: data)
    }

    /// Reads the body of a NOTIFICATION.
    package init(_ body: inout WireReader) throws(WireError) {
        code = try body.read()
        subcode = try body.read()
        data = try body.readOctets(body.remaining)
    }

    /// The whole message; data that would not fit is cut off.
    package var message: [UInt8] {
        let room = BGPMessageHeader.longestMessage - BGPMessageHeader.octets - 2
        return BGPMessageHeader.message(.notification, [code, subcode] + data.prefix(room))
    }

    /// Cease, telling operators `text` (RFC 9003, section 2); what is too long of it is cut off.
    package static func shutdown(_ text: String) -> BGPNotification {
        var octets = Array(text.utf8.prefix(255))
        while String(validating: octets, as: UTF8.self) == nil { octets.removeLast() }
        return BGPNotification(.administrativeShutdown, data: [UInt8(octets.count)] + octets)
    }

    /// Whether nothing of the session is to be kept (RFC 8538, section 3).
    package var isHardReset: Bool {
        code == BGPErrorCode.hardReset.code && subcode == BGPErrorCode.hardReset.subcode
    }

    /// What the operator over there typed when shutting down or resetting the session (RFC 9003,
    /// section 2), be it inside a Hard Reset (RFC 8538, section 3.1); nil when nothing.
    package var shutdownCommunication: String? {
        if isHardReset, data.count >= 2 {
            let inner = BGPNotification(code: data[0], subcode: data[1], data: Array(data[2...]))
            return inner.isHardReset ? nil : inner.shutdownCommunication
        }
        guard code == 6, subcode == 2 || subcode == 4, let length = data.first, length > 0,
            data.count > Int(length)
        else { return nil }
        return Self.printable(String(decoding: data[1...Int(length)], as: UTF8.self))
    }

    /// A neighbor's text without what would steer a terminal: control characters, and those that
    /// change the direction of writing.
    static func printable(_ text: String) -> String {
        var printable = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                printable += scalar.escaped(asASCII: true)
            default: printable.unicodeScalars.append(scalar)
            }
        }
        return printable
    }
}

extension BGPNotification: CustomStringConvertible {
    /// "Cease/Administrative Shutdown (\"maintenance\")".
    package var description: String {
        let errors = [
            1: "Message Header Error", 2: "OPEN Message Error", 3: "UPDATE Message Error",
            4: "Hold Timer Expired", 5: "Finite State Machine Error", 6: "Cease",
            7: "ROUTE-REFRESH Message Error", 8: "Send Hold Timer Expired",
        ]
        let error = errors[Int(code)] ?? "error \(code)"
        let known = BGPErrorCode(rawValue: UInt16(code) << 8 | UInt16(subcode))
        let name = known?.name ?? (subcode == 0 ? "Unspecific" : "subcode \(subcode)")
        let text = name == "Unspecific" ? error : "\(error)/\(name)"
        return shutdownCommunication.map { "\(text) (\"\($0)\")" } ?? text
    }
}

extension WireReader {
    /// Reads the next `count` octets into an array.
    ///
    /// It grows with what is read: the count alone never sizes it.
    mutating func readOctets(_ count: Int) throws(WireError) -> [UInt8] {
        guard count <= remaining else { throw failure(.truncated) }
        var octets: [UInt8] = []
        for _ in 0..<max(0, count) { octets.append(try read()) }
        return octets
    }
}
