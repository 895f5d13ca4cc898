// swift-tools-version: 6.3
import PackageDescription

// The targets in the order the data takes, and the only arrows that are allowed between them.
// Each third-party package enters through the targets that name it here, and no other.

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser",
    package: "swift-argument-parser"
)
let asyncHTTPClient = Target.Dependency.product(
    name: "AsyncHTTPClient",
    package: "async-http-client"
)
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(
    name: "HummingbirdCore",
    package: "hummingbird"
)
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle",
    package: "swift-service-lifecycle"
)
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let unixSignals = Target.Dependency.product(
    name: "UnixSignals",
    package: "swift-service-lifecycle"
)
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "Peerage",
    products: [.executable(name: "peerage", targets: ["peerage"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
    ],
    targets: [
        // The system, as C sees it: shims and module maps without logic.
        .target(name: "CLinux"),
        .systemLibrary(name: "CPcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CBZip2", providers: [.apt(["libbz2-dev"])]),
        .systemLibrary(name: "CLZMA", pkgConfig: "liblzma", providers: [.apt(["liblzma-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

        // Vocabulary: imported by all, importing nothing.
        .target(name: "Wire"),
        .target(name: "Model"),

        // Flows in.
        .target(name: "FlowReception", dependencies: ["CLinux", "CPcap", "Model"]),
        .target(name: "FlowDecoding", dependencies: ["Model", "Wire"]),

        // Routes in.
        .target(name: "RouteDecoding", dependencies: ["Model", "Wire"]),
        .target(
            name: "RouteReception",
            dependencies: [
                "CBZip2", "CLZMA", "CLinux", "CZlib", "CZstd", "Model", "RouteDecoding", "Wire",
                nioCore, nioPosix,
            ]
        ),
        .target(name: "Routing", dependencies: ["CLinux", "Model"]),

        // Flows and routes meet; volumes come out.
        .target(name: "Attribution", dependencies: ["Model", "Routing"]),
        .target(name: "Accounting", dependencies: ["Model"]),
        .target(name: "Storage", dependencies: ["Model"]),
        .target(name: "StorageSQLite", dependencies: ["Model", "Storage", grdb]),

        // Volumes become answers.
        .target(name: "Analysis", dependencies: ["Model"]),
        .target(name: "Alerting", dependencies: ["Model"]),
        .target(
            name: "Notification",
            dependencies: ["Alerting", "Model", asyncHTTPClient, crypto, nioCore, nioHTTP1]
        ),
        .target(name: "Reporting", dependencies: ["Analysis", "Model"]),

        // Answers over HTTP, on the control socket and the console's port.
        .target(
            name: "Console",
            dependencies: [
                asyncHTTPClient, httpTypes, hummingbird, hummingbirdCore, lifecycle, logging,
                metrics,
                nioCore, nioHTTP1, nioPosix,
            ]
        ),

        // What the operator says.
        .target(name: "Settings", dependencies: ["Model", yams]),

        // The composition root: the one target that names them all.
        .target(
            name: "Collector",
            dependencies: [
                "Accounting", "Alerting", "Analysis", "Attribution", "CLinux", "Console",
                "FlowDecoding", "FlowReception", "Model", "Notification", "Reporting",
                "RouteDecoding", "RouteReception", "Routing", "Settings", "Storage",
                "StorageSQLite", "Wire", crypto, lifecycle, logging, metrics, unixSignals,
            ]
        ),
        .target(
            name: "Demo",
            dependencies: [
                "Collector", "FlowReception", "Model", "Reporting", "RouteDecoding",
                "RouteReception", "Settings", "Storage", logging,
            ],
            resources: [.copy("Fixtures")]
        ),
        .executableTarget(
            name: "peerage",
            dependencies: [
                "Collector", "Console", "Demo", "Model", "Reporting", "Settings", "Storage",
                argumentParser, lifecycle, logging,
            ]
        ),

        // Writes to a store while Tests/Soak takes its disk away; no product.
        .executableTarget(
            name: "soakwriter",
            dependencies: ["Model", "Storage", "StorageSQLite"],
            path: "Tests/Soak/soakwriter"
        ),
        // Measures the flow decoders for Deploy/bench; no product.
        .executableTarget(
            name: "decodebench",
            dependencies: ["CAllocations", "FlowDecoding", "Model", "TestSupport", "Wire"],
            path: "Tests/Benchmarks/decodebench"
        ),
        // Measures the routing table for Deploy/bench; no product.
        .executableTarget(
            name: "routingbench",
            dependencies: ["Model", "RouteDecoding", "RouteReception", "Routing"],
            path: "Tests/Benchmarks/routingbench"
        ),
        // Measures attribution and running totals for Deploy/bench; no product.
        .executableTarget(
            name: "attributebench",
            dependencies: [
                "Accounting", "Attribution", "CAllocations", "Model", "Routing", "TestSupport",
            ],
            path: "Tests/Benchmarks/attributebench"
        ),
        .target(
            name: "TestSupport",
            dependencies: ["Model", "Wire"],
            path: "Tests/TestSupport",
            exclude: ["CAllocations"]
        ),
        // A malloc that counts, for what links it.
        .target(name: "CAllocations", path: "Tests/TestSupport/CAllocations"),
        .testTarget(
            name: "AccountingTests",
            dependencies: ["Accounting", "Model", "TestSupport"]
        ),
        .testTarget(name: "AlertingTests", dependencies: ["Alerting", "Model"]),
        .testTarget(name: "AnalysisTests", dependencies: ["Analysis", "Model"]),
        .testTarget(
            name: "AttributionTests",
            dependencies: ["Attribution", "Model", "Routing", "TestSupport"]
        ),
        .testTarget(
            name: "CollectorTests",
            dependencies: [
                "Accounting", "Alerting", "CAllocations", "Collector", "Console", "FlowDecoding",
                "FlowReception", "Model", "Reporting", "RouteDecoding", "RouteReception", "Routing",
                "Settings", "Storage", "TestSupport", "Wire", lifecycle, logging, metrics,
            ]
        ),
        .testTarget(
            name: "ConsoleTests",
            dependencies: [
                "Console", asyncHTTPClient, lifecycle, logging, metrics, nioCore, nioHTTP1,
                nioPosix,
            ]
        ),
        .testTarget(
            name: "DemoTests",
            dependencies: [
                "Attribution", "Collector", "Demo", "Model", "RouteReception", "Settings",
                "Storage", logging,
            ]
        ),
        .testTarget(
            name: "FlowDecodingTests",
            dependencies: ["CAllocations", "FlowDecoding", "Model", "TestSupport", "Wire"]
        ),
        .testTarget(
            name: "FlowReceptionTests",
            dependencies: ["CLinux", "FlowReception", "Model"]
        ),
        .testTarget(name: "ModelTests", dependencies: ["Model"]),
        .testTarget(
            name: "NotificationTests",
            dependencies: ["Alerting", "Model", "Notification", crypto, nioCore, nioPosix]
        ),
        .testTarget(name: "ReportingTests", dependencies: ["Analysis", "Model", "Reporting"]),
        .testTarget(
            name: "RouteDecodingTests",
            dependencies: ["Model", "RouteDecoding", "TestSupport", "Wire"]
        ),
        .testTarget(
            name: "RouteReceptionTests",
            dependencies: [
                "Model", "RouteDecoding", "RouteReception", "TestSupport", "Wire", nioCore,
                nioPosix,
            ]
        ),
        .testTarget(name: "RoutingTests", dependencies: ["Model", "Routing"]),
        .testTarget(
            name: "ScenarioTests",
            dependencies: [
                "Accounting", "Alerting", "Attribution", "Collector", "Console", "FlowDecoding",
                "FlowReception", "Model", "Reporting", "Routing", "Settings", "Storage", "Wire",
                logging,
            ],
            resources: [.copy("Scenarios")]
        ),
        .testTarget(name: "SettingsTests", dependencies: ["Model", "Settings"]),
        .testTarget(
            name: "StorageTests",
            dependencies: ["Model", "Storage", "StorageSQLite", "TestSupport", grdb]
        ),
        .testTarget(name: "TidyTests"),
        .testTarget(name: "WireTests", dependencies: ["Wire"]),
    ],
    swiftLanguageModes: [.v6]
)

// PEERAGE_FUZZING=fuzz adds what libFuzzer runs, which has a main of its own, and =sweep what tries
// every small change; see Deploy/fuzz. Neither is in another build.
let fuzzing = Context.environment["PEERAGE_FUZZING"]
if fuzzing != nil {
    let comparisons = ["cmp1", "cmp2", "cmp4", "cmp8", "switch"].flatMap { kind in
        kind == "switch" ? [kind] : [kind, "const_\(kind)"]
    }
    let comparisonsIgnored = comparisons.flatMap { kind in
        ["-Xlinker", "--defsym=__sanitizer_cov_trace_\(kind)=fuzz_ignore"]
    }
    let decoding: [Target.Dependency] = ["FlowDecoding", "Model", "TestSupport", "Wire"]
    // Of what receives routes only the session, which knows no sockets.
    package.targets.removeAll { $0.name == "RouteReception" }
    package.targets += [
        .target(
            name: "RouteReception",
            dependencies: ["Model", "RouteDecoding", "Wire"],
            path: "Sources/RouteReception/BGP",
            sources: [
                "BGPNeighbor.swift", "BGPSession+Open.swift", "BGPSession.swift",
                "EstablishedSession.swift", "RouteEvents.swift",
            ]
        ),
        .target(
            name: "FuzzTargets",
            dependencies: decoding + ["RouteDecoding", "RouteReception"],
            path: "Tests/Fuzzing/Targets"
        ),
    ]
    package.targets +=
        fuzzing == "sweep"
        ? [
            .executableTarget(
                name: "sweep",
                dependencies: decoding + ["CAllocations", "FuzzTargets"],
                path: "Tests/Fuzzing/Sweep"
            )
        ]
        : [
            .target(name: "CLibFuzzer", path: "Tests/Fuzzing/CLibFuzzer"),
            .executableTarget(
                name: "fuzz",
                dependencies: ["CLibFuzzer", "FuzzTargets"],
                path: "Tests/Fuzzing/Fuzz",
                linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"] + comparisonsIgnored)]
            ),
        ]
}

// PEERAGE_ONLY=FlowDecodingTests leaves the targets it names and what they need, so that a build
// for coverage or fuzzing takes seconds: no package that none of them uses. Such a build needs
// --scratch-path, and --disable-automatic-resolution, or it deletes Package.resolved.
if let only = Context.environment["PEERAGE_ONLY"] {
    var kept: Set<String> = []
    var packages: Set<String> = []
    var open = only.split(separator: ",").map(String.init)
    while let name = open.popLast() {
        guard kept.insert(name).inserted else { continue }
        guard let target = package.targets.first(where: { $0.name == name }) else { continue }
        for dependency in target.dependencies {
            switch dependency {
            case .byNameItem(let needed, _), .targetItem(let needed, _): open.append(needed)
            case .productItem(_, let used, _, _): packages.insert(used ?? "")
            @unknown default: break
            }
        }
    }
    package.products = []
    package.targets.removeAll { !kept.contains($0.name) }
    package.dependencies.removeAll { dependency in
        guard case .sourceControl(_, let location, _) = dependency.kind else { return false }
        return !packages.contains { location.hasSuffix("/\($0)") }
    }
}

// The processor that is built for: on x86-64 one of the last ten years, which has AVX2 and BMI2.
// PEERAGE_CPU=x86-64 swift build makes a program for any, PEERAGE_CPU=native one for this machine.
#if arch(x86_64)
let processor = Context.environment["PEERAGE_CPU"] ?? "x86-64-v3"
#else
let processor = Context.environment["PEERAGE_CPU"] ?? ""
#endif
let processorFlags: [SwiftSetting] =
    processor.isEmpty ? [] : [.unsafeFlags(["-Xcc", "-march=\(processor)"])]
// Says so at the start, instead of dying of an instruction that the processor does not have.
if processor == "x86-64-v3" {
    let shim = package.targets.first { $0.name == "CLinux" }
    shim?.cSettings = [.define("PEERAGE_NEEDS_X86_64_V3")]
}

// One rule for every target: all upcoming features, no unmarked unsafe code, no warnings.
let shims: Set = ["CAllocations", "CLibFuzzer", "CLinux"]
for target in package.targets where !shims.contains(target.name) && target.type != .system {
    target.swiftSettings =
        [
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("ImmutableWeakCaptures"),
            .enableUpcomingFeature("InferIsolatedConformances"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            .enableExperimentalFeature("Lifetimes"),
            .strictMemorySafety(),
            .treatAllWarnings(as: .error),
        ] + processorFlags
}

// What is fuzzed tells libFuzzer which way it went; what fuzzes does not.
if fuzzing == "fuzz" {
    for target in package.targets {
        switch target.name {
        case "FlowDecoding", "RouteDecoding", "RouteReception", "Wire":
            target.swiftSettings?.append(.unsafeFlags(["-sanitize=fuzzer"]))
        case "FuzzTargets", "TestSupport": target.swiftSettings?.append(.unsafeFlags(["-O"]))
        default: break
        }
    }
}
