// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Which names and addresses the console's port has.
///
/// A web page of elsewhere can make a browser ask a name of its own that leads to loopback; it
/// cannot make the browser call that name an address.
enum HostName {
    /// Whether `authority`, as asked for, is an address or localhost; also when there is none.
    static func isOurs(_ authority: String?) -> Bool {
        guard let authority, !authority.isEmpty else { return true }
        let host = withoutPort(authority[...])
        return host.lowercased() == "localhost" || address(String(host)) != nil
    }

    /// Whether `text` is an address that only this machine can reach.
    static func isLoopback(_ text: String) -> Bool {
        switch address(text) {
        case .v4: text.hasPrefix("127.")
        case .v6(let address): address.host.isEmpty && text == "::1"
        default: false
        }
    }

    private static func address(_ text: String) -> SocketAddress? {
        try? SocketAddress(ipAddress: text, port: 0)
    }

    private static func withoutPort(_ authority: Substring) -> Substring {
        if authority.first == "[" { return authority.dropFirst().prefix { $0 != "]" } }
        return authority.prefix { $0 != ":" }
    }
}
