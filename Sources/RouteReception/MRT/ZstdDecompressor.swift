// SPDX-License-Identifier: Apache-2.0

import CZstd

/// Zstandard, by libzstd; several frames one after the other are one content (RFC 8878, section
/// 3), and those that are to be skipped are.
@safe
final class ZstdDecompressor: Decompressor {
    private let context: OpaquePointer?
    private(set) var isAtEnd = false
    private(set) var problem: String?

    init() {
        // Safe: a new context, freed in `deinit`; the parameter concerns it alone.
        unsafe context = ZSTD_createDCtx()
        let logarithm = CInt(mostDecompressionOctets.trailingZeroBitCount - 1)
        if unsafe context == nil {
            problem = tooMuchMemory
        } else {
            unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, logarithm)
        }
    }

    deinit {
        // Safe: made in `init`; ZSTD_freeDCtx passes over nil.
        unsafe ZSTD_freeDCtx(context)
    }

    func decompress(_ input: [UInt8], _ range: inout Range<Int>, into output: inout [UInt8]) -> Int
    {
        if problem != nil || isAtEnd && range.isEmpty { return 0 }
        // Safe: libzstd reads at most `size` octets of the one buffer and writes at most `size` to
        // the other, which is what they hold (`extracting` checks the range), and uses neither
        // after the call.
        return unsafe input.withUnsafeBytes { source in
            unsafe output.withUnsafeMutableBytes { target in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: source[range])
                var taken = unsafe ZSTD_inBuffer(src: rest.baseAddress, size: rest.count, pos: 0)
                var given = unsafe ZSTD_outBuffer(
                    dst: target.baseAddress,
                    size: target.count,
                    pos: 0
                )
                unsafe decompressAll(&taken, &given)
                range = unsafe range.lowerBound + taken.pos..<range.upperBound
                return unsafe given.pos
            }
        }
    }

    /// Decompresses until input or output is used up; libzstd begins anew at each frame.
    private func decompressAll(_ input: inout ZSTD_inBuffer, _ output: inout ZSTD_outBuffer) {
        repeat {
            // Safe: the context is set up in `init`, and the buffers by the caller.
            let result = unsafe ZSTD_decompressStream(context, &output, &input)
            isAtEnd = result == 0
            note(result)
        } while unsafe problem == nil && input.pos < input.size && output.pos < output.size
    }

    private func note(_ result: Int) {
        guard ZSTD_isError(result) != 0 else { return }
        switch ZSTD_getErrorCode(result) {
        case ZSTD_error_frameParameter_windowTooLarge, ZSTD_error_memory_allocation:
            problem = tooMuchMemory
        default: problem = dataAreDamaged
        }
    }
}
