// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What the kernel says of this process.
package struct ProcessFigures: Sendable {
    package var residentOctets: Int64
    package var openDescriptors: Int64

    package init(residentOctets: Int64, openDescriptors: Int64) {
        self.residentOctets = residentOctets
        self.openDescriptors = openDescriptors
    }

    /// Now; nil where there is no /proc.
    package static func now() -> ProcessFigures? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let kibibytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first
                .flatMap({ Int64($0) }),
            let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        else { return nil }
        return ProcessFigures(
            residentOctets: kibibytes * 1024,
            openDescriptors: Int64(open.count)
        )
    }
}
