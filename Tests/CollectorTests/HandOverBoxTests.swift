// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import Testing

@testable import Collector

@Suite("Hand-over of workers")
struct HandOverBoxTests {
    private func report(at time: Int64) -> WorkerReport {
        WorkerReport(totals: FlushBatch(id: "", collector: "", time: time), kernelDrops: [])
    }

    @Test("the control plane goes on as soon as every worker has handed over")
    func allHere() async {
        let box = HandOverBox()
        box.put(report(at: 1))
        Task.detached {
            try? await Task.sleep(for: .milliseconds(20))
            box.put(report(at: 2))
        }
        let begun = ContinuousClock.now
        await box.wait(for: 2, atMost: .seconds(3600))
        #expect(ContinuousClock.now - begun < .seconds(1800))
        #expect(box.takeAll().map(\.totals.time) == [1, 2])
        #expect(box.takeAll().isEmpty)
    }

    @Test("a worker that is stuck does not keep the others waiting for good")
    func oneStuck() async {
        let box = HandOverBox()
        box.put(report(at: 1))
        await box.wait(for: 2, atMost: .milliseconds(20))
        #expect(box.takeAll().count == 1)
    }

    @Test("the wait ends when the collector is told to end")
    func cancelled() async {
        let box = HandOverBox()
        let waiting = Task { await box.wait(for: 1, atMost: .seconds(3600)) }
        waiting.cancel()
        let begun = ContinuousClock.now
        await waiting.value
        #expect(ContinuousClock.now - begun < .seconds(1800))
    }
}
