internal import Execution
internal import KernelInterface
internal import KernelSelection

extension InferenceSession {
  /// How a model is run.
  public struct Options: Sendable, Hashable {
    /// How many threads a run uses, the caller's included; nil is one for each processor that the process
    /// may use. The bits of the result don't depend on it.
    public var threads: Int?
    /// Whether the graph is optimized before it runs.
    public var optimizes: Bool
    /// The table of kernels, by its name in `kernelTables`; nil is the best that this processor has.
    public var kernels: String?
    /// Bytes that a run may need beside the model's own weights; nil is the machine's memory. A model is
    /// somebody's program: what would need more is refused before it starts.
    public var memoryLimit: Int?
    /// How long a run may take; nil is for ever. A run that takes longer ends with an error after the
    /// step at hand.
    public var timeLimit: Duration?
    /// The numbers that products of weights are computed in.
    public var precision: Precision

    public init(
      threads: Int? = nil, optimizes: Bool = true, kernels: String? = nil, memoryLimit: Int? = nil,
      timeLimit: Duration? = nil, precision: Precision = .float32
    ) {
      self.precision = precision
      self.memoryLimit = memoryLimit
      self.timeLimit = timeLimit
      self.threads = threads
      self.optimizes = optimizes
      self.kernels = kernels
    }
  }

  /// The names of the kernel tables that this processor can run, slowest first: `baseline`, `avx2`,
  /// `avx512`, or `neon`.
  public static var kernelTables: [String] { KernelSelection.supported.map { $0.isa.name } }
}

extension InferenceSession.Options {
  func kernelTable() throws(NGraphError) -> KernelTable {
    guard let kernels else { return KernelSelection.best }
    guard let table = KernelSelection.named(kernels) else {
      throw NGraphError(
        .plan, "unsupportedKernels",
        "expected one of the kernel tables \(InferenceSession.kernelTables.joined(separator: ", ")), found '\(kernels)'"
      )
    }
    return table
  }

  func threadCount() throws(NGraphError) -> Int {
    guard let threads else { return ThreadPool.availableProcessors }
    guard (1...1024).contains(threads) else {
      throw NGraphError(.plan, "invalidThreads", "expected 1 to 1024 threads, found \(threads)")
    }
    return threads
  }
}
