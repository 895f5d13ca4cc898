// SPDX-License-Identifier: Apache-2.0

/// A story in the scenario language: what the network is, what happens, and what must come out.
///
/// # How it works
///
/// One statement a line; `#` begins a comment. Times are hours and minutes of 2026-01-01, UTC.
///
///     inventory                      followed by an indented configuration; a second one
///         network: { ... }           corrects the first from there on, for the past as well
///     route VIEW PREFIX path=64510,64601 [nextHop=ADDRESS]
///     rule ID interconnect=ID raiseAbove=80% clearBelow=70% for=2 clearFor=3
///     HH:MM withdraw VIEW PREFIX     (a route without a time is there from the start)
///     HH:MM flow EXPORTER in=17 out=1 from=ADDRESS to=ADDRESS octets=N [packets=N] [rate=N]
///           [times=N] [observed=ingress|egress] [lasting=SECONDS] [ago=SECONDS] [vlan=N]
///           [sourceMAC=MAC] [postDestinationMAC=MAC] [bgpNextHop=ADDRESS] [sourcePeerAS=N]
///           [destinationPeerAS=N]
///     learn PREFIX [exporters=N]     exporters there are held apart; EXPORTER may be an address
///     HH:MM adopt ADDRESS name=NAME [since=first]
///     HH:MM pass                     lets time pass without a flow
///     expect REPORT column=value ... some row of the report has all of these
///     expect no REPORT column=value  no row has
///
/// REPORT is `volumes`, `savings`, `ledger`, `slots`, `exporters` or `alerts`; the columns are
/// those of the JSON output.
struct Scenario {
    var name: String
    var statements: [Statement] = []

    /// One statement, with the line it stands on.
    struct Statement {
        var line: Int
        /// Seconds after midnight; nil when the line gives no time.
        var time: Int64?
        var action: Action
    }

    enum Action {
        case inventory(String)
        case route(view: String, prefix: String, words: [String: String])
        case withdraw(view: String, prefix: String)
        case rule(id: String, words: [String: String])
        case learn(prefix: String, words: [String: String])
        case adopt(address: String, words: [String: String])
        case flow(exporter: String, words: [String: String])
        case pass
        case expect(report: String, isPresent: Bool, words: [String: String])
    }

    /// Something that is no statement, and where.
    struct Problem: Error, CustomStringConvertible {
        var description: String
    }

    init(name: String, text: String) throws(Problem) {
        self.name = name
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        var index = 0
        while index < lines.count {
            let number = index + 1
            let line = lines[index].prefix { $0 != "#" }
            index += 1
            let words = line.split(separator: " ").map(String.init)
            guard !words.isEmpty else { continue }
            if words == ["inventory"] {
                var block: [Substring] = []
                while index < lines.count, lines[index].isEmpty || lines[index].hasPrefix("    ") {
                    block.append(lines[index].dropFirst(4))
                    index += 1
                }
                let text = block.joined(separator: "\n")
                statements.append(Statement(line: number, action: .inventory(text)))
            } else {
                statements.append(try Self.statement(words, line: number))
            }
        }
    }

    private static func statement(_ words: [String], line: Int) throws(Problem) -> Statement {
        var words = words[...]
        let time = words.first.flatMap(seconds)
        if time != nil { words.removeFirst() }
        guard let verb = words.popFirst() else {
            throw Problem(description: "line \(line): a time and nothing to do")
        }
        let plain = words.prefix { !$0.contains("=") }
        let pairs = try pairs(words.dropFirst(plain.count), line: line)
        let action: Action
        switch (verb, plain.count) {
        case ("route", 2):
            action = .route(view: plain[plain.startIndex], prefix: plain.last ?? "", words: pairs)
        case ("withdraw", 2):
            action = .withdraw(view: plain[plain.startIndex], prefix: plain.last ?? "")
        case ("flow", 1):
            action = .flow(exporter: plain[plain.startIndex], words: pairs)
        case ("learn", 1):
            action = .learn(prefix: plain[plain.startIndex], words: pairs)
        case ("adopt", 1):
            action = .adopt(address: plain[plain.startIndex], words: pairs)
        case ("rule", 1):
            action = .rule(id: plain[plain.startIndex], words: pairs)
        case ("pass", 0):
            action = .pass
        case ("expect", 1):
            action = .expect(report: plain[plain.startIndex], isPresent: true, words: pairs)
        case ("expect", 2) where plain.first == "no":
            action = .expect(report: plain.last ?? "", isPresent: false, words: pairs)
        default:
            throw Problem(description: "line \(line): '\(verb)' with \(plain.count) words")
        }
        return Statement(line: line, time: time, action: action)
    }

    private static func seconds(_ word: String) -> Int64? {
        let parts = word.split(separator: ":").map { Int64($0) }
        guard parts.count == 2, let hours = parts[0], let minutes = parts[1] else { return nil }
        return hours * 3600 + minutes * 60
    }

    private static func pairs(
        _ words: ArraySlice<String>,
        line: Int
    ) throws(Problem) -> [String: String] {
        var pairs: [String: String] = [:]
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, pairs.updateValue(parts[1], forKey: parts[0]) == nil else {
                throw Problem(description: "line \(line): '\(word)'; expected key=value, once")
            }
        }
        return pairs
    }
}
