internal import Execution
internal import Formats
internal import Graphs
internal import Importing
internal import KernelInterface
internal import Models
internal import Optimizing
internal import Tensors

/// A model, ready to run.
///
/// Opening checks the whole model and reads none of its weights, which stay in the mapped file. The first
/// run optimizes the graph; the first run for each combination of input shapes makes a plan, which later
/// runs share. Any number of threads may call `run` on one session at the same time.
///
///     let session = try InferenceSession(path: "model.pb")
///     let results = try session.run(["images": NDArray(pixels, shape: [1, 64])])
public final class InferenceSession: Sendable {
  /// What a run takes, in order. Initializers are constants, not inputs.
  public let inputs: [ValueDescription]
  /// What a run gives, in order.
  public let outputs: [ValueDescription]
  /// How the session was opened.
  public let options: Options

  private let imported: Graph
  private let kernels: KernelTable
  private let threadCount: Int
  private let prepared = Guarded<Session?>(nil)

  /// Opens the model file at `path` (`.onnx` or `.pb`).
  public convenience init(path: String, options: Options = Options()) throws(NGraphError) {
    let model: Model
    do { model = try ModelFiles.read(path: path) } catch { throw NGraphError(error) }
    try self.init(model, path: path, options: options)
  }

  /// Opens the model file whose content is `bytes`. It must hold all of its weights itself.
  public convenience init(bytes: [UInt8], options: Options = Options()) throws(NGraphError) {
    let storage = Storage(byteCount: bytes.count)
    bytes.withUnsafeBytes {
      UnsafeMutableRawBufferPointer(start: storage.base, count: bytes.count).copyMemory(from: $0)
    }
    let model: Model
    do { model = try ModelFiles.read(bytes: storage) } catch { throw NGraphError(error) }
    try self.init(model, path: nil, options: options)
  }

  init(_ model: Model, path: String?, options: Options) throws(NGraphError) {
    kernels = try options.kernelTable()
    threadCount = try options.threadCount()
    self.options = options
    let importer = ModelImporter(inference: GraphInference(kernels: kernels))
    do { imported = try importer.importGraph(model) } catch { throw NGraphError(error, path: path) }
    inputs = ValueDescription.inputs(of: imported)
    outputs = ValueDescription.outputs(of: imported)
  }

  /// Does ahead what the first run would do for any shapes: optimizes the graph and starts the threads.
  public func prepare() throws(NGraphError) { _ = try session() }

  /// The session below, made by whoever needs it first.
  func session() throws(NGraphError) -> Session {
    try prepared.withValue { (prepared: inout Session?) throws(NGraphError) -> Session in
      if let prepared { return prepared }
      var graph: Graph = imported
      if options.optimizes {
        var report = OptimizationReport()
        do throws(GraphError) {
          graph = try Optimizer(kernels: kernels, stages: OptimizationStage.session).optimize(
            graph, report: &report)
        } catch {
          throw NGraphError(error)
        }
        imported.giveBackWeights()
      }
      let made = Session(
        graph, kernels: kernels.computing(in: options.precision),
        runner: ThreadPool(threadCount: threadCount),
        memoryLimit: options.memoryLimit ?? PhysicalMemory.bytes)
      prepared = made
      return made
    }
  }
}

extension Graph {
  /// Gives back the memory of mapped weights that optimizing has read.
  fileprivate func giveBackWeights() {
    for value in values { value.constant?.giveBackMemory() }
  }
}
