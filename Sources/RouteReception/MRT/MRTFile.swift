// SPDX-License-Identifier: Apache-2.0

public import Model
public import RouteDecoding
import Wire

/// A file of MRT records: a table dump or the messages of sessions (RFC 6396); plain, or compressed
/// by gzip, bzip2, xz or zstd, which its first octets tell.
///
/// # How it works
///
/// Octets come in pieces and are laid one after the other into a window. Whole records in it are
/// decoded where they stand; what is left of a record at its end is moved to the front, and the
/// next piece is laid behind it. So the window is never longer than the longest record and one
/// piece.
///
/// Reading a piece and decoding it are two calls, so that who decodes under a lock does not wait
/// for a disk with it; and decoding stops before what has not happened yet, so that the messages of
/// sessions can be told beside other things that happen.
///
///     readPiece() -> decode(through: 12:00:03) -> .later(12:00:04) ... decode(through: 12:00:05)
public struct MRTFile: ~Copyable {
    /// How far decoding has come.
    public enum Progress: Equatable, Sendable {
        /// The next piece is needed.
        case more
        /// The next record is of a session, and of this later time, in nanoseconds since
        /// 1970-01-01 00:00 UTC.
        case later(Int64)
        /// The last record was a change of a session's state; it goes on behind it.
        case stateChanged
        /// There is nothing more.
        case over
    }

    public let path: String
    private var content: OctetStream
    private var decoder: MRTDecoder
    private var piece = [UInt8](repeating: 0, count: Self.pieceOctets)
    private var window: [UInt8] = []
    /// Octets at the start of the window that are decoded.
    private var used = 0
    /// Octets of the content before the window.
    private var offset = 0
    private var isRead = false
    /// Whether a whole record is there, decoded or not yet.
    private var hasRecord = false
    /// Why reading ended before the file did.
    private var fault: String?

    private static let pieceOctets = 1 << 18

    private init(path: String, content: consuming OctetStream, knowing peers: MRTPeers) {
        self.path = path
        self.content = content
        decoder = MRTDecoder(knowing: peers)
    }

    /// Opens `path`.
    ///
    /// - Parameters:
    ///   - path: Of the file.
    ///   - peers: Those of files before, so that who is in both is the same.
    /// - Returns: The file, of which nothing is decoded.
    /// - Throws: When it cannot be read.
    public static func opened(
        _ path: String,
        knowing peers: MRTPeers = MRTPeers()
    ) throws(MRTFileError) -> MRTFile {
        guard let content = OctetStream.opened(path) else {
            throw MRTFileError(path: path, offset: 0, reason: InputFile.lastError)
        }
        return MRTFile(path: path, content: content, knowing: peers)
    }

    /// All peers met so far, in this file and in those before.
    public var peers: MRTPeers { decoder.peers }

    /// Reads the whole file and hands on, in order, each route of a table or each update of a
    /// session, with the peer it is from.
    ///
    /// Records that cannot be read are counted, and the rest is read. Where a file is torn, all
    /// before that place is read, and ``MRTStatistics/damage`` says so.
    ///
    /// - Parameters:
    ///   - body: Called for each update.
    ///   - stateChanged: Called for each change of a session's state.
    ///   - expecting: Called for attributes that were handed on before, some time before they are
    ///     again.
    /// - Returns: What the file held.
    /// - Throws: When the file does not begin with a whole MRT record.
    @discardableResult
    public mutating func read(
        _ body: (MRTPeer, RouteUpdate) -> Void,
        stateChanged: (MRTPeer, MRTStateChange) -> Void = { _, _ in },
        expecting: (SharedAttributes) -> Void = { _ in }
    ) throws(MRTFileError) -> MRTStatistics {
        while true {
            switch decode(body, stateChanged: stateChanged, expecting: expecting) {
            case .more: readPiece()
            case .stateChanged: continue
            case .later, .over: return try statistics()
            }
        }
    }

    /// Reads a piece of the file, for ``decode(through:_:stateChanged:expecting:)``.
    public mutating func readPiece() {
        guard !isRead else { return }
        window.removeSubrange(..<used)
        offset += used
        used = 0
        let count = content.read(into: &piece)
        window += piece[..<count]
        guard count == 0 else { return }
        isRead = true
        fault = fault ?? content.damage ?? (window.isEmpty ? nil : Self.rest(window.count))
    }

    /// Decodes what was read, up to the first record of a session that is later than `time`, or to
    /// the first change of a session's state: who withdraws its routes then may take its time.
    ///
    /// The records of a table are never too late: a table is of the time before the messages that
    /// follow it.
    ///
    /// - Parameters:
    ///   - time: In nanoseconds since 1970-01-01 00:00 UTC.
    ///   - body: As for ``read(_:stateChanged:expecting:)``.
    ///   - stateChanged: As for ``read(_:stateChanged:expecting:)``.
    ///   - expecting: As for ``read(_:stateChanged:expecting:)``.
    /// - Returns: Why it ended.
    public mutating func decode(
        through time: Int64 = .max,
        _ body: (MRTPeer, RouteUpdate) -> Void,
        stateChanged: (MRTPeer, MRTStateChange) -> Void,
        expecting: (SharedAttributes) -> Void = { _ in }
    ) -> Progress {
        guard !isRead, fault == nil else { return .over }
        let window = window
        var reader = WireReader(window.span, as: "MRT header")
        do throws(WireError) { try reader.skip(octets: used) } catch { return .over }
        let progress = decode(&reader, through: time, body, stateChanged, expecting)
        decoder.deliverEntries(of: reader.octets, body, expect: expecting)
        return progress
    }

    /// Decodes the whole records in the window.
    private mutating func decode(
        _ reader: inout WireReader,
        through time: Int64,
        _ body: (MRTPeer, RouteUpdate) -> Void,
        _ stateChanged: (MRTPeer, MRTStateChange) -> Void,
        _ expecting: (SharedAttributes) -> Void
    ) -> Progress {
        let octets = reader.octets
        while reader.remaining >= MRTHeader.octets, let header = try? MRTHeader(&reader) {
            guard header.isPlausible else {
                let found = "type \(header.type) and length \(header.length)"
                fault = "expected an MRT header, found \(found)"
                return .over
            }
            let start = reader.offset
            guard var record = try? reader.read(octets: header.length, as: "MRT record") else {
                break
            }
            hasRecord = true
            if header.isOfSession, time < .max {
                var ahead = record
                if let next = try? header.time(&ahead), next > time { return .later(next) }
            }
            var hasChanged = false
            decoder.decode(
                header,
                &record,
                at: start,
                of: octets,
                deliver: body,
                expect: expecting,
                stateChanged: { peer, change in
                    hasChanged = true
                    stateChanged(peer, change)
                }
            )
            used = reader.offset
            if hasChanged { return .stateChanged }
        }
        return .more
    }

    /// What the file held, as far as it was decoded.
    ///
    /// - Throws: When the file does not begin with a whole MRT record.
    public func statistics() throws(MRTFileError) -> MRTStatistics {
        var statistics = decoder.statistics
        let isEmpty = !hasRecord
        let missing = isEmpty ? "expected an MRT header, found the end of the file" : nil
        guard let fault = fault ?? missing else { return statistics }
        let error = MRTFileError(path: path, offset: offset + used, reason: fault)
        if isEmpty { throw error }
        statistics.damage = error.description
        return statistics
    }

    private static func rest(_ count: Int) -> String {
        "expected an MRT record, found the end of the file after \(count) octets of it"
    }
}
