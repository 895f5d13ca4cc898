// SPDX-License-Identifier: Apache-2.0

import CLinux

/// Runs the few instructions that ``WorkerShare`` uses, as bpf(4) describes them.
enum BPFMachine {
    /// What `program` returns for a packet that begins with its IP header.
    static func run(_ program: [CLinux_instruction], over packet: [UInt8]) -> Int? {
        var (accumulator, kept, position): (UInt32, UInt32, Int) = (0, 0, 0)
        while position < program.count {
            let step = program[position]
            position += 1
            switch step.code {
            case 0x30: accumulator = UInt32(packet[offset(step)])
            case 0x20:
                let start = offset(step)
                accumulator = packet[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
            case 0x07: kept = accumulator
            case 0xac: accumulator ^= kept
            case 0x24: accumulator = accumulator &* step.operand
            case 0x74: accumulator >>= step.operand
            case 0x94: accumulator %= step.operand
            case 0x05: position += Int(step.operand)
            case 0x15:
                position += Int(accumulator == step.operand ? step.jump_true : step.jump_false)
            case 0x16: return Int(accumulator)
            default: return nil
            }
        }
        return nil
    }

    private static func offset(_ step: CLinux_instruction) -> Int {
        Int(step.operand &- 0xfff0_0000)
    }
}
