// SPDX-License-Identifier: Apache-2.0

import CZlib

/// Gzip, by zlib; several members one after the other are one content (RFC 1952, section 2.2).
@safe
final class GzipDecompressor: Decompressor {
    // zlib remembers where its state stands, so that it must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private(set) var isAtEnd = false
    private(set) var problem: String?

    init() {
        // Safe: initialised at once, and freed in `deinit` only.
        unsafe stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let size = unsafe CInt(MemoryLayout<z_stream>.size)
        // Safe: the stream stays where it is until `deinit`. 16 added to the largest window asks
        // for the gzip format. If this fails, for lack of memory, so does the first inflate.
        unsafe inflateInit2_(stream, 15 + 16, ZLIB_VERSION, size)
    }

    deinit {
        // Safe: made in `init`; inflateEnd only refuses a stream that could not be set up.
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    func decompress(_ input: [UInt8], _ range: inout Range<Int>, into output: inout [UInt8]) -> Int
    {
        if problem != nil || isAtEnd && range.isEmpty { return 0 }
        // Safe: zlib reads at most `avail_in` octets and writes at most `avail_out`, which is what
        // the two buffers hold (`extracting` checks the range), and uses neither after the call.
        return unsafe input.withUnsafeBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { target in
                let rest = source.extracting(range)
                unsafe stream.pointee.next_in = rest.baseAddress
                unsafe stream.pointee.avail_in = UInt32(clamping: rest.count)
                unsafe stream.pointee.next_out = target.baseAddress
                unsafe stream.pointee.avail_out = UInt32(clamping: target.count)
                inflateAll()
                range = unsafe range.upperBound - Int(stream.pointee.avail_in)..<range.upperBound
                return unsafe target.count - Int(stream.pointee.avail_out)
            }
        }
    }

    /// Runs inflate until input or output is used up, beginning anew at each member.
    private func inflateAll() {
        // Safe: the stream is set up in `init`, and its buffers by the caller.
        repeat {
            if isAtEnd { unsafe inflateReset(stream) }
            let result = unsafe inflate(stream, Z_NO_FLUSH)
            isAtEnd = result == Z_STREAM_END
            if result == Z_BUF_ERROR { return }  // no progress without more input
            if result != Z_OK, result != Z_STREAM_END { problem = dataAreDamaged }
        } while unsafe problem == nil && stream.pointee.avail_in > 0 && stream.pointee.avail_out > 0
    }
}
