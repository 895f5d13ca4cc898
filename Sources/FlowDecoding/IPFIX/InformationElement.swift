// SPDX-License-Identifier: Apache-2.0

/// One Information Element: what it is called, how its value is written, what it is read as.
///
/// To read another element, add one row to ``table``. An element without a row is skipped by its
/// length, as RFC 7011, section 9 asks. NetFlow v9 field types below 128 are the same elements.
package struct InformationElement: Sendable {
    /// Identifier in IANA's *IPFIX Information Elements* registry.
    package let id: UInt16
    package let name: StaticString
    package let type: DataType
    /// What the flow decoder makes of it; nil for elements that are only shown.
    let reading: FieldReading?

    init(_ id: UInt16, _ name: StaticString, _ type: DataType, _ reading: FieldReading? = nil) {
        self.id = id
        self.name = name
        self.type = type
        self.reading = reading
    }

    /// The abstract data types (RFC 7012, section 3.1), the widths of a number taken together.
    package enum DataType: Sendable {
        case unsigned, signed, float, boolean
        case ipv4Address, ipv6Address, macAddress
        case string, octetArray
        case seconds, milliseconds, microseconds, nanoseconds
    }

    /// Private enterprise number of the reverse elements of a biflow (RFC 5103, section 6.1).
    static let reverseEnterprise: UInt32 = 29305

    package static let table = flowElements + otherElements

    private static let byID = [UInt16: InformationElement](
        table.map { ($0.id, $0) },
        uniquingKeysWith: { first, _ in first }
    )

    /// The element of IANA's registry with this identifier; nil when ``table`` has no such row.
    package static func named(_ id: UInt16) -> InformationElement? { byID[id] }
}
