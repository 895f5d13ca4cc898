// SPDX-License-Identifier: Apache-2.0

/// A running decompression: takes compressed octets piece by piece, gives plain ones.
///
/// To add a format, write its class and add a row to ``compressionFormats``.
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
    /// What is wrong with the input, after which nothing more will come; nil while nothing is.
    var problem: String? { get }
}

/// Memory that a decompression may use, in octets: enough for all that `xz -9` and `zstd --ultra`
/// write, as long as nobody asks for more than 128 MiB of history.
let mostDecompressionOctets = 256 << 20

/// The problems there are.
let dataAreDamaged = "are damaged"
let tooMuchMemory = "need more than 256 MiB of memory"

/// A way to compress files.
struct CompressionFormat: Sendable {
    let name: String
    /// The octets that such a file begins with; nil stands for any.
    let magic: [UInt8?]
    let make: @Sendable () -> any Decompressor

    /// Whether a file that begins with `octets` is compressed so.
    func isMeant(by octets: [UInt8]) -> Bool {
        octets.count >= magic.count
            && zip(octets, magic).allSatisfy { octet, wanted in wanted == nil || wanted == octet }
    }
}

/// The formats known.
///
/// MRT records begin with a time: what is so short that it could be one is matched further.
let compressionFormats = [
    // RFC 1952, section 2.3.1; as a time it is of 1986.
    CompressionFormat(name: "gzip", magic: [0x1f, 0x8b], make: { GzipDecompressor() }),
    CompressionFormat(  // "BZh", the size of a block, the digits of pi
        name: "bzip2",
        magic: [0x42, 0x5a, 0x68, nil, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59],
        make: { BZip2Decompressor() }
    ),
    CompressionFormat(  // The .xz File Format, section 2.1.1.1
        name: "xz",
        magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
        make: { XZDecompressor() }
    ),
    // RFC 8878, section 3.1.1; as a time it is of 1991.
    CompressionFormat(
        name: "zstd",
        magic: [0x28, 0xb5, 0x2f, 0xfd],
        make: { ZstdDecompressor() }
    ),
    // A frame to skip of four octets, before the first one (RFC 8878, section 3.1.2).
    CompressionFormat(
        name: "zstd",
        magic: [0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0],
        make: { ZstdDecompressor() }
    ),
]
