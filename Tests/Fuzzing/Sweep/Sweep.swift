// SPDX-License-Identifier: Apache-2.0
@main
struct Sweep { static func main() {} }
