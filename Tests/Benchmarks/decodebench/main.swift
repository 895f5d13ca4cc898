// SPDX-License-Identifier: Apache-2.0

// Measures the flow decoders in memory: no socket, no attribution. `Deploy/bench decode` runs it.
//
//     decodebench                 each case: best and median of 9 rounds, a line of JSON each
//     decodebench CASE...         those cases
//     decodebench --count N CASE  decodes N datagrams once, for callgrind; prints the records

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
let cases = DecodingCase.all.filter { names.isEmpty || names.contains($0.name) }
if cases.isEmpty {
    print("no such case: one of \(DecodingCase.all.map(\.name).joined(separator: " "))")
}
for one in cases {
    if let count {
        var run = DecodingRun(one)
        run.decode(datagrams: count)
        print(run.records)
    } else {
        Measurement(one).print()
    }
}
