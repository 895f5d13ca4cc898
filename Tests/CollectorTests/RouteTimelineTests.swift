// SPDX-License-Identifier: Apache-2.0

import Collector
import Foundation
import Model
import Routing
import Settings
import TestSupport
import Testing

@Suite("Files of routes by time")
struct RouteTimelineTests {
    private let folder: TemporaryFolder
    private let clock = ReplayClock()
    private let feed: RouteFeed
    private let timeline: RouteTimeline

    private static let start: Int64 = 1_700_000_000_000_000_000

    init() throws {
        folder = try TemporaryFolder()
        feed = CollectorComponents.routeFeed(Settings(), clock: clock)
        timeline = RouteTimeline(feed: feed)
    }

    private static func time(_ seconds: Double) -> Int64 { start + Int64(seconds * 1e9) }

    private func add(_ file: MRTOctets, name: String) throws {
        let path = folder.path(name)
        try Data(file.octets).write(to: URL(filePath: path))
        try timeline.add(path, to: .view("er1"))
    }

    private func advance(_ seconds: Double) {
        clock.set(Self.time(seconds))
        timeline.advance(through: Self.time(seconds))
    }

    /// The origin of the route to 198.51.100.1, now or at a time; nil without route.
    private func origin(at seconds: Double? = nil) -> UInt32? {
        let reader = feed.table.makeReader()
        let views = ViewList([feed.view(named: "er1")])
        let match = reader.route(to: address("198.51.100.1"), views: views)
        let route = reader.route(of: match, at: seconds.map(Self.time))
        return route?.originAS.rawValue
    }

    @Test("what happens in a file happens in the table at its time, to the microsecond")
    func byTime() throws {
        var file = MRTOctets(peer: "192.0.2.1")
        file.announce("198.51.100.0", origin: 64_511, at: Self.time(1))
        file.withdraw("198.51.100.0", at: Self.time(2.5))
        file.announce("198.51.100.0", origin: 64_512, at: Self.time(3))
        try add(file, name: "updates")
        #expect(timeline.nextTime == Self.time(1))
        #expect(origin() == nil)
        advance(0.999999)
        #expect(origin() == nil)
        advance(1)
        #expect(origin() == 64_511)
        advance(2.499999)
        #expect(origin() == 64_511)
        advance(2.5)
        #expect(origin() == nil)
        advance(4)
        #expect(origin() == 64_512)
        #expect(timeline.nextTime == .max)
    }

    @Test("a record of an earlier time has the route of that time")
    func earlier() throws {
        var file = MRTOctets(peer: "192.0.2.1")
        for second in 1...4 {
            let origin = 64_510 + UInt32(second)
            file.announce("198.51.100.0", origin: origin, at: Self.time(Double(second)))
        }
        try add(file, name: "updates")
        advance(10)
        #expect([1.5, 2.5, 3.5, 4.5].map { origin(at: $0) } == [64_511, 64_512, 64_513, 64_514])
    }

    @Test("messages of several files are told in the order of their times")
    func merged() throws {
        var first = MRTOctets(peer: "192.0.2.1")
        var second = MRTOctets(peer: "192.0.2.1")
        first.announce("198.51.100.0", origin: 64_511, at: Self.time(1))
        second.announce("198.51.100.0", origin: 64_512, at: Self.time(2))
        first.announce("198.51.100.0", origin: 64_513, at: Self.time(3))
        second.withdraw("198.51.100.0", at: Self.time(4))
        try add(first, name: "first")
        try add(second, name: "second")
        advance(1.5)
        #expect(origin() == 64_511)
        advance(3.5)
        #expect(origin() == 64_513)
        #expect(origin(at: 2.5) == 64_512)
        advance(4)
        #expect(origin() == nil)
        #expect(timeline.loaded().map(\.updates) == [2, 2])
        #expect(timeline.loaded().allSatisfy { $0.problem == nil })
    }

    @Test("the routes of a peer whose session goes down are gone at that time, those of others not")
    func goingDown() throws {
        var first = MRTOctets(peer: "192.0.2.1")
        var second = MRTOctets(peer: "192.0.2.2")
        first.announce("198.51.100.0", origin: 64_511, at: Self.time(2))
        second.announce("198.51.100.0", origin: 64_512, at: Self.time(2))
        first.goDown(at: Self.time(3))
        second.goDown(at: Self.time(5))
        try add(first, name: "first")
        try add(second, name: "second")
        advance(2)
        #expect(origin() == 64_511)
        advance(3)
        #expect(origin() == 64_512)
        #expect(origin(at: 2.5) == 64_511)
        advance(5)
        #expect(origin() == nil)
    }

    @Test("a file that begins after the last record says so")
    func tooLate() throws {
        var file = MRTOctets(peer: "192.0.2.1")
        file.announce("198.51.100.0", origin: 64_511, at: Self.time(60))
        try add(file, name: "updates")
        advance(10)
        let problem = try #require(timeline.loaded().first?.problem)
        #expect(problem.hasSuffix("its first message is of 2023-11-14T22:14:20Z"))
    }
}
