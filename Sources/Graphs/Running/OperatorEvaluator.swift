package import KernelInterface
package import Tensors

/// Runs one operator on given values: infers, allocates, prepares and runs. The way of everything whose
/// shapes only the data tell, of constant folding, and of tests; a plan does the first three once.
package struct OperatorEvaluator: Sendable {
  package let kernels: KernelTable
  package let runner: any TaskRunner
  package let graphs: any GraphRunner
  package let limits: RunLimits

  package init(
    kernels: KernelTable, runner: any TaskRunner, graphs: any GraphRunner, limits: RunLimits = .none
  ) {
    self.limits = limits
    self.kernels = kernels
    self.runner = runner
    self.graphs = graphs
  }

  /// The outputs of `op`; nil for those not wanted.
  package func evaluate(_ op: any Operator, inputs: [Value?], wantsOutput: [Bool], place: GraphPlace)
    throws(ExecutionError) -> [Value?]
  {
    // Graphs inside an operator are planned by `graphs`, if at all.
    let holdsGraphs: Bool = op is any SubgraphOperator && op is any ValueOperator
    if !holdsGraphs, let kernel = op as? any KernelOperator,
      let result = try evaluateKernel(kernel, inputs: inputs, wantsOutput: wantsOutput, place: place)
    {
      return result
    }
    guard let value = op as? any ValueOperator else {
      throw ExecutionError(.shapeMismatch, "the output's shape can't be told from the inputs", at: place)
    }
    do {
      return try value.evaluate(
        inputs,
        EvaluationContext(
          kernels: kernels, runner: runner, graphs: graphs, limits: limits, wantsOutput: wantsOutput,
          place: place))
    } catch {
      var located: ExecutionError = error
      located.place = error.place.within(place)
      throw located
    }
  }

  private func evaluateKernel(
    _ op: any KernelOperator, inputs: [Value?], wantsOutput: [Bool], place: GraphPlace
  ) throws(ExecutionError) -> [Value?]? {
    var tensors: [Tensor?] = []
    for input in inputs {
      guard let input else {
        tensors.append(nil)
        continue
      }
      guard let tensor = input.tensor else { return nil }
      tensors.append(tensor.aligned)
    }
    var inference = InferenceContext(
      inputs: tensors.map {
        $0.map { InferenceContext.Input(type: .tensor($0.elementType, $0.shape), known: .tensor($0)) }
      },
      outputCount: wantsOutput.count, place: place)
    do { try op.infer(&inference) } catch {
      throw ExecutionError(.shapeMismatch, error.message, at: error.place.within(place), cause: error)
    }
    var results: [Tensor?] = []
    for (index, wanted) in wantsOutput.enumerated() {
      guard wanted else {
        results.append(nil)
        continue
      }
      guard case .tensor(let type, _)? = inference.outputs[index].type,
        let shape = inference.outputs[index].type?.shape, type != .string
      else { return nil }
      guard let bytes = Shape(checking: shape.extents).flatMap({ type.byteCount(of: $0.count) }),
        bytes <= min(Self.largestResult, limits.memoryBytes)
      else {
        throw ExecutionError(.tooLarge, "an output of shape \(shape) is too large", at: place)
      }
      results.append(Tensor(type, shape, storage: Storage(byteCount: bytes)))
    }
    guard tensors.allSatisfy({ $0?.elementType != .string }) else { return nil }
    try run(op, inputs: tensors, outputs: results, place: place)
    return results.map { $0.map { .tensor($0) } }
  }

  /// The largest tensor, in bytes, that is allocated for one result: 1 TiB.
  private static let largestResult: Int = 1 << 40

  private func run(_ op: any KernelOperator, inputs: [Tensor?], outputs: [Tensor?], place: GraphPlace)
    throws(ExecutionError)
  {
    typealias Operand = PrepareContext.Operand
    let weights = WeightCache()
    var context = PrepareContext(
      inputs: inputs.enumerated().map { index, tensor in
        tensor.map { Operand(elementType: $0.elementType, shape: $0.shape, slot: index, constant: $0) }
      },
      outputs: outputs.enumerated().map { index, tensor in
        tensor.map { Operand(elementType: $0.elementType, shape: $0.shape, slot: inputs.count + index) }
      },
      kernels: kernels, weights: weights, subgraphs: NoSubgraphPlanner(),
      firstTemporarySlot: inputs.count + outputs.count, place: place)
    let step: Step
    do { step = try op.prepare(&context) } catch {
      throw ExecutionError(
        error.code == .unsupportedType ? .unsupportedType : .planFailed, error.message,
        at: error.place.within(place), cause: error)
    }
    let temporaries: [Storage] = context.temporaries.map { Storage(byteCount: $0) }
    let scratchStride: Int = (context.scratchBytes + 63) / 64 * 64
    let scratch = Storage(byteCount: scratchStride * runner.workerCount)
    let empty = Storage(byteCount: 64)
    var slots: [UnsafeMutableRawPointer] = []
    for tensor in inputs + outputs {
      slots.append(tensor.map { UnsafeMutableRawPointer(mutating: $0.base) } ?? empty.base)
    }
    slots += temporaries.map(\.base)
    let failure: ExecutionError? = slots.withUnsafeMutableBufferPointer { slots in
      let run = RunContext(
        slots: slots.baseAddress!, scratchBase: scratch.base, scratchStride: scratchStride, runner: runner,
        limits: limits)
      do throws(ExecutionError) { try step.run(run) } catch { return error }
      return nil
    }
    withExtendedLifetime((inputs, outputs, temporaries, scratch, empty, weights)) {}
    if var failure {
      failure.place = failure.place.within(place)
      throw failure
    }
  }
}

extension Tensor {
  /// The same tensor at an address that is aligned for its element type (a copy where it was not).
  package var aligned: Tensor {
    let alignment: Int = min(max(elementType.byteWidth, 1), 8)
    guard elementType != .string, UInt(bitPattern: address) % UInt(alignment) != 0 else { return self }
    let copy = Storage(byteCount: byteCount)
    copy.base.copyMemory(from: base, byteCount: byteCount)
    return Tensor(elementType, shape, storage: copy)
  }
}
