// SPDX-License-Identifier: Apache-2.0

import CLZMA

/// XZ, by liblzma; several streams one after the other are one content (The .xz File Format,
/// section 2: they, and the padding behind each, are multiples of four octets).
@safe
final class XZDecompressor: Decompressor {
    // liblzma remembers where its state stands, so that it must not move.
    private let stream: UnsafeMutablePointer<lzma_stream>
    private var isBetweenStreams = false
    /// Zero octets since the last stream.
    private var padding = 0
    private(set) var problem: String?

    init() {
        // Safe: initialised at once, and freed in `deinit` only.
        unsafe stream = UnsafeMutablePointer<lzma_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: lzma_stream())
        begin()
    }

    deinit {
        // Safe: made in `init`; lzma_end passes over a stream that could not be set up.
        unsafe lzma_end(stream)
        unsafe stream.deallocate()
    }

    var isAtEnd: Bool { isBetweenStreams && padding % 4 == 0 }

    func decompress(_ input: [UInt8], _ range: inout Range<Int>, into output: inout [UInt8]) -> Int
    {
        var count = 0
        repeat {
            if isBetweenStreams { skipPadding(input, &range) }
            if problem != nil || isBetweenStreams { break }
            count += decompressOne(input, &range, into: &output, from: count)
        } while !range.isEmpty && count < output.count
        return count
    }

    /// Decompresses until input or output is used up, or a stream ends.
    private func decompressOne(
        _ input: [UInt8],
        _ range: inout Range<Int>,
        into output: inout [UInt8],
        from start: Int
    ) -> Int {
        // Safe: liblzma reads at most `avail_in` octets and writes at most `avail_out`, which is
        // what the two buffers hold (`extracting` checks the ranges), and uses neither after the
        // call.
        unsafe input.withUnsafeBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { target in
                let rest = source.extracting(range)
                let room = target.extracting(start..<target.count)
                unsafe stream.pointee.next_in = rest.baseAddress
                unsafe stream.pointee.avail_in = rest.count
                unsafe stream.pointee.next_out = room.baseAddress
                unsafe stream.pointee.avail_out = room.count
                note(unsafe lzma_code(stream, LZMA_RUN))
                range = unsafe range.upperBound - stream.pointee.avail_in..<range.upperBound
                return unsafe room.count - stream.pointee.avail_out
            }
        }
    }

    /// Sets up the state for a stream, that of the one before being used again.
    private func begin() {
        // Safe: the stream stays where it is until `deinit`.
        let result = unsafe lzma_stream_decoder(stream, UInt64(mostDecompressionOctets), 0)
        if result != LZMA_OK { note(result) }
    }

    private func note(_ result: lzma_ret) {
        switch result {
        case LZMA_OK, LZMA_BUF_ERROR: break  // the latter: no progress without more input
        case LZMA_STREAM_END:
            isBetweenStreams = true
            padding = 0
        case LZMA_MEMLIMIT_ERROR, LZMA_MEM_ERROR: problem = tooMuchMemory
        default: problem = dataAreDamaged
        }
    }

    /// Passes over zeros; begins a stream with what is not zero.
    private func skipPadding(_ input: [UInt8], _ range: inout Range<Int>) {
        while let first = range.first, input[first] == 0 {
            padding += 1
            range.removeFirst()
        }
        guard !range.isEmpty else { return }
        guard padding % 4 == 0 else {
            problem = dataAreDamaged
            return
        }
        isBetweenStreams = false
        begin()
    }
}
