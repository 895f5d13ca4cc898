// SPDX-License-Identifier: Apache-2.0

import Wire

/// A capability of an OPEN as it came; put together again its length is right.
struct CapabilityParts {
    var code: UInt8
    var value: [UInt8]

    /// The capabilities of all parameters that are such, in the usual or the extended form (RFC
    /// 9072); `octets` are what follows the length of the parameters.
    static func list(_ octets: [UInt8]) -> [CapabilityParts] {
        var reader = WireReader(octets.span, as: "OPEN parameters")
        var isExtended = false
        if octets.count > 3, octets[0] == 255 {
            isExtended = true
            _ = reader.octets(3)
        }
        var list: [CapabilityParts] = []
        while let type = try? reader.read(UInt8.self) {
            let length =
                isExtended
                ? (try? reader.read(UInt16.self)).map(Int.init)
                : (try? reader.read(UInt8.self)).map(Int.init)
            guard let length, let parameter = reader.octets(length) else { break }
            if type == 2 { list += capabilities(parameter) }
        }
        return list
    }

    private static func capabilities(_ octets: [UInt8]) -> [CapabilityParts] {
        var reader = WireReader(octets.span, as: "capabilities")
        var list: [CapabilityParts] = []
        while let code = try? reader.read(UInt8.self), let length = try? reader.read(UInt8.self),
            let value = reader.octets(Int(length))
        {
            list.append(CapabilityParts(code: code, value: value))
        }
        return list
    }

    private var octets: [UInt8] { [code, UInt8(truncatingIfNeeded: value.count)] + value }

    /// The parameters with their length, one holding all capabilities.
    static func parameters(_ list: [CapabilityParts], isExtended: Bool) -> [UInt8] {
        let all = list.flatMap(\.octets)
        if isExtended || all.count > 252 {
            var octets: [UInt8] = [255, 255]
            octets.append(half: all.count + 3)
            octets.append(2)
            octets.append(half: all.count)
            return octets + all
        }
        if all.isEmpty { return [0] }
        return [UInt8(all.count + 2), 2, UInt8(all.count)] + all
    }
}
