// SPDX-License-Identifier: Apache-2.0

/// The content of a file, decompressed as it is read; its memory does not grow with the file.
struct OctetStream: ~Copyable {
    private let file: InputFile
    private var decompressor: (any Decompressor)?
    /// What was read from the file; the octets in ``pending`` are not used yet.
    private var input: [UInt8]
    private var pending: Range<Int>
    /// Why the content ended too early; nil while it has not.
    private(set) var damage: String?

    private static let inputOctets = 1 << 16

    /// Opens `path` and finds out how it is compressed; nil, with `errno` set, when that fails.
    static func opened(_ path: String) -> OctetStream? {
        guard let file = InputFile.opened(path) else { return nil }
        return OctetStream(reading: file)
    }

    private init?(reading file: consuming InputFile) {
        input = [UInt8](repeating: 0, count: Self.inputOctets)
        guard let count = file.read(into: &input) else { return nil }
        pending = 0..<count
        let start = input.prefix(count)
        decompressor = decompressors.first { start.starts(with: $0.magic) }?.make()
        self.file = file
    }

    /// Gives the next octets, at the start of `octets`.
    ///
    /// - Parameter octets: Its size is not changed.
    /// - Returns: Number of octets; 0 at the end, see ``damage``.
    mutating func read(into octets: inout [UInt8]) -> Int {
        guard let decompressor else { return readPlain(into: &octets) }
        while damage == nil {
            let count = decompressor.decompress(input, &pending, into: &octets)
            if decompressor.isDamaged { damage = "the compressed data are damaged" }
            if count > 0 { return count }
            guard damage == nil, pending.isEmpty else { break }
            guard let read = file.read(into: &input) else {
                damage = InputFile.lastError
                break
            }
            if read == 0 {
                if !decompressor.isAtEnd { damage = "the compressed data end too early" }
                break
            }
            pending = 0..<read
        }
        return 0
    }

    private mutating func readPlain(into octets: inout [UInt8]) -> Int {
        guard pending.isEmpty else {
            let count = min(octets.count, pending.count)
            let taken = pending.lowerBound..<pending.lowerBound + count
            octets.replaceSubrange(0..<count, with: input[taken])
            pending = taken.upperBound..<pending.upperBound
            return count
        }
        if let count = file.read(into: &octets) { return count }
        damage = InputFile.lastError
        return 0
    }
}
