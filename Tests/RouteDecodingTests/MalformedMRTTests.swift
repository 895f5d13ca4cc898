// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import Testing
import Wire

@Suite("Malformed MRT records")
struct MalformedMRTTests {
    private static let entry = "0000 3b9aca01 0014 \(Attribute.mandatory)"

    private func decode(
        _ type: UInt16,
        _ subtype: UInt16,
        _ text: String,
        by decoder: inout MRTDecoder
    ) -> Int {
        let body = hex(text)
        let kind = [0, UInt8(type), 0, UInt8(subtype)]
        let octets =
            hex("3b9aca00") + kind + [0, 0, UInt8(body.count >> 8), UInt8(body.count & 255)]
            + body
        var reader = WireReader(octets.span, as: "MRT header")
        guard let header = try? MRTHeader(&reader),
            var record = try? reader.read(octets: header.length, as: "MRT record")
        else { return -1 }
        var told = 0
        decoder.decode(header, &record) { _, update in
            told += update.announced.count + update.withdrawn.count
        } stateChanged: { _, _ in
            told += 1
        }
        return told
    }

    @Test(
        "each is counted for what is wrong, and the next record is read",
        arguments: MalformedMRT.cases
    )
    func counted(_ malformed: MalformedMRT) {
        var decoder = MRTDecoder()
        _ = decode(13, 1, MalformedMRT.peers, by: &decoder)
        let told = decode(malformed.type, malformed.subtype, malformed.body, by: &decoder)
        #expect(told == malformed.told)
        let counted = malformed.counted.map { [$0: 1] } ?? [:]
        #expect(decoder.statistics.malformed == counted)
        _ = decode(13, 1, MalformedMRT.peers, by: &decoder)
        let rib = "00000000 18 cb0071 0001 \(Self.entry)"
        #expect(decode(13, 2, rib, by: &decoder) == 1)
        #expect(decoder.statistics.records == 4)
    }

    @Test("there are many, and each names the paragraph it breaks")
    func paragraphs() {
        #expect(MalformedMRT.cases.count >= 30)
        #expect(Set(MalformedMRT.cases.map(\.name)).count == MalformedMRT.cases.count)
        for malformed in MalformedMRT.cases {
            #expect(malformed.paragraph.contains(#/^RFC \d+, [0-9B]/#), "\(malformed.name)")
        }
    }
}
