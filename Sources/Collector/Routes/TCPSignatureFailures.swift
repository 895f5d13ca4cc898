// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Segments that the kernel dropped because of their MD5 signature (RFC 2385).
///
/// Such a segment is dropped before any socket hears of it, so a neighbor with another key is like
/// one that is not there. The counters are of the network namespace, not of one connection.
struct TCPSignatureFailures {
    /// The kernel's counters, and what each means.
    private static let reasons = [
        "TCPMD5Failure": "wrong", "TCPMD5NotFound": "missing", "TCPMD5Unexpected": "unexpected",
    ]

    private let path: String
    private var last: [String: UInt64]?

    /// - Parameter path: Of the kernel's counters, in the form of proc_pid_net(5).
    init(path: String = "/proc/net/netstat") {
        self.path = path
        last = read()
    }

    /// How many more there are than at the last look, by reason; none where nobody counts them.
    mutating func look() -> [(reason: String, count: UInt64)] {
        guard let now = read() else { return [] }
        let before = last ?? now
        last = now
        return now.sorted { $0.key < $1.key }.map { name, count in
            let known = before[name] ?? 0
            return (Self.reasons[name] ?? name, count >= known ? count - known : 0)
        }
    }

    /// A line of names and one of numbers, each beginning with the name of their group.
    private func read() -> [String: UInt64]? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("TcpExt:") }
        guard lines.count == 2 else { return nil }
        let columns = zip(lines[0].split(separator: " "), lines[1].split(separator: " "))
        let counts = columns.dropFirst().compactMap { name, count -> (String, UInt64)? in
            guard Self.reasons[String(name)] != nil else { return nil }
            return UInt64(count).map { (String(name), $0) }
        }
        return Dictionary(counts, uniquingKeysWith: { first, _ in first })
    }
}
