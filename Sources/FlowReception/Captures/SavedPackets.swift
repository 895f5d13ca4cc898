// SPDX-License-Identifier: Apache-2.0

import CPcap

/// One frame of a capture, as far as it was captured.
struct SavedPacket {
    var octets: [UInt8]
    /// When it was captured, in nanoseconds since 1970-01-01 00:00 UTC.
    var arrival: Int64
}

/// The frames of a capture file, as libpcap reads them.
///
/// All use of libpcap is in this file; a frame leaves it as an array.
@safe
struct SavedPackets: ~Copyable {
    /// One of libpcap's DLT numbers.
    let dataLinkType: Int32

    private let path: String
    private let handle: OpaquePointer

    private init(owning handle: OpaquePointer, path: String) {
        unsafe self.handle = handle
        self.path = path
        // Safe: `handle` is one that libpcap has just opened.
        dataLinkType = unsafe pcap_datalink(handle)
    }

    deinit {
        // Safe: this is the one owner of the handle, and it is not used again.
        unsafe pcap_close(handle)
    }

    static func opened(_ path: String) throws(CaptureError) -> SavedPackets {
        var message = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
        let precision = UInt32(PCAP_TSTAMP_PRECISION_NANO)
        // Safe: libpcap writes at most PCAP_ERRBUF_SIZE octets of message.
        let handle = unsafe pcap_open_offline_with_tstamp_precision(path, precision, &message)
        guard let handle = unsafe handle else {
            let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw error(String(decoding: text, as: UTF8.self), path: path)
        }
        return unsafe SavedPackets(owning: handle, path: path)
    }

    /// The next frame; nil at the end.
    mutating func next() throws(CaptureError) -> SavedPacket? {
        var header: UnsafeMutablePointer<pcap_pkthdr>?
        var data: UnsafePointer<UInt8>?
        // Safe: libpcap points the two at its own memory, which holds until the next call.
        let result = unsafe pcap_next_ex(handle, &header, &data)
        if result == PCAP_ERROR_BREAK { return nil }
        guard result == 1, let header = unsafe header, let data = unsafe data else {
            // Safe: the text is libpcap's own, and is copied at once.
            throw unsafe Self.error(String(cString: pcap_geterr(handle)), path: path)
        }
        // Safe: `caplen` octets are there, by the contract of pcap_next_ex(3).
        let octets = unsafe UnsafeBufferPointer(start: data, count: Int(header.pointee.caplen))
        return unsafe SavedPacket(octets: Array(octets), arrival: Self.time(header.pointee.ts))
    }

    /// In nanosecond precision libpcap puts nanoseconds where microseconds would be.
    private static func time(_ time: timeval) -> Int64 {
        let seconds = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        let sum = seconds.partialValue.addingReportingOverflow(Int64(time.tv_usec))
        // A time beyond the year 2262 is none; the packet still counts.
        return seconds.overflow || sum.overflow ? .max : sum.partialValue
    }

    /// Tells a file that ends too early from one that is no capture, by libpcap's message.
    ///
    /// There is no other sign of it. A file shorter than the 4 octets that mark a capture is none.
    private static func error(_ message: String, path: String) -> CaptureError {
        if message.hasPrefix("truncated"), !message.contains("tried to read 4 file header") {
            return .cutOff(path: path)
        }
        let prefix = path + ": "
        let reason = message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : message
        return .unreadable(path: path, reason: reason)
    }
}
