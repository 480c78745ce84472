import KernelInterface
import KernelSelection

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Times kernels on one thread over shapes of known networks: GFLOP/s, GB/s and the share of the attainable speed
/// (the longer time of computing and of moving operands and result once, at speeds measured at the start).
/// More than 100 % is a convolution that multiplies less than its definition, or bytes that stay in a cache.
///
///     tools/kernel-bench/run [--kernels NAME] [--channels-first] [--cold] [family or network ...]
///
/// `--cold` reads the weights of convolutions from memory, as within a whole network.
@main enum KernelBench {
  static func main() {
    var wanted: [String] = []
    var table = KernelSelection.best
    var layout = ImageLayout.channelsLast
    var isCold = false
    var arguments = CommandLine.arguments.dropFirst()
    while let argument = arguments.popFirst() {
      switch argument {
      case "--kernels":
        guard let name = arguments.popFirst(), let named = KernelSelection.named(name) else {
          print("kernel-bench: no such kernels here")
          exit(1)
        }
        table = named
      case "--channels-first": layout = .channelsFirst
      case "--cold": isCold = true
      default: wanted.append(argument)
      }
    }
    let report = roofs(table)
    func isWanted(_ name: String) -> Bool { wanted.isEmpty || wanted.contains(name) }
    for network in networks where isWanted(network.name) || wanted.contains("convolution") {
      for layer in network.layers {
        convolution(report, table, network.name, layer, layout, isCold: isCold)
      }
    }
    if isWanted("gemm") { for (m, n, k) in products { gemm(report, table, m, n, k) } }
    if isWanted("pooling") { pooling(report, table, layout) }
    if isWanted("transpose") { transposes(report, table) }
    if isWanted("norm") { norms(report, table) }
    if isWanted("softmax") { softmax(report, table) }
    if isWanted("attention") { attention(report, table) }
    if isWanted("elementwise") { elementwise(report, table) }
  }

  private static func roofs(_ table: KernelTable) -> Report {
    var report = Report(operations: 1, bytes: 1)
    let rounds = 20_000
    let operations = Double(rounds * table.roofline.operationsPerRound)
    report.operations = operations / report.seconds { _ in _ = table.roofline.multiplyAddsF32(rounds) }
    let count = 32 << 20
    let floats = Floats(count)
    report.bytes =
      Double(count * 4) / report.seconds { _ in _ = table.roofline.readF32(floats.pointer, count) }
    print(
      "\(table.isa.name): \(report.fixed(report.operations * 1e-9)) GFLOP/s, "
        + "\(report.fixed(report.bytes * 1e-9)) GB/s of reading memory, one thread")
    return report
  }

  private static func convolution(
    _ report: Report, _ table: KernelTable, _ network: String, _ layer: LayerShape, _ layout: ImageLayout,
    isCold: Bool
  ) {
    let convolution = table.convolutionF32
    let out = layer.outputSize
    var arguments = ConvolutionArguments<Float>(
      inputChannels: layer.channels, outputChannels: layer.outputs,
      input: Extent3(1, layer.size, layer.size), kernel: Extent3(1, layer.kernel, layer.kernel),
      output: Extent3(1, out, out))
    arguments.groups = layer.groups
    arguments.stride = Extent3(1, layer.stride, layer.stride)
    arguments.padding = Extent3(0, layer.padding, layer.padding)
    arguments.layout = layout
    arguments.inputLayout = layer.channels <= 4 ? .channelsFirst : layout
    let inputs = layer.channels * layer.size * layer.size
    let outputs = layer.outputs * out * out
    let weightCount = layer.outputs * layer.channels / layer.groups * layer.kernel * layer.kernel
    let (x, y, weights) = (Floats(inputs), Floats(outputs), Floats(weightCount))
    let bias = Floats(layer.outputs)
    arguments.x = x.pointer
    arguments.y = y.base
    arguments.epilogue.bias = bias.pointer
    arguments.epilogue.activation = .relu
    let count = convolution.packedWeightsCount(&arguments)
    let copies = isCold ? max(1, min(64, (24 << 20) / max(1, count))) : 1
    let packed = (0..<copies).map { _ in Floats(count) }
    for copy in packed { convolution.packWeights(&arguments, weights.pointer, copy.base) }
    let tasks = convolution.taskCount(&arguments)
    report.line(
      network, layer.name, operations: 2 * Double(weightCount) * Double(out * out),
      bytes: 4 * Double(inputs + outputs + weightCount)
    ) { call in
      arguments.packedWeights = packed[call % copies].pointer
      for task in 0..<tasks { convolution.run(&arguments, task, report.scratch) }
    }
  }
}
