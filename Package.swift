// swift-tools-version: 6.2
import PackageDescription

/// Compiler flags that depend on being the root package: a package that sets unsafe flags cannot be
/// a dependency by version, so as a dependency every kernel module is compiled for the baseline and
/// says so (`KernelTable.isa`); `KernelSelection` believes what the module says.
let isDependency: Bool = Context.packageDirectory.contains("/checkouts/")

func tuned(_ march: String?) -> [SwiftSetting] {
  guard !isDependency else { return [] }
  var flags: [String] = ["-Ounchecked", "-wmo"]
  #if arch(x86_64)
    if let march { flags += ["-Xcc", "-march=\(march)"] }
  #endif
  return [.unsafeFlags(flags, .when(configuration: .release))]
}

let avx2 = tuned("x86-64-v3")
let avx512 = tuned("x86-64-v4")

/// With `NGRAPH_STATIC=1` the command holds the Swift runtime and starts faster. Only linking differs, so that
/// both kinds share what was compiled; a runtime's archives don't name the two of Foundation they need.
let commandLinking: [LinkerSetting] =
  Context.environment["NGRAPH_STATIC"] == "1"
  ? [
    .unsafeFlags(
      ["-static-stdlib", "-l_FoundationCShims", "-l_FoundationCollections"], .when(platforms: [.linux]))
  ] : []

let package = Package(
  name: "ngraph",
  products: [
    .library(name: "NGraph", targets: ["NGraph"]),
    .executable(name: "ngraph", targets: ["NGraphCLI"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .target(name: "CONNX", linkerSettings: [.linkedLibrary("protobuf-c")]),
    .target(name: "CVector"),
    .target(name: "Tensors"),
    .target(name: "KernelInterface", dependencies: ["CVector"]),
    .target(
      name: "Kernels", dependencies: ["KernelInterface", "CVector"], swiftSettings: tuned(nil)),
    .target(
      name: "KernelsAVX2", dependencies: ["KernelInterface", "CVector"],
      swiftSettings: [.define("KERNELS_AVX2")] + avx2),
    .target(
      name: "KernelsAVX512", dependencies: ["KernelInterface", "CVector"],
      swiftSettings: [.define("KERNELS_AVX512")] + avx512),
    .target(
      name: "KernelSelection",
      dependencies: ["KernelInterface", "CVector", "Kernels", "KernelsAVX2", "KernelsAVX512"]),
    .target(name: "Models", dependencies: ["Tensors"]),
    .target(name: "Formats", dependencies: ["Models", "Tensors", "CONNX"]),
    .target(name: "Graphs", dependencies: ["Tensors", "KernelInterface"]),
    .target(name: "Operators", dependencies: ["Graphs", "Tensors", "KernelInterface"]),
    .target(name: "Importing", dependencies: ["Models", "Graphs", "Operators", "Tensors"]),
    .target(
      name: "Optimizing", dependencies: ["Graphs", "Operators", "Tensors", "KernelInterface"]),
    .target(
      name: "Planning", dependencies: ["Graphs", "Operators", "Tensors", "KernelInterface"]),
    .target(
      name: "Execution",
      dependencies: ["Planning", "Graphs", "Tensors", "KernelInterface", "CVector"]),
    .target(
      name: "NGraph",
      dependencies: [
        "Tensors", "Models", "Formats", "Graphs", "Operators", "Importing", "Optimizing",
        "Planning", "Execution", "KernelInterface", "KernelSelection",
      ]),
    .executableTarget(
      name: "NGraphCLI",
      dependencies: ["NGraph", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      linkerSettings: commandLinking),

    .target(
      name: "TestSupport",
      dependencies: [
        "Tensors", "Graphs", "Operators", "Planning", "Execution", "KernelInterface", "KernelSelection",
      ],
      path: "Tests/TestSupport"),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors", "TestSupport"]),
    .testTarget(
      name: "KernelsTests", dependencies: ["KernelInterface", "KernelSelection", "TestSupport"]),
    .testTarget(name: "FormatsTests", dependencies: ["Formats", "Models", "Tensors", "TestSupport"]),
    .testTarget(name: "GraphsTests", dependencies: ["Graphs", "Operators", "Tensors", "TestSupport"]),
    .testTarget(
      name: "OperatorsTests",
      dependencies: [
        "Operators", "Graphs", "Tensors", "Planning", "Execution", "KernelInterface",
        "KernelSelection", "TestSupport",
      ]),
    .testTarget(
      name: "ImportingTests",
      dependencies: ["Importing", "Models", "Graphs", "Operators", "Tensors", "TestSupport"]),
    .testTarget(
      name: "OptimizingTests",
      dependencies: [
        "Optimizing", "Graphs", "Operators", "Tensors", "KernelInterface", "KernelSelection", "TestSupport",
      ]),
    .testTarget(
      name: "PlanningTests",
      dependencies: [
        "Planning", "Execution", "Optimizing", "Graphs", "Operators", "Tensors", "KernelInterface",
        "KernelSelection", "TestSupport",
      ]),
    .testTarget(
      name: "ExecutionTests",
      dependencies: [
        "Execution", "Planning", "Graphs", "Operators", "Tensors", "KernelInterface", "KernelSelection",
        "TestSupport",
      ]),
    .testTarget(name: "NGraphTests", dependencies: ["NGraph"]),
    .testTarget(
      name: "ConformanceTests",
      dependencies: [
        "NGraph", "Formats", "Models", "Importing", "Optimizing", "Operators", "Graphs", "Planning",
        "Execution", "Tensors", "KernelInterface", "KernelSelection", "TestSupport",
      ],
      exclude: ["passing.txt"]),
  ],
  swiftLanguageModes: [.v6]
)

// Instruments of the developers: they see what is `package`, and nobody else builds them.
if Context.environment["NGRAPH_TOOLS"] == "1" {
  package.targets.append(
    .executableTarget(
      name: "kernel-bench", dependencies: ["KernelInterface", "KernelSelection"],
      path: "tools/kernel-bench", exclude: ["run"]))
}

for target in package.targets where ![.system, .plugin].contains(target.type) {
  target.swiftSettings =
    (target.swiftSettings ?? []) + [
      .enableUpcomingFeature("InternalImportsByDefault"),
      .enableUpcomingFeature("MemberImportVisibility"),
      .enableUpcomingFeature("ExistentialAny"),
    ]
}
