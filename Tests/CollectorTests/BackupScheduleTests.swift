// SPDX-License-Identifier: Apache-2.0

import Collector
import Testing

@Suite("When backups are due")
struct BackupScheduleTests {
    private static let second: Int64 = 1_000_000_000

    @Test("a backup that failed is not tried again for an hour, or for the interval")
    func failed() {
        for (everySeconds, pause) in [(86_400, 3600), (600, 600)] as [(Int64, Int64)] {
            var schedule = BackupSchedule()
            // No copy comes of any attempt.
            let attempts = stride(from: 0, to: 3 * pause, by: 60).filter { time in
                schedule.isDue(
                    everySeconds: everySeconds,
                    newest: nil,
                    now: time,
                    boot: time * Self.second
                )
            }
            #expect(attempts == [0, pause, 2 * pause])
        }
    }

    @Test("a backup is due by the newest copy, also after a restart")
    func newest() {
        var schedule = BackupSchedule()
        let due = [0, 86_399, 86_400].map { age in
            schedule.isDue(everySeconds: 86_400, newest: 1_000, now: 1_000 + age, boot: 0)
        }
        #expect(due == [false, false, true])
    }
}
