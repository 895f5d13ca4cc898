// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What the kernel says of this process.
package struct ProcessFigures: Equatable, Sendable {
    /// Resident memory, in octets; 0 when not known.
    package var residentOctets: UInt64 = 0
    /// Open descriptors; 0 when not known.
    package var descriptors = 0

    /// Reads them from /proc/self (proc(5)).
    package static func now() -> ProcessFigures {
        var figures = ProcessFigures()
        if let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let kibibytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
        {
            figures.residentOctets = (UInt64(kibibytes) ?? 0) * 1024
        }
        let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        figures.descriptors = open?.count ?? 0
        return figures
    }
}
