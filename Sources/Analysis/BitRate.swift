// SPDX-License-Identifier: Apache-2.0

/// From octets in a time to bits per second.
public enum BitRate {
    /// The mean rate of `octets` in `seconds`, in bits per second, rounded half up; 0 in no time.
    public static func bitsPerSecond(octets: UInt64, seconds: Int64) -> UInt64 {
        guard seconds > 0 else { return 0 }
        let divisor = UInt128(seconds)
        return UInt64(clamping: (UInt128(octets) * 16 + divisor) / (divisor * 2))
    }
}
