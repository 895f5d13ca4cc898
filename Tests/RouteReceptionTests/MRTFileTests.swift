// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import RouteDecoding
import RouteReception
import TestSupport
import Testing

@Suite("MRTFile")
struct MRTFileTests {
    /// A table dump of one peer, 198.51.100.7 in AS64500, with routes to 203.0.113.0/24 and
    /// 203.0.114.0/24: 33 octets of PEER_INDEX_TABLE, then 50 of each prefix.
    private static let table = octets(
        """
        3b9aca00 000d 0001 00000015 c0000201 0000 0001 02 0a000001 c6336407 0000fbf4 \
        3b9aca00 000d 0002 00000026 00000000 18cb0071 0001 0000 3b9aca01 0014 \
        40010100 4002060201 0000fbf4 400304c0000201 \
        3b9aca00 000d 0002 00000026 00000000 18cb0072 0001 0000 3b9aca01 0014 \
        40010100 4002060201 0000fbf4 400304c0000201
        """
    )

    /// The same, compressed by gzip and by bzip2.
    private static let gzip = octets(
        """
        1f8b0800000000000203b39e758a8181978191818141f4000313886664e20212c78c53d819187e7fb18628\
        60024aa8013183c46986429072a0382383880323238303131b48dfef2f0ecc2c2023b0e828c2af0300a670\
        c2c085000000
        """
    )
    private static let bzip2 = octets(
        """
        425a68393141592653599bf0911f000031fda4fd9206400100080840000400300000104118040820007221\
        01a0000d0244250c8d03d4d913c0c81923ed8508a3466b7bd893750ac34999216ad33428fc550c3d0c9299\
        e4b1bbb08cf4e1c97192620ca3180231030f090fc5dc914e142426fc2447c0
        """
    )
    /// The same in two parts of 50 and 83 octets, each compressed alone.
    private static let gzipMembers = octets(
        """
        1f8b0800000000000203b39e758a8181978191818141f4000313886664e20212c78c53d819187e7fb18628\
        60024aa80131830400abf36f17320000001f8b08000000000002033bcd50c8c0c8c0603deb142383880323\
        238303131b1350e0f717076696030c4c8c401906065e06260606063520669038cd50845f0700c7277fef53\
        000000
        """
    )
    private static let bzip2Streams = octets(
        """
        425a68393141592653598e4e77000000147924f09202400100080804000010411004082000314d32313131\
        069a206819182a0b1ac054b5d41ea84b1417e33208dcf6043c8f3fc5dc914e142423939dc000425a683931\
        415926535917c897c90000277ca4fd0204400100000840003000001040180408200050a6134d01a620554d\
        4c201a69a3784f1a28777e30ad5043d686cd9461353b42674a272561743287b2c332b67e59f8bb9229c284\
        80be44be48
        """
    )

    private static func octets(_ text: String) -> [UInt8] { CompressedTables.octets(text) }

    /// Reads a file of these octets; the prefixes it announces, and what was counted.
    private func read(_ octets: [UInt8]) throws -> (routes: [String], statistics: MRTStatistics) {
        let directory = FileManager.default.temporaryDirectory
        let path = directory.appending(path: "peerage-\(UUID().uuidString).mrt")
        try Data(octets).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        var file = try MRTFile.opened(path.path)
        var routes: [String] = []
        let statistics = try file.read { peer, update in
            routes += update.announced.map { "\(peer.source.name) \($0.prefix)" }
        }
        return (routes, statistics)
    }

    private static let routes = ["198.51.100.7 203.0.113.0/24", "198.51.100.7 203.0.114.0/24"]

    @Test(
        "plain and compressed files hold the same routes",
        arguments: [
            table, gzip, bzip2, CompressedTables.xz, CompressedTables.zstd, gzipMembers,
            bzip2Streams, CompressedTables.xzStreams, CompressedTables.zstdFrames,
            CompressedTables.pzstd,
        ]
    )
    func formats(_ octets: [UInt8]) throws {
        let (routes, statistics) = try read(octets)
        #expect(routes == Self.routes)
        #expect(statistics.records == 3)
        #expect(statistics.tableRoutes == 2)
        #expect(statistics.malformed == [:])
        #expect(statistics.damage == nil)
    }

