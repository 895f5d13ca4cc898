// SPDX-License-Identifier: Apache-2.0

public import Model
public import RouteDecoding
import Wire

/// A file of MRT records: a table dump or the messages of sessions (RFC 6396); plain, or compressed
/// by gzip or bzip2, which its first octets tell.
///
/// # How it works
///
/// Octets come in pieces and are laid one after the other into a window. Whole records in it are
/// decoded where they stand; what is left of a record at its end is moved to the front, and the
/// next piece is laid behind it. So the window is never longer than the longest record and one
/// piece.
public struct MRTFile: ~Copyable {
    private let path: String
    private var content: OctetStream

    private static let pieceOctets = 1 << 18

    private init(path: String, content: consuming OctetStream) {
        self.path = path
        self.content = content
    }

    public static func opened(_ path: String) throws(MRTFileError) -> MRTFile {
        guard let content = OctetStream.opened(path) else {
            throw MRTFileError(path: path, offset: 0, reason: InputFile.lastError)
        }
        return MRTFile(path: path, content: content)
    }

    /// Reads the whole file and hands on, in order, each route of a table or each update of a
    /// session, with the peer it is from.
    ///
    /// Records that cannot be read are counted, and the rest is read. Where a file is torn, all
    /// before that place is read, and ``MRTStatistics/damage`` says so.
    ///
    /// - Parameter body: Called for each update.
    /// - Returns: What the file held.
    /// - Throws: When the file does not begin with a whole MRT record.
    public mutating func read(
        _ body: (RouteSource, RouteUpdate) -> Void
    ) throws(MRTFileError) -> MRTStatistics {
        var decoder = MRTDecoder()
        var piece = [UInt8](repeating: 0, count: Self.pieceOctets)
        var window: [UInt8] = []
        var offset = 0
        var fault: String?
        while fault == nil {
            let count = content.read(into: &piece)
            if count == 0 { break }
            window += piece[..<count]
            let used = Self.decode(window, with: &decoder, fault: &fault, deliver: body)
            window.removeSubrange(..<used)
            offset += used
        }
        if fault == nil {
            fault = content.damage ?? (window.isEmpty ? nil : Self.rest(window.count))
        }
        let isEmpty = decoder.statistics.records == 0
        if isEmpty { fault = fault ?? "expected an MRT header, found the end of the file" }
        guard let fault else { return decoder.statistics }
        let error = MRTFileError(path: path, offset: offset, reason: fault)
        if isEmpty { throw error }
        decoder.statistics.damage = error.description
        return decoder.statistics
    }

    private static func rest(_ count: Int) -> String {
        "expected an MRT record, found the end of the file after \(count) octets of it"
    }

    /// Decodes the whole records at the start of `window`; returns how many octets they are.
    private static func decode(
        _ window: [UInt8],
        with decoder: inout MRTDecoder,
        fault: inout String?,
        deliver: (RouteSource, RouteUpdate) -> Void
    ) -> Int {
        var reader = WireReader(window.span, as: "MRT header")
        var used = 0
        while reader.remaining >= MRTHeader.octets, let header = try? MRTHeader(&reader) {
            guard header.isPlausible else {
                let found = "type \(header.type) and length \(header.length)"
                fault = "expected an MRT header, found \(found)"
                break
            }
            guard var record = try? reader.read(octets: header.length, as: "MRT record") else {
                break
            }
            decoder.decode(header, &record, deliver: deliver)
            used = reader.offset
        }
        return used
    }
}
