// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The same thing measured several times.
struct Figures {
    private(set) var values: [Double] = []

    mutating func add(_ value: Double) { values.append(value) }

    /// 0 without values.
    var median: Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }

    /// How far the middle half of the values is apart, in relation to the median.
    var spread: Double {
        let sorted = values.sorted()
        guard sorted.count > 2, median > 0 else { return 0 }
        return (sorted[sorted.count * 3 / 4] - sorted[sorted.count / 4]) / median
    }
}

/// One line of output.
struct FigureLine {
    let name: String
    let unit: String
    let value: Figures
    var reference: (name: String, value: Figures)?
    /// What `value` has to be of the reference's.
    var goal: Goal?

    var ratio: Double? {
        reference.flatMap { $0.value.median > 0 ? value.median / $0.value.median : nil }
    }

    var isReached: Bool {
        guard let goal, let ratio else { return true }
        return goal.isReached(ratio)
    }

    /// Prints a line of JSON.
    func print() {
        var line = "{\"name\":\"routing/\(name)\",\"value\":\(rounded(value.median))"
        line += ",\"unit\":\"\(unit)\",\"spread\":\(rounded(value.spread))"
        if let reference {
            line += ",\"reference\":\"\(reference.name)\""
            line += ",\"referenceValue\":\(rounded(reference.value.median))"
            line += ",\"referenceSpread\":\(rounded(reference.value.spread))"
        }
        if let ratio { line += ",\"ratio\":\(rounded(ratio))" }
        if let goal { line += ",\"goal\":\(goal.bound),\"reached\":\(isReached)" }
        FileHandle.standardOutput.write(Data((line + "}\n").utf8))
    }

    private func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}

/// The seconds of processor time that `body` takes on this thread: others may be at work too.
func seconds(_ body: () -> Void) -> Double {
    let before = processorTime()
    body()
    return processorTime() - before
}

private func processorTime() -> Double {
    var time = timespec()
    // Safe: the call fills the structure it is given, and keeps nothing.
    guard unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0 else { return 0 }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
