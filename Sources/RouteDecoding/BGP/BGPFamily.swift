// SPDX-License-Identifier: Apache-2.0

/// An address family and a subsequent one (RFC 4760, section 3), be they known here or not.
package struct BGPFamily: Hashable, Sendable, CustomStringConvertible {
    package var family: UInt16
    package var subsequent: UInt8

    package init(_ family: UInt16, _ subsequent: UInt8) {
        self.family = family
        self.subsequent = subsequent
    }

    /// "1/128", as the registries number them.
    package var description: String { "\(family)/\(subsequent)" }
}