    @Test(
        "a file longer than what is read at once",
        arguments: [
            table, gzip, gzipMembers, bzip2, CompressedTables.xzStreams,
            CompressedTables.zstdFrames,
        ]
    )
    func long(_ part: [UInt8]) throws {
        // 133 octets do not divide the size of a piece, so records lie across its ends.
        let times = part == Self.table ? 10_000 : 2_500
        let whole = (0..<times).flatMap { _ in part }
        let (routes, statistics) = try read(whole)
        #expect(routes.count == 2 * times)
        #expect(statistics.records == 3 * times)
        #expect(statistics.damage == nil)
    }

    @Test("of a torn file, all before the tear is read, and the tear is told")
    func torn() throws {
        let (routes, statistics) = try read(Array(Self.table.dropLast(7)))
        #expect(routes == [Self.routes[0]])
        let damage = try #require(statistics.damage)
        #expect(damage.contains("octet 83: expected an MRT record, found the end of the file"))
    }

    @Test(
        "of a torn compressed file, too, with the place in the file",
        arguments: [
            (gzipMembers, "gzip"), (bzip2Streams, "bzip2"), (CompressedTables.xzStreams, "xz"),
            (CompressedTables.zstdFrames, "zstd"),
        ]
    )
    func tornCompressed(_ octets: [UInt8], _ format: String) throws {
        let (_, statistics) = try read(Array(octets.dropLast(9)))
        #expect(statistics.records >= 1)
        let damage = try #require(statistics.damage)
        let place = "at octet \(octets.count - 9) of the file"
        #expect(damage.hasSuffix("the \(format) data end too early, \(place)"))
    }

    @Test(
        "damaged compressed data end the file there",
        arguments: [
            (gzipMembers, "gzip", 6), (bzip2Streams, "bzip2", 7),
            (CompressedTables.xzStreams, "xz", 40), (CompressedTables.xzStreams, "xz", 1),
            (CompressedTables.zstdFrames, "zstd", 2),
        ]
    )
    func damaged(_ octets: [UInt8], _ format: String, fromEnd: Int) throws {
        var octets = octets
        octets[octets.count - fromEnd] ^= 0xff  // a check sum, or the padding
        let (routes, statistics) = try read(octets)
        #expect(statistics.records >= 1)
        #expect(routes.count <= 2)
        let damage = try #require(statistics.damage)
        #expect(damage.contains("the \(format) data are damaged at octet "))
        #expect(damage.hasSuffix(" of the file"))
    }

    @Test(
        "a compressed file does not decide how much memory it gets",
        arguments: [(CompressedTables.xzLarge, "xz"), (CompressedTables.zstdLarge, "zstd")]
    )
    func memory(_ octets: [UInt8], _ format: String) throws {
        let error = try #require(throws: MRTFileError.self) { try read(octets) }
        #expect(error.reason.hasPrefix("the \(format) data need more than 256 MiB of memory at"))
    }

