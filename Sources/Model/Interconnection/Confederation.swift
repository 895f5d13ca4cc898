// SPDX-License-Identifier: Apache-2.0

/// An AS that is made of several and looks like one from outside (RFC 5065).
public struct Confederation: Equatable, Sendable {
    /// The AS that the others see.
    public var identifier: ASN
    /// The ASes inside, ours among them or not.
    public var members: Set<ASN>

    public init(identifier: ASN, members: Set<ASN>) {
        self.identifier = identifier
        self.members = members
    }
}
