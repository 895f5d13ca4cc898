// SPDX-License-Identifier: Apache-2.0

public import Model

/// What an exporter's options records tell of one of its interfaces.
public struct InterfaceName: Equatable, Sendable {
    /// Source address of the datagrams.
    public var exporter: IPAddress
    /// ifIndex.
    public var index: UInt32
    /// interfaceName (IE 82), as sent; empty when not told, which says nothing against a name
    /// told before.
    public var name: String
    /// interfaceDescription (IE 83), likewise.
    public var description: String
}
