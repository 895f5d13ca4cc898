// SPDX-License-Identifier: Apache-2.0

/// A running decompression: takes compressed octets piece by piece, gives plain ones.
///
/// To add a format, write its class and add a row to ``decompressors``.
protocol Decompressor: AnyObject {
    /// Decompresses from `input` to the start of `output`, until one of them is used up.
    ///
    /// - Parameters:
    ///   - input: Compressed octets; those in `range` are next.
    ///   - range: Its start moves behind what was taken.
    ///   - output: Its size is not changed.
    /// - Returns: Octets of output. 0 asks for more input.
    func decompress(_ input: [UInt8], _ range: inout Range<Int>, into output: inout [UInt8]) -> Int

    /// Whether a stream has just ended, so that the input may end here.
    var isAtEnd: Bool { get }
    /// Whether the input breaks the format; nothing more will come.
    var isDamaged: Bool { get }
}

/// The formats known, by the octets they begin with.
let decompressors: [(magic: [UInt8], make: @Sendable () -> any Decompressor)] = [
    ([0x1f, 0x8b], { GzipDecompressor() }),  // RFC 1952, section 2.3.1
    ([0x42, 0x5a, 0x68], { BZip2Decompressor() }),  // "BZh"
]
