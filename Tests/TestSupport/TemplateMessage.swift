// SPDX-License-Identifier: Apache-2.0

/// Builds IPFIX messages and NetFlow v9 packets (RFC 7011, RFC 3954).
package struct TemplateMessage: Sendable {
    /// A field of a template: element, length, private enterprise.
    package struct Field: Sendable {
        package var id: Int
        package var length: Int
        package var enterprise: UInt32?

        package init(_ id: Int, _ length: Int, enterprise: UInt32? = nil) {
            self.id = id
            self.length = length
            self.enterprise = enterprise
        }
    }

    package let isIPFIX: Bool
    package var domain: UInt32
    package var exportTime: UInt32 = 1_700_000_000
    /// In milliseconds (NetFlow v9).
    package var uptime: UInt32 = 100_000
    package var sequence: UInt32 = 1
    /// What the IPFIX header says its length is; nil for the truth.
    package var claimedLength: Int?
    private var sets: [[UInt8]] = []

    package static func ipfix(domain: UInt32 = 0) -> TemplateMessage {
        TemplateMessage(isIPFIX: true, domain: domain)
    }

    package static func netFlow9(domain: UInt32 = 0) -> TemplateMessage {
        TemplateMessage(isIPFIX: false, domain: domain)
    }

    private init(isIPFIX: Bool, domain: UInt32) {
        self.isIPFIX = isIPFIX
        self.domain = domain
    }

    /// Adds a set as it is, with a length of its own if `claimedLength` is given.
    package mutating func addSet(_ id: Int, _ body: [UInt8], claimedLength: Int? = nil) {
        var set = OctetWriter()
        set.write16(id)
        set.write16(claimedLength ?? body.count + 4)
        set.write(body)
        sets.append(set.octets)
    }

    package mutating func addTemplate(_ id: Int, _ fields: [Field]) {
        var body = OctetWriter()
        body.write16(id)
        body.write16(fields.count)
        for field in fields { Self.write(field, to: &body) }
        addSet(isIPFIX ? 2 : 0, body.octets)
    }

    /// Withdraws a template (RFC 7011, section 8.1).
    package mutating func addWithdrawal(_ id: Int) {
        var body = OctetWriter()
        body.write16(id)
        body.write16(0)
        addSet(2, body.octets)
    }

    package mutating func addOptionsTemplate(_ id: Int, scope: [Field], _ fields: [Field]) {
        var body = OctetWriter()
        body.write16(id)
        body.write16(isIPFIX ? scope.count + fields.count : scope.count * 4)
        body.write16(isIPFIX ? scope.count : fields.count * 4)
        for field in scope + fields { Self.write(field, to: &body) }
        if !isIPFIX, body.octets.count % 4 != 0 { body.writeZeros(2) }
        addSet(isIPFIX ? 3 : 1, body.octets)
    }

    /// Adds a Data Set of one record or more.
    package mutating func addData(_ id: Int, _ write: (inout OctetWriter) -> Void) {
        var body = OctetWriter()
        write(&body)
        addSet(id, body.octets)
    }

    private static func write(_ field: Field, to body: inout OctetWriter) {
        body.write16(field.enterprise == nil ? field.id : field.id | 0x8000)
        body.write16(field.length)
        if let enterprise = field.enterprise { body.write32(enterprise) }
    }

    /// The UDP payload.
    package var octets: [UInt8] {
        let body = sets.flatMap { $0 }
        var message = OctetWriter()
        if isIPFIX {
            message.write16(10)
            message.write16(claimedLength ?? body.count + 16)
            message.write32(exportTime)
        } else {
            message.write16(9)
            message.write16(sets.count)
            message.write32(uptime)
            message.write32(exportTime)
        }
        message.write32(sequence)
        message.write32(domain)
        message.write(body)
        return message.octets
    }
}
