// SPDX-License-Identifier: Apache-2.0

/// The table dump of ``MRTFileTests`` as `xz` and `zstd` compress it.
enum CompressedTables {
    static let xz = octets(
        """
        fd377a585a000004e6d6b446020021011c00000010cf58cce0008400485d001da695400c264c002a1b53\
        2356d01aebf347b29393459f170c27e3251024601fec3739e2dfe62dc637ef7a59e3a04a38fcd16c8bc0\
        4af187329f89644916233ace493e083d0580000058993a3251c34253000164850100000016c18a91b1c4\
        67fb020000000004595a
        """
    )
    /// In two streams, of 50 and 83 octets, with padding behind each.
    static let xzStreams = octets(
        """
        fd377a585a000004e6d6b4460200210116000000742fe5a3e00031002a5d001da695400c264c002a1b53\
        2356d01aebf347b29393459f170c27e3251024601fec3739e2dfe5ed346200000000e1aec33b838b6eea\
        00014632280c724e1fb6f37d010000000004595a0000000000000000fd377a585a000004e6d6b4460200\
        210116000000742fe5a3e0005200365d00658009af0007c37050b7900ad82c57979ffd8b89166f911102\
        a38a632e7b2fb977f1cc0c6034497d14e48f609c56dd01cb13a4ef0000000000d4a3a6e90c8620750001\
        5253b38a695a1fb6f37d010000000004595a00000000
        """
    )
    static let zstd = octets(
        """
        28b52ffd0468550200d2040f18b0a935e092207c2f3187e9640eb34f2c358e21a2212152a68e5d280016\
        556d27dc6ab68c263dcbb639219ffca8ea8151229b38bb5de8b82d969e2503004014ab2a95904c9101d3\
        5a1176
        """
    )
    /// In two frames, the first with a check sum, and one to skip between them.
    static let zstdFrames = octets(
        """
        28b52ffd04589101003b9aca00000d000100000015c000020100000001020a000001c63364070000fbf4\
        3b9aca00000d0002000000260000000018d1e220ce552a4d18040000006162636428b52ffd0458ed0100\
        5403cb0071000100003b9aca0100144001010040020602010000fbf4400304c00002013b9aca00000d00\
        02000000260000000018cb0072010055450505d8114a1d
        """
    )
    /// As `pzstd` writes it: first a frame to skip.
    static let pzstd = octets(
        """
        502a4d18040000005700000028b52ffd0468550200d2040f18b0a935e092207c2f3187e9640eb34f2c35\
        8e21a2212152a68e5d280016556d27dc6ab68c263dcbb639219ffca8ea8151229b38bb5de8b82d969e25\
        03004014ab2a95904c9101d35a1176
        """
    )
    /// With a dictionary of 1.5 GiB, of which nothing is used.
    static let xzLarge = octets(
        """
        fd377a585a000004e6d6b44602002101250000003b787b41e0008400485d001da695400c264c002a1b53\
        2356d01aebf347b29393459f170c27e3251024601fec3739e2dfe62dc637ef7a59e3a04a38fcd16c8bc0\
        4af187329f89644916233ace493e083d0580000058993a3251c34253000164850100000016c18a91b1c4\
        67fb020000000004595a
        """
    )
    /// With a window of 2 GiB, of which nothing is used.
    static let zstdLarge = octets(
        """
        28b52ffd04a87d0200d244101da027690cf3aac2c15df56fea3f6cfa55c50be5d6ef1eb70869f7ed9629\
        8d55140018247925287333864ba7bc8c0fc4275e48f260a1706c42edabe8f02d9c4e0903004014ab2a95\
        904c9101d35a1176
        """
    )

    static func octets(_ text: String) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
    }
}
