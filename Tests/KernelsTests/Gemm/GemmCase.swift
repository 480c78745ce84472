import Foundation
import KernelInterface
import Testing

/// One product with random operands, leading dimensions wider than their rows, and canaries; `check` runs it
/// twice, with tasks in opposite orders, and compares with sums in double precision.
struct GemmCase {
  var m: Int
  var n: Int
  var k: Int
  var form: GemmForm
  var batch = 1
  var usesOffsets = false
  var alpha = 1.0
  var beta = 0.0
  var biasAxis: Epilogue<Float>.BiasAxis? = nil
  var residualColumnStride: Int? = nil
  var activation = Activation.none

  init(m: Int, n: Int, k: Int, form: GemmForm) {
    self.m = m
    self.n = n
    self.k = k
    self.form = form
  }

  func check<Element: BinaryFloatingPoint & Sendable>(
    _ gemm: GemmKernels<Element>, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var random = SeededRandom(UInt64(m * 7919 + n * 104729 + k))
    let (aRow, aColumn) = form.transposesA ? (1, m + 3) : (k + 2, 1)
    let (bRow, bColumn) = form.transposesB ? (1, k + 5) : (n + 1, 1)
    let cRow = n + 4
    let aSize = (m + 3) * (k + 3)
    let bSize = (k + 5) * (n + 3)
    let cSize = max(0, (m - 1) * cRow + n)
    let a = GuardedBuffer<Element>(aSize * batch, random: &random)
    let b = GuardedBuffer<Element>(bSize * batch, random: &random)
    let c = GuardedBuffer<Element>(cSize * batch, random: &random)
    let before = c.values
    let bias = GuardedBuffer<Element>(max(m, n), random: &random)
    let step = residualColumnStride ?? 0
    let residual = GuardedBuffer<Element>(batch * m * max(1, n * step), random: &random)

    var arguments = GemmArguments<Element>(m: m, n: n, k: k)
    arguments.batch = batch
    arguments.alpha = Element(alpha)
    arguments.beta = Element(beta)
    arguments.a = a.pointer
    (arguments.aRowStride, arguments.aColumnStride, arguments.aBatchStride) = (aRow, aColumn, aSize)
    arguments.b = b.pointer
    (arguments.bRowStride, arguments.bColumnStride, arguments.bBatchStride) = (bRow, bColumn, bSize)
    arguments.c = c.base
    (arguments.cRowStride, arguments.cBatchStride) = (cRow, cSize)
    if let biasAxis {
      arguments.epilogue.bias = bias.pointer
      arguments.epilogue.biasAxis = biasAxis == .row ? .row : .column
      arguments.epilogue.biasScale = 1.5
    }
    if residualColumnStride != nil {
      arguments.epilogue.residual = residual.pointer
      arguments.epilogue.residualColumnStride = step
      arguments.epilogue.residualRowStride = max(1, n * step)
      arguments.epilogue.residualBatchStride = m * max(1, n * step)
      arguments.epilogue.residualScale = -0.25
    }
    arguments.epilogue.activation = activation
    arguments.epilogue.parameter0 = activation == .clip ? -0.75 : 0.375
    arguments.epilogue.parameter1 = 0.5

    let packedA = GuardedBuffer<Element>(gemm.packedACount(m, k)) { _ in .nan }
    let packedB = GuardedBuffer<Element>(gemm.packedBCount(k, n)) { _ in .nan }
    if form.packsA && batch == 1 {
      gemm.packA(a.pointer, aRow, aColumn, m, k, packedA.base)
      arguments.packedA = packedA.pointer
      arguments.a = nil
    }
    if form.packsB && batch == 1 {
      gemm.packB(b.pointer, bRow, bColumn, k, n, packedB.base)
      arguments.packedB = packedB.pointer
      arguments.b = nil
    }
    // Batches in reverse order, A shared by all.
    var offsets: [Int] = []
    for i in 0..<batch { offsets += [0, (batch - 1 - i) * bSize, i * cSize] }

    offsets.withUnsafeBufferPointer { offsets in
      if usesOffsets { arguments.batchOffsets = offsets.baseAddress }
      let scratch = Scratch(bytes: gemm.scratchBytes(&arguments))
      let tasks = gemm.taskCount(&arguments)
      for task in 0..<tasks { gemm.run(&arguments, task, scratch.pointer) }
      let result = c.values
      for i in before.indices { c.base[i] = before[i] }
      for task in (0..<tasks).reversed() { gemm.run(&arguments, task, scratch.pointer) }
      #expect(c.values == result, "\(self): the order of tasks shows", sourceLocation: sourceLocation)
      #expect(scratch.isIntact, "\(self): scratch overrun", sourceLocation: sourceLocation)
    }
    for buffer in [a, b, c, bias, residual, packedA, packedB] {
      #expect(buffer.isIntact, "\(self): a canary died", sourceLocation: sourceLocation)
    }

    let epsilon = Double(Element.ulpOfOne)
    for i in 0..<batch {
      let (ai, bi) = usesOffsets ? (0, (batch - 1 - i) * bSize) : (i * aSize, i * bSize)
      for row in 0..<m {
        for column in 0..<cRow where column < n || row + 1 < m {
          let at = i * cSize + row * cRow + column
          guard column < n else {
            #expect(c.base[at] == before[at], "\(self): wrote between rows", sourceLocation: sourceLocation)
            continue
          }
          var sum = 0.0
          var size = 0.0
          for d in 0..<k {
            let product =
              Double(a.base[ai + row * aRow + d * aColumn]) * Double(b.base[bi + d * bRow + column * bColumn])
            sum += product
            size += abs(product)
          }
          var expected = alpha * sum
          if beta != 0 { expected += beta * Double(before[at]) }
          if let biasAxis { expected += 1.5 * Double(bias.base[biasAxis == .row ? row : column]) }
          if residualColumnStride != nil {
            let at = i * m * max(1, n * step) + row * max(1, n * step) + column * step
            expected -= 0.25 * Double(residual.base[at])
          }
          let first = activation == .clip ? -0.75 : 0.375
          expected = referenceActivation(activation, first, 0.5, expected)
          let tolerance = epsilon * (Double(k) / 2 + 8) * (size + 4)
          let error = abs(Double(c.base[at]) - expected)
          if !(error <= tolerance) {
            Issue.record(
              "\(self) \(Element.self): (\(i), \(row), \(column)) is \(c.base[at]), expected \(expected)",
              sourceLocation: sourceLocation)
            return
          }
        }
      }
    }
  }
}

/// The activations as their definitions say, in double precision.
func referenceActivation(_ activation: Activation, _ p0: Double, _ p1: Double, _ x: Double) -> Double {
  let sigmoid: (Double) -> Double = { 1 / (1 + exp(-$0)) }
  return switch activation {
  case .none: x
  case .relu: max(x, 0)
  case .leakyRelu: x < 0 ? p0 * x : x
  case .clip: min(max(x, p0), p1)
  case .sigmoid: sigmoid(x)
  case .tanh: tanh(x)
  case .gelu: x * (1 + erf(x / 2.0.squareRoot())) / 2
  case .geluTanh: x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x))) / 2
  case .swish: x * sigmoid(p0 * x)
  case .hardSigmoid: min(max(p0 * x + p1, 0), 1)
  case .hardSwish: x * min(max(x / 6 + 0.5, 0), 1)
  case .elu: x < 0 ? p0 * (exp(x) - 1) : x
  case .softplus: log(1 + exp(x))
  case .mish: x * tanh(log(1 + exp(x)))
  }
}
