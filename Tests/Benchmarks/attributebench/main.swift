// SPDX-License-Identifier: Apache-2.0

// Measures attribution and running totals in memory: no socket, no decoder.
// `Deploy/bench attribute` runs it.
//
//     attributebench                 each case: best and median of 9 rounds, a line of JSON each
//     attributebench CASE...         those cases
//     attributebench --count N CASE  takes N batches once, for callgrind; prints the records

let traffics: [(name: String, kind: Traffic.Kind)] = [("router", .router), ("frames", .frames)]
var names: [String] = []
var count: Int?
var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
    if argument == "--count" {
        count = arguments.popFirst().flatMap { Int($0) }
    } else {
        names.append(argument)
    }
}
let scene = Scene()
for (name, kind) in traffics {
    for part in AttributionRun.Part.allCases {
        let title = "\(part.rawValue)-\(name)"
        guard names.isEmpty || names.contains(title) else { continue }
        let traffic = Traffic(kind, batches: 8, distinct: 4_000)
        var run = AttributionRun(part, scene, traffic)
        if let count {
            run.take(batches: count)
            print(run.records)
        } else {
            Measurement(title, &run).print()
        }
    }
}
