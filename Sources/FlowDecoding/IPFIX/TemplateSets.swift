// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// Template Sets and Options Template Sets (RFC 7011, section 3.4; RFC 3954, sections 5.2, 6.1).
extension DecodingWork {
    /// Learns or withdraws the templates of a set.
    mutating func learnTemplates(
        _ kind: Template.Kind,
        _ octets: RawSpan,
        _ set: DataSet,
        _ context: MessageContext,
        _ state: inout ExporterState
    ) {
        var body = WireReader(octets.extracting(set.octets), as: "Set")
        var hasWithdrawnAll = false
        while body.remaining >= 4 {
            let start = body.offset
            do throws(WireError) {
                let id = try body.read(UInt16.self)
                let count = Int(try body.read(UInt16.self))
                if id == 0, count == 0 { return }  // padding
                guard room(for: .templates) > 0 else { return }
                use[.templates] += 1
                if count == 0, context.flowProtocol == .ipfix {
                    guard id >= 256 || id == set.id else {
                        throw WireError(.malformed, offset: start, subject: "template id")
                    }
                    // None is left after the first that is for all of them.
                    withdraw(id, kind, context, &state, hasGone: hasWithdrawnAll)
                    if id < 256 { hasWithdrawnAll = true }
                    continue
                }
                guard id >= 256 else {
                    throw WireError(.malformed, offset: start, subject: "template id")
                }
                let layout = try Layout(kind, count, context.flowProtocol, &body)
                hasWithdrawnAll = false
                if confirm(id, kind, layout, context, &body, &state) { continue }
                let fields = try readFields(layout, context.flowProtocol, &body)
                let template = Template(
                    id: id,
                    kind: kind,
                    isNetFlow9: context.flowProtocol == .netflow9,
                    fields: fields,
                    scopeCount: min(layout.scopeCount, fields.count)
                )
                learn(template, fieldCount: layout.count, at: set.offset + start, context, &state)
            } catch {
                // Where the set is cut short, that is reported for the set.
                if !(set.isCut && error.kind == .truncated) { report(error, base: set.offset) }
                return
            }
        }
    }

    /// How many fields a template record announces, and how many of them are scope.
    private struct Layout {
        let count: Int
        let scopeCount: Int

        init(
            _ kind: Template.Kind,
            _ second: Int,
            _ flowProtocol: FlowProtocol,
            _ body: inout WireReader
        ) throws(WireError) {
            guard kind == .options else {
                (count, scopeCount) = (second, 0)
                return
            }
            let third = Int(try body.read(UInt16.self))
            if flowProtocol == .ipfix {
                (count, scopeCount) = (second, third)
                guard third <= second else { throw body.failure(.malformed) }
            } else {
                // Lengths in octets, of scopes and of options (RFC 3954, section 6.1).
                guard second % 4 == 0, third % 4 == 0 else { throw body.failure(.malformed) }
                (count, scopeCount) = ((second + third) / 4, second / 4)
            }
        }
    }

    /// Whether the template that follows is what its exporter has defined before: then the cursor
    /// is after it, and nothing was allocated.
    private mutating func confirm(
        _ id: UInt16,
        _ kind: Template.Kind,
        _ layout: Layout,
        _ context: MessageContext,
        _ body: inout WireReader,
        _ state: inout ExporterState
    ) -> Bool {
        let key = TemplateCache.key(context.flowProtocol, context.domain, id)
        guard let known = state.templates.known(key, port: context.port), known.kind == kind,
            known.fields.count == layout.count, known.scopeCount == layout.scopeCount,
            layout.count <= limits.fields
        else { return false }
        var reader = body
        for field in known.fields {
            guard let id = try? reader.read(UInt16.self),
                let length = try? reader.read(UInt16.self), length == field.length
            else { return false }
            if context.flowProtocol == .ipfix, id & 0x8000 != 0 {
                guard let enterprise = try? reader.read(UInt32.self),
                    id & 0x7fff == field.id, enterprise == field.enterprise
                else { return false }
            } else {
                guard id == field.id, field.enterprise == 0 else { return false }
            }
        }
        guard known.minimumOctets <= limits.recordOctets else { return false }
        body = reader
        let evicted = state.templates.confirm(
            key,
            port: context.port,
            limits: limits,
            octets: share / 4 * 3
        )
        counters.templatesEvicted += UInt64(evicted)
        count(kind)
        details?.templates.append(TemplateNotice(id: id, kind: kind, template: known))
        return true
    }

    /// Reads the Field Specifiers; those past the limit are read over.
    private func readFields(
        _ layout: Layout,
        _ flowProtocol: FlowProtocol,
        _ body: inout WireReader
    ) throws(WireError) -> [Template.Field] {
        var fields: [Template.Field] = []
        for _ in 0..<layout.count {
            var id = try body.read(UInt16.self)
            let length = try body.read(UInt16.self)
            var enterprise: UInt32 = 0
            if flowProtocol == .ipfix, id & 0x8000 != 0 {
                id &= 0x7fff
                enterprise = try body.read()
            } else if flowProtocol == .netflow9, length == Template.Field.variableLength {
                throw body.failure(.malformed)  // NetFlow v9 has no variable lengths
            }
            guard fields.count < limits.fields else { continue }
            fields.append(Template.Field(id: id, enterprise: enterprise, length: length))
        }
        return fields
    }

    private mutating func learn(
        _ template: Template,
        fieldCount: Int,
        at offset: Int,
        _ context: MessageContext,
        _ state: inout ExporterState
    ) {
        let key = TemplateCache.key(context.flowProtocol, context.domain, template.id)
        let octets = template.minimumOctets
        // What its exporter replaced must not decode its data, even if the new one is too large.
        if fieldCount > limits.fields || octets > limits.recordOctets {
            if state.templates.withdraw(key, port: context.port) { state.isChanged = true }
            counters.templatesRefused += 1
            return report(.limitExceeded, "template", at: offset)
        }
        // Records of no octets would never end: a Data Set could hold any number of them. No
        // exporter means to send them, so what it defined before stands.
        guard octets > 0 else { return report(.malformed, "template of no length", at: offset) }
        let (isNew, evicted) = state.templates.learn(
            template,
            key: key,
            port: context.port,
            limits: limits,
            octets: share / 4 * 3
        )
        if isNew { state.isChanged = true }
        counters.templatesEvicted += UInt64(evicted)
        // Only what was unknown can be waited for.
        if isNew { learnedIDs |= 1 << UInt64(template.id & 63) }
        count(template.kind)
        details?.templates.append(
            TemplateNotice(id: template.id, kind: template.kind, template: template)
        )
    }

    /// Withdraws one template, or with the id of the set itself all of `kind` (RFC 7011, section
    /// 8.1), unless that is done.
    private mutating func withdraw(
        _ id: UInt16,
        _ kind: Template.Kind,
        _ context: MessageContext,
        _ state: inout ExporterState,
        hasGone: Bool
    ) {
        let wasKnown: Bool
        if id < 256 {
            wasKnown =
                !hasGone
                && state.templates.withdrawAll(kind, context.flowProtocol, context.domain)
        } else {
            let key = TemplateCache.key(context.flowProtocol, context.domain, id)
            wasKnown = state.templates.withdraw(key, port: context.port)
        }
        if wasKnown { state.isChanged = true }
        count(kind)
        details?.templates.append(TemplateNotice(id: id, kind: kind, template: nil))
    }

    private mutating func count(_ kind: Template.Kind) {
        switch kind {
        case .data: outcome.templates += 1
        case .options: outcome.optionsTemplates += 1
        }
    }
}
