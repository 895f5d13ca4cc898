// SPDX-License-Identifier: Apache-2.0

/// Why an MRT file could not be read.
public struct MRTFileError: Error, Sendable {
    /// The file as it was named.
    public let path: String
    /// Where it went wrong, in octets from the start of the uncompressed content.
    public let offset: Int
    /// What was expected, and what was there.
    public let reason: String

    init(path: String, offset: Int, reason: String) {
        self.path = path
        self.offset = offset
        self.reason = reason
    }
}

extension MRTFileError: CustomStringConvertible {
    /// "rib.bz2, octet 4096: expected an MRT header, found the end of the file".
    public var description: String { "\(path), octet \(offset): \(reason)" }
}