    @Test("nor how long it is read: a file that claims to hold a thousand times its size is a bomb")
    func bomb() throws {
        // A frame of blocks (RFC 8878, section 3.1.1.2): the header of a record of 4 MiB that
        // nobody reads, then as many times 128 KiB of zeros, in four octets each.
        var octets: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]
        for _ in 0..<100 {
            octets += [0x60, 0x00, 0x00] + [0, 0, 0, 0, 0, 13, 0, 6, 0x00, 0x40, 0x00, 0x00]
            for _ in 0..<32 { octets += [0x02, 0x00, 0x10, 0x00] }
        }
        let (routes, statistics) = try read(octets)
        #expect(routes == [])
        #expect((16...20).contains(statistics.records))
        let damage = try #require(statistics.damage)
        let bound = "more than 500 times what is read of the file"
        #expect(damage.hasSuffix("the zstd data expand to \(bound)"))
    }

    @Test("after octets that are no record nothing more is believed")
    func noRecord() throws {
        let (routes, statistics) = try read(Self.table + Array("no record at all".utf8))
        #expect(routes == Self.routes)
        let damage = try #require(statistics.damage)
        #expect(damage.contains("octet 133: expected an MRT header, found type"))
    }

    @Test(
        "what is no MRT file is refused, saying where and why",
        arguments: [
            ([], "octet 0: expected an MRT header, found the end of the file"),
            ([0x3b, 0x9a], "octet 0: expected an MRT record, found the end of the file"),
            (Array("a text, not a table".utf8), "octet 0: expected an MRT header, found type"),
            ([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff], "octet 0: the gzip data"),
            // What only begins like the others is no MRT file either.
            (Array("BZh9 not bzip2".utf8), "octet 0: expected an MRT header, found type"),
            ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 0], "octet 0: the xz data end too early"),
            ([0x28, 0xb5, 0x2f, 0xfd, 0xff, 0xff], "octet 0: the zstd data"),
            // A record of 4 GiB that is not there.
            ([0, 0, 0, 0, 0, 13, 0, 2, 0xff, 0xff, 0xff, 0xff], "octet 0: expected an MRT header"),
        ] as [([UInt8], String)]
    )
    func refused(_ octets: [UInt8], _ reason: String) throws {
        let error = try #require(throws: MRTFileError.self) { try read(octets) }
        #expect(error.description.contains(reason), "\(error)")
    }

    @Test("a file that is not there is refused by name")
    func missing() throws {
        do throws(MRTFileError) {
            _ = try MRTFile.opened("/nonexistent/rib.bz2")
            Issue.record("opened")
        } catch {
            #expect(error.description == "/nonexistent/rib.bz2, octet 0: No such file or directory")
        }
    }

    /// A withdrawal of 203.0.113.0/24 by 198.51.100.7 in AS64500, told at `time`.
    private static func withdrawal(at time: UInt32) -> [UInt8] {
        var record = octets("00000000 0010 0004 0000002f 0000fbf4 0000fbf5 0000 0001")
        record.replaceSubrange(0..<4, with: (0..<4).map { UInt8(time >> (24 - 8 * $0) & 255) })
        record += octets("c6336407 c6336401")
        record += [UInt8](repeating: 0xff, count: 16) + octets("001b 02 0004 18cb0071 0000")
        return record
    }

    @Test("messages of a session wait for their time, tables do not")
    func byTime() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("updates.mrt")
        let times: [UInt32] = [1_000_000_005, 1_000_000_007, 1_000_000_007, 1_000_000_009]
        let content = Self.table + times.flatMap(Self.withdrawal)
        try Data(content).write(to: URL(filePath: path))
        var file = try MRTFile.opened(path)
        var told: [Int64] = []
        func advance(through seconds: Int64) -> MRTFile.Progress {
            while true {
                let progress = file.decode(through: seconds * 1_000_000_000) { _, update in
                    told.append(update.time / 1_000_000_000)
                } stateChanged: { _, _ in
                }
                guard progress == .more else { return progress }
                file.readPiece()
            }
        }
        #expect(advance(through: 0) == .later(1_000_000_005_000_000_000))
        #expect(told == [1_000_000_001, 1_000_000_001])
        told = []
        #expect(advance(through: 1_000_000_004) == .later(1_000_000_005_000_000_000))
        #expect(told == [])
        #expect(advance(through: 1_000_000_007) == .later(1_000_000_009_000_000_000))
        #expect(told == [1_000_000_005, 1_000_000_007, 1_000_000_007])
        #expect(advance(through: 1_000_000_100) == .over)
        #expect(told.count == 4)
        #expect(try file.statistics().records == 7)
    }

    @Test("behind a change of a session's state reading stops, and goes on where it stopped")
    func stateChange() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("updates.mrt")
        // STATE_CHANGE_AS4 of the same peer: from Established (6) to Idle (1).
        let change = Self.octets(
            "3b9aca06 0010 0005 00000018 0000fbf4 0000fbf5 0000 0001 c6336407 c6336401 0006 0001"
        )
        let content =
            Self.withdrawal(at: 1_000_000_005) + change + Self.withdrawal(at: 1_000_000_007)
        try Data(content).write(to: URL(filePath: path))
        var told: [String] = []
        var file = try MRTFile.opened(path)
        func advance() -> MRTFile.Progress {
            file.decode { _, update in
                told.append("update \(update.time / 1_000_000_000)")
            } stateChanged: { _, change in
                told.append(change.isDown ? "down" : "up")
            }
        }
        #expect(advance() == .more)
        file.readPiece()
        #expect(advance() == .stateChanged)
        #expect(told == ["update 1000000005", "down"])
        #expect(advance() == .more)
        #expect(told == ["update 1000000005", "down", "update 1000000007"])
        file.readPiece()
        #expect(advance() == .over)
        var whole = try MRTFile.opened(path)
        #expect(try whole.read({ _, _ in }).records == 3)
    }
}
