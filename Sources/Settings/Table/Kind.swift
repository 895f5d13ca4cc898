// SPDX-License-Identifier: Apache-2.0

/// What the value of a key may be: how it is read, written and described.
struct Kind<Value>: Sendable {
    /// As it stands after "expected": "an integer from 1 to 60".
    var expected: String
    /// The JSON Schema of the value.
    var schema: OutputValue
    /// Reports what is wrong and returns nil, or returns the value.
    var read: @Sendable (SourceNode, inout Reading) -> Value?
    /// The value as the configuration would give it.
    var show: @Sendable (Value, Settings) -> OutputValue

    /// Whether quotes matter.
    enum Quotes: Sendable {
        /// A YAML string: what looks like a number needs quotes.
        case text
        /// A YAML number: no quotes.
        case number
        case either
    }

    /// A value that is read from one word.
    static func scalar(
        _ expected: String,
        _ quotes: Quotes,
        schema: OutputValue,
        parse: @escaping @Sendable (String) -> Value?,
        show: @escaping @Sendable (Value) -> OutputValue
    ) -> Kind {
        Kind(
            expected: expected,
            schema: schema,
            read: { node, reading in
                guard case .scalar(let text, let isPlain) = node.content, let value = parse(text)
                else {
                    reading.reject(node, expected: expected)
                    return nil
                }
                if quotes == .text, node.isNumberOrBoolean {
                    reading.reject(node, expected: expected + ", in quotes")
                    return nil
                }
                if quotes == .number, !isPlain {
                    reading.reject(node, expected: expected + ", without quotes")
                    return nil
                }
                return value
            },
            show: { value, _ in show(value) }
        )
    }

    /// A value made of another; `make` reports and returns nil where that cannot be.
    func map<Other>(
        _ make: @escaping @Sendable (Value, SourceNode, inout Reading) -> Other?,
        back: @escaping @Sendable (Other, Settings) -> Value
    ) -> Kind<Other> {
        Kind<Other>(
            expected: expected,
            schema: schema,
            read: { node, reading in
                read(node, &reading).flatMap { make($0, node, &reading) }
            },
            show: { other, settings in show(back(other, settings), settings) }
        )
    }

    /// The same value, said differently in messages.
    func described(_ expected: String) -> Kind {
        var kind = self
        kind.expected = expected
        return kind
    }

    /// The same value, quoted in no message: it may be a secret, or hold one.
    func hidden() -> Kind {
        var kind = self
        let plain = read
        kind.read = { node, reading in reading.hiding { plain(node, &$0) } }
        return kind
    }

    /// A list of values that differ from each other.
    static func list<Element>(of element: Kind<Element>, least: Int = 0) -> Kind
    where Value == [Element] {
        let expected =
            "a list\(least > 0 ? " of at least \(least)" : ""), each element \(element.expected)"
        var schema: OutputValue = ["type": "array", "items": element.schema]
        if element.schema["type"] != "object" {
            schema = schema.adding([.init(key: "uniqueItems", value: .boolean(true))])
        }
        if least > 0 { schema = schema.adding([.init(key: "minItems", value: .integer(least))]) }
        return Kind(
            expected: expected,
            schema: schema,
            read: { node, reading in
                guard case .sequence(let nodes) = node.content, nodes.count >= least else {
                    reading.reject(node, expected: expected)
                    return nil
                }
                return elements(nodes, element, &reading)
            },
            show: { values, settings in .list(values.map { element.show($0, settings) }) }
        )
    }

    private static func elements<Element>(
        _ nodes: [SourceNode],
        _ kind: Kind<Element>,
        _ reading: inout Reading
    ) -> [Element] {
        var values: [Element] = []
        var kept: [Int] = []
        var places: [String: Place] = [:]
        for (index, node) in nodes.enumerated() {
            let value = reading.enter("[\(index)]", node.place) { reading -> Element? in
                if case .scalar(let text, _) = node.content {
                    if let first = places[text] {
                        reading.report(
                            at: node.place,
                            key: reading.path,
                            "\(reading.quote(text)) is already listed in line \(first.line)",
                            expected: "each value once"
                        )
                        return nil
                    }
                    places[text] = node.place
                }
                return kind.read(node, &reading)
            }
            guard let value else { continue }
            values.append(value)
            kept.append(index)
        }
        reading.keep(kept)
        return values
    }

    /// A section, as an element of a list or the value of a key.
    static func section(_ section: Section<Value>) -> Kind {
        Kind(
            expected: section.expected,
            schema: section.schema,
            read: { node, reading in
                var target = section.initial(reading)
                section.read(node, into: &target, &reading)
                return target
            },
            show: { target, settings in section.show(target, settings) }
        )
    }
}
