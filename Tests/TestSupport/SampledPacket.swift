// SPDX-License-Identifier: Apache-2.0

/// Builds the first octets of packets, from the outside in.
package struct SampledPacket: Sendable {
    package var octets: [UInt8]

    package init(octets: [UInt8] = []) { self.octets = octets }

    /// An Ethernet header without its type: addresses 02:00:00:00:00:02 to :01.
    package static var ethernet: SampledPacket {
        SampledPacket(octets: [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2])
    }

    /// Adds a VLAN tag with its type before it.
    package func tag(_ vlan: Int, type: Int = 0x8100) -> SampledPacket {
        adding {
            $0.write16(type)
            $0.write16(vlan)
        }
    }

    package func type(_ type: Int) -> SampledPacket { adding { $0.write16(type) } }

    /// Adds an MPLS label.
    package func label(_ label: UInt32, isBottom: Bool) -> SampledPacket {
        adding { $0.write32(label << 12 | (isBottom ? 0x100 : 0) | 64) }
    }

    /// Adds an IPv4 header that says `length`.
    package func ipv4(
        length: Int,
        ipProtocol: UInt8 = 6,
        fragment: Int = 0,
        from source: String = "192.0.2.1",
        to destination: String = "198.51.100.1"
    ) -> SampledPacket {
        adding {
            $0.write16(0x4500)
            $0.write16(length)
            $0.write16(1)
            $0.write16(fragment)
            $0.write8(64)
            $0.write8(ipProtocol)
            $0.write16(0)
            $0.write(address(source))
            $0.write(address(destination))
        }
    }

    /// Adds an IPv6 header that says `payload`.
    package func ipv6(
        payload: Int,
        next: UInt8,
        from source: String = "2001:db8::1",
        to destination: String = "2001:db8::2"
    ) -> SampledPacket {
        adding {
            $0.write32(0x6000_0000)
            $0.write16(payload)
            $0.write8(next)
            $0.write8(64)
            $0.write(address(source))
            $0.write(address(destination))
        }
    }

    /// Adds an IPv6 extension header of 8 octets.
    package func extensionHeader(
        next: UInt8,
        _ rest: [UInt8] = [0, 0, 0, 0, 0, 0]
    ) -> SampledPacket {
        adding {
            $0.write8(next)
            $0.write8(0)
            $0.write(rest)
        }
    }

    /// Adds octets as they are.
    package func raw(_ octets: [UInt8]) -> SampledPacket { adding { $0.write(octets) } }

    /// Adds a UDP header to `destination`.
    package func udp(to destination: Int) -> SampledPacket {
        adding { for value in [49_152, destination, 0, 0] { $0.write16(value) } }
    }

    package func ports(_ source: Int, _ destination: Int) -> SampledPacket {
        adding {
            $0.write16(source)
            $0.write16(destination)
        }
    }

    private func adding(_ write: (inout OctetWriter) -> Void) -> SampledPacket {
        var writer = OctetWriter()
        write(&writer)
        var packet = self
        packet.octets += writer.octets
        return packet
    }
}
