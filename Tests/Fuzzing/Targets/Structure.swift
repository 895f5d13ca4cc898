// SPDX-License-Identifier: Apache-2.0

import Model

/// Where in a datagram something begins, and where numbers stand that say how it goes on.
struct Structure {
    /// Where sets, samples and records begin.
    private(set) var starts: [Int] = []
    /// Where lengths, counts and identifiers of two octets stand.
    private(set) var numbers: [Int] = []
    private let octets: [UInt8]

    init(_ octets: [UInt8], _ flowProtocol: FlowProtocol) {
        self.octets = octets
        switch flowProtocol {
        case .sflow5: walkSFlow()
        case .netflow5:
            numbers = [2, 22]
            starts = Array(stride(from: 24, to: octets.count, by: 48))
        case .netflow9: walkSets(from: 20)
        case .ipfix: walkSets(from: 16)
        }
    }

    private func half(_ place: Int) -> Int {
        place + 1 < octets.count ? Int(octets[place]) << 8 | Int(octets[place + 1]) : 0
    }

    private func word(_ place: Int) -> Int { half(place) << 16 | half(place + 2) }

    private mutating func walkSets(from first: Int) {
        var place = first
        while place + 4 <= octets.count, starts.count < 64 {
            starts.append(place)
            numbers += [place, place + 2]
            let length = half(place + 2)
            if half(place) < 4 {
                // Templates: identifier, count, then element and length of each field.
                for number in stride(from: place + 4, to: place + min(length, 120), by: 2) {
                    numbers.append(number)
                }
            } else if length > 4 {
                numbers.append(place + 4)
            }
            place += max(length, 4)
        }
    }

    private mutating func walkSFlow() {
        numbers = [6, 26]
        var place = half(6) == 2 ? 40 : 28
        while place + 8 <= octets.count, starts.count < 64 {
            starts.append(place)
            numbers += [place + 2, place + 6]
            let end = place + 8 + word(place + 4)
            walkRecords(of: half(place + 2), from: place + 8, to: min(end, octets.count))
            guard end > place, end <= octets.count else { return }
            place = end
        }
    }

    private mutating func walkRecords(of format: Int, from body: Int, to end: Int) {
        let head = [1: 32, 2: 12, 3: 44, 4: 16, 5: 32][format] ?? 0
        guard head > 0 else { return }
        var place = body + head
        numbers.append(place - 2)
        while place + 8 <= end, starts.count < 64 {
            starts.append(place)
            numbers += [place + 2, place + 6]
            for number in stride(from: place + 10, to: min(place + 56, end), by: 4) {
                numbers.append(number)
            }
            place += 8 + word(place + 4)
        }
    }
}
