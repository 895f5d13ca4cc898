// SPDX-License-Identifier: Apache-2.0

// Runs before main: a processor that lacks what the program was built for would kill it by SIGILL,
// which tells nobody what to do.

#if defined(PEERAGE_NEEDS_X86_64_V3) && defined(__x86_64__)

#include <cpuid.h>
#include <unistd.h>

static int has_x86_64_v3(void) {
    unsigned a, b, c, d;
    // FMA, MOVBE, OSXSAVE, AVX, F16C; AVX2, BMI1, BMI2; LZCNT.
    const unsigned leaf1 = 1u << 12 | 1u << 22 | 1u << 27 | 1u << 28 | 1u << 29;
    const unsigned leaf7 = 1u << 5 | 1u << 3 | 1u << 8;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & leaf1) != leaf1) return 0;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (b & leaf7) != leaf7) return 0;
    if (!__get_cpuid(0x80000001, &a, &b, &c, &d) || !(c & 1u << 5)) return 0;
    // The system keeps the wide registers over a switch.
    unsigned low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (low & 6) == 6;
}

__attribute__((constructor(101))) static void check_processor(void) {
    static const char text[] =
        "error: this build needs a processor with AVX2 and BMI2 (x86-64-v3).\n"
        "Build it for any x86-64 processor: PEERAGE_CPU=x86-64 swift build -c release\n";
    if (has_x86_64_v3()) return;
    if (write(STDERR_FILENO, text, sizeof text - 1)) {}
    _exit(1);
}

#endif
