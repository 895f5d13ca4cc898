// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Collector

struct DecodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Prints the records of capture files, one a line.",
        discussion: """
            Without --ports, a UDP payload that begins like sFlow 5, NetFlow 5 or 9, or IPFIX is \
            decoded and others are skipped; with it, every datagram to these ports is. Errors are \
            lines too, and no failure; a capture that is cut off is (1), as is no capture (2).
            """
    )

    @Option(help: "One JSON object a line, or aligned columns.")
    var format: DecodeFormat = .jsonl

    @Flag(help: "Print the totals only, as one JSON object.")
    var summary = false

    @Flag(help: "Hold data until their template comes, as the collector does.")
    var hold = false

    @Option(help: "Decode every datagram to these UDP ports, separated by commas.")
    var ports: String?

    @Argument(help: "pcap or pcapng files, in order.", completion: .file())
    var captures: [String]

    func run() async throws {
        let ports = try ports.map { try parse($0) }
        let decoding = CaptureDecoding(
            format: format,
            isSummary: summary,
            holdsData: hold,
            ports: ports
        )
        let status = decoding.run(captures, output: standardOutput, messages: standardError)
        guard status == 0 else { throw ExitCode(status) }
    }

    private func parse(_ list: String) throws -> Set<UInt16> {
        let ports = list.split(separator: ",", omittingEmptySubsequences: false).map { UInt16($0) }
        guard !ports.contains(nil) else {
            throw ValidationError("--ports \(list): expected UDP ports such as 2055,4739")
        }
        return Set(ports.compactMap { $0 })
    }
}
