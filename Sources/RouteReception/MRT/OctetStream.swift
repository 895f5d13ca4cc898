// SPDX-License-Identifier: Apache-2.0

/// The content of a file, decompressed as it is read; its memory does not grow with the file.
///
/// Nor does its time grow beyond all bounds: a file that claims to hold more than
/// ``mostExpansion`` times its own octets is read no further. Tables of real routers shrink to a
/// tenth, hardly ever to a fiftieth.
struct OctetStream: ~Copyable {
    private let file: InputFile
    private let format: CompressionFormat?
    private let decompressor: (any Decompressor)?
    /// What was read from the file; the octets in ``pending`` are not used yet.
    private var input: [UInt8]
    private var pending: Range<Int>
    /// Octets read from the file, and given.
    private var taken = 0
    private var given = 0
    /// Why the content ended too early; nil while it has not.
    private(set) var damage: String?

    private static let inputOctets = 1 << 16
    /// How much of the content a file may hold in one of its octets, on the whole.
    private static let mostExpansion = 500
    /// Octets of content that every file may hold.
    private static let leastBound = 64 << 20

    /// Opens `path` and finds out how it is compressed; nil, with `errno` set, when that fails.
    static func opened(_ path: String) -> OctetStream? {
        guard let file = InputFile.opened(path) else { return nil }
        return OctetStream(reading: file)
    }

    private init?(reading file: consuming InputFile) {
        input = [UInt8](repeating: 0, count: Self.inputOctets)
        guard let count = file.read(into: &input) else { return nil }
        pending = 0..<count
        taken = count
        let start = Array(input.prefix(min(count, 16)))
        format = compressionFormats.first { $0.isMeant(by: start) }
        decompressor = format?.make()
        self.file = file
    }

    /// Gives the next octets, at the start of `octets`.
    ///
    /// - Parameter octets: Its size is not changed.
    /// - Returns: Number of octets; 0 at the end, see ``damage``.
    mutating func read(into octets: inout [UInt8]) -> Int {
        guard let decompressor, let format else { return readPlain(into: &octets) }
        while damage == nil {
            let count = decompressor.decompress(input, &pending, into: &octets)
            if let problem = decompressor.problem {
                let place = taken - pending.count
                damage = "the \(format.name) data \(problem) at octet \(place) of the file"
            }
            given += count
            if given > Self.leastBound, given / Self.mostExpansion > taken {
                let bound = "more than \(Self.mostExpansion) times what is read of the file"
                damage = "the \(format.name) data expand to \(bound)"
            }
            if count > 0 { return count }
            guard damage == nil, pending.isEmpty else { break }
            guard let read = file.read(into: &input) else {
                damage = InputFile.lastError
                break
            }
            if read == 0 {
                if !decompressor.isAtEnd {
                    damage = "the \(format.name) data end too early, at octet \(taken) of the file"
                }
                break
            }
            taken += read
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
