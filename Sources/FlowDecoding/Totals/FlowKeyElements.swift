// SPDX-License-Identifier: Apache-2.0

/// Information Elements that tell one flow from another, when a flow's records have them.
///
/// A list of those that do, and not of those that do not: what is missing here at worst lets two
/// flows seem one, which their totals then show; what changes in the course of a flow would make
/// one flow seem many, and each would count from its beginning. So elements of enterprises, most of
/// which are findings about the flow, are none of them; nor is what depends on the route (output
/// interface, next hops, AS numbers, prefix lengths, VLANs and whatever else the packet has
/// afterwards), what is gathered over the packets (flags, lengths, lifetimes) or what was found out
/// on the way.
enum FlowKeyElements {
    /// Whether a field is part of the key.
    static func contains(_ field: Template.Field) -> Bool {
        field.enterprise == 0 && all.contains(field.id)
    }

    private static let all = Set<UInt16>(
        addresses + transport + service + link + places + translation
    )

    /// Source and destination addresses and prefixes, IP version.
    private static let addresses: [UInt16] = [8, 12, 27, 28, 44, 45, 60, 169, 170]
    /// Protocol, ports, ICMP and IGMP types, fragments' places.
    private static let transport: [UInt16] = [
        4, 7, 11, 32, 33, 88, 139, 176, 177, 178, 179, 180, 181, 182, 183, 193,
    ]
    /// Type of service, flow label, classes, applications, direction.
    private static let service: [UInt16] = [5, 31, 51, 61, 95, 101, 137, 195, 196, 203, 244, 246]
    /// MAC addresses, VLANs before the router, types, MPLS labels, layer-2 services, access points
    /// and stations.
    private static let link: [UInt16] =
        [56, 58, 80, 146, 147, 243, 245, 247, 248, 249, 250, 256, 351, 365, 366, 411]
        + Array(70...79)
    /// Where it was observed, and by what sampler.
    private static let places: [UInt16] = [
        10, 38, 39, 48, 90, 138, 141, 142, 143, 144, 149, 234, 236, 252, 301, 302,
    ]
    /// Addresses and ports after translation; tunnels.
    private static let translation: [UInt16] = [225, 226, 227, 228, 281, 282, 507]
}
