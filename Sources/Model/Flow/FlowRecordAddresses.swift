// SPDX-License-Identifier: Apache-2.0

/// The addresses of a record, which are kept as numbers with their families beside them.
///
/// They are inlinable, as ``FlowRecord/Fields`` is, because the decoders in another module set them
/// for every record, and the stages behind read them.
extension FlowRecord {
    /// Address the datagram came from.
    @inlinable public var exporter: IPAddress {
        get { address(exporterBits, 0) }
        set {
            exporterBits = newValue.bits
            setFamily(newValue.family, 0)
        }
    }

    @inlinable public var source: IPAddress {
        get { address(sourceBits, 1) }
        set {
            sourceBits = newValue.bits
            setFamily(newValue.family, 1)
        }
    }

    @inlinable public var destination: IPAddress {
        get { address(destinationBits, 2) }
        set {
            destinationBits = newValue.bits
            setFamily(newValue.family, 2)
        }
    }

    /// IP next hop (IE 15, 62; sFlow extended router).
    @inlinable public var nextHop: IPAddress {
        get { address(nextHopBits, 3) }
        set {
            nextHopBits = newValue.bits
            setFamily(newValue.family, 3)
        }
    }

    /// BGP next hop (IE 18, 63; sFlow extended gateway).
    @inlinable public var bgpNextHop: IPAddress {
        get { address(bgpNextHopBits, 4) }
        set {
            bgpNextHopBits = newValue.bits
            setFamily(newValue.family, 4)
        }
    }

    @inlinable
    func address(_ bits: UInt128, _ place: UInt8) -> IPAddress {
        IPAddress(bits: bits, family: families >> place & 1 == 0 ? .ipv4 : .ipv6)
    }

    @inlinable
    @inline(__always)
    mutating func setFamily(_ family: AddressFamily, _ place: UInt8) {
        switch family {
        case .ipv4: families &= ~(1 << place)
        case .ipv6: families |= 1 << place
        }
    }
}
