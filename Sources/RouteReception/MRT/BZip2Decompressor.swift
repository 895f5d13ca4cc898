// SPDX-License-Identifier: Apache-2.0

import CBZip2

/// Bzip2, by libbz2; several streams one after the other are one content.
@safe
final class BZip2Decompressor: Decompressor {
    // libbz2 remembers where its state stands, so that it must not move.
    private let stream: UnsafeMutablePointer<bz_stream>
    private(set) var isAtEnd = false
    private(set) var problem: String?

    init() {
        // Safe: initialised at once, and freed in `deinit` only.
        unsafe stream = UnsafeMutablePointer<bz_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: bz_stream())
        // Safe: the stream stays where it is until `deinit`. If this fails, for lack of memory, so
        // does the first decompression.
        unsafe BZ2_bzDecompressInit(stream, 0, 0)
    }

    deinit {
        // Safe: made in `init`; the first call only refuses a stream that could not be set up.
        unsafe BZ2_bzDecompressEnd(stream)
        unsafe stream.deallocate()
    }

    func decompress(_ input: [UInt8], _ range: inout Range<Int>, into output: inout [UInt8]) -> Int
    {
        if problem != nil || isAtEnd && range.isEmpty { return 0 }
        // Safe: libbz2 reads at most `avail_in` octets, of a buffer it does not write to, and
        // writes at most `avail_out`, which is what the two buffers hold (the subscript checks the
        // range), and uses neither after the call.
        return unsafe input.withUnsafeBytes { source in
            unsafe output.withUnsafeMutableBytes { target in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: source[range])
                let octets = unsafe rest.bindMemory(to: CChar.self)
                unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: octets.baseAddress)
                unsafe stream.pointee.avail_in = UInt32(clamping: rest.count)
                unsafe stream.pointee.next_out = target.bindMemory(to: CChar.self).baseAddress
                unsafe stream.pointee.avail_out = UInt32(clamping: target.count)
                decompressAll()
                range = unsafe range.upperBound - Int(stream.pointee.avail_in)..<range.upperBound
                return unsafe target.count - Int(stream.pointee.avail_out)
            }
        }
    }

    /// Decompresses until input or output is used up, beginning anew at each stream.
    private func decompressAll() {
        // Safe: the stream is set up in `init`, and its buffers by the caller.
        repeat {
            if isAtEnd {
                unsafe BZ2_bzDecompressEnd(stream)
                unsafe BZ2_bzDecompressInit(stream, 0, 0)
            }
            let result = unsafe BZ2_bzDecompress(stream)
            isAtEnd = result == BZ_STREAM_END
            if result != BZ_OK, result != BZ_STREAM_END { problem = dataAreDamaged }
        } while unsafe problem == nil && stream.pointee.avail_in > 0 && stream.pointee.avail_out > 0
    }
}
