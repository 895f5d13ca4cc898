// SPDX-License-Identifier: Apache-2.0

import Reporting

/// The description of the API that programs read, made from the table of answers.
enum OpenAPIDocument {
    /// OpenAPI 3.1 of `rows`.
    static func json(_ rows: [AnswerRow]) -> String {
        var paths: [JSONValue.Member] = []
        for row in rows where !paths.contains(where: { $0.key == row.path }) {
            let methods = rows.filter { $0.path == row.path }.map { row in
                JSONValue.Member(row.method.lowercased(), operation(row))
            }
            paths.append(.init(row.path, .object(methods)))
        }
        let document: JSONValue = [
            "openapi": "3.1.0",
            "info": [
                "title": "Peerage",
                "version": "1",
                "description": "What commands ask, over HTTP: JSON keys are those of commands.",
            ],
            "paths": .object(paths),
        ]
        return document.text(isPretty: true) + "\n"
    }

    private static func operation(_ row: AnswerRow) -> JSONValue {
        let named = row.path.split(separator: "/").filter { $0.hasPrefix("{") }
        let inPath = named.map { name -> JSONValue in
            [
                "name": .string(String(name.dropFirst().dropLast())), "in": "path",
                "required": true, "schema": ["type": "string"],
            ]
        }
        let content = row.contentTypes.map { JSONValue.Member($0, [:]) }
        var summary = row.summary
        if row.isControlOnly { summary += " (control socket only)" }
        return [
            "summary": .string(summary),
            "parameters": .array(inPath + row.parameters.map(parameter)),
            "responses": [
                "200": ["description": "The answer.", "content": .object(content)],
                "default": [
                    "description": "What went wrong, in one sentence.",
                    "content": [
                        "application/json": [
                            "schema": [
                                "type": "object", "required": ["error"],
                                "properties": ["error": ["type": "string"]],
                            ]
                        ]
                    ],
                ],
            ],
        ]
    }

    private static func parameter(_ parameter: AnswerRow.Parameter) -> JSONValue {
        var schema: [JSONValue.Member] = [.init("type", "string")]
        if !parameter.values.isEmpty {
            schema.append(.init("enum", .array(parameter.values.map(JSONValue.string))))
        }
        return [
            "name": .string(parameter.name),
            "in": "query",
            "required": .bool(parameter.isRequired),
            "description": .string(parameter.help),
            "schema": .object(schema),
        ]
    }
}
