// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// How what a reader could not read becomes a problem of the datagram.
extension [DecodingProblem] {
    /// Adds a problem.
    @inline(never)
    mutating func append(_ reason: DecodingReason, _ subject: StaticString, at offset: Int) {
        append(DecodingProblem(reason, subject: subject, offset: offset))
    }

    /// Adds an error of a reader that began at `base`.
    @inline(never)
    mutating func append(_ error: WireError, base: Int) {
        append(
            DecodingProblem(
                error.kind.reason,
                subject: error.subject,
                offset: base + error.offset
            )
        )
    }
}

extension WireError.Kind {
    fileprivate var reason: DecodingReason {
        switch self {
        case .truncated: .truncated
        case .malformed: .malformed
        case .unsupported: .unsupported
        }
    }
}
