package import KernelInterface

/// A chain of functions of elements, in the order in which they are computed: what it makes of one element of
/// each input. The last instruction's value is the result. One instruction may be a function of whole rows.
package struct ElementwiseProgram: Sendable, Hashable {
  package enum Operand: Sendable, Hashable {
    case input(Int)
    /// What an earlier instruction gave.
    case value(Int)
  }

  package enum Function: Sendable, Hashable {
    case unary(UnaryFunction, alpha: Double, beta: Double)
    case binary(BinaryFunction)
    case rows(RowFunction)
  }

  package struct Instruction: Sendable, Hashable {
    package let function: Function
    /// One operand for a unary function, two for a binary one; for one of rows what it normalizes, then its
    /// parameters, which are inputs.
    package let operands: [Operand]

    package init(_ function: Function, _ operands: [Operand]) {
      self.function = function
      self.operands = operands
    }
  }

  package private(set) var instructions: [Instruction]

  init(_ instructions: [Instruction]) { self.instructions = instructions }

  /// `function` of inputs 0, 1.
  package init(_ function: Function, operandCount: Int) {
    instructions = [Instruction(function, (0..<operandCount).map { .input($0) })]
  }

  /// The number of the instruction that is a function of rows, and that function.
  package var rows: (index: Int, function: RowFunction)? {
    for (index, instruction) in instructions.enumerated() {
      if case .rows(let function) = instruction.function { return (index, function) }
    }
    return nil
  }

  /// The inputs that are parameters of a function of rows: a row each, which is not broadcast.
  package var parameters: Set<Int> {
    guard let rows else { return [] }
    var found: Set<Int> = []
    for case .input(let index) in instructions[rows.index].operands.dropFirst() { found.insert(index) }
    return found
  }

  /// This program after `producer`, whose result is what this one reads at the inputs that `isProduct` says.
  /// Inputs of either program are renumbered: `producerInputs` and `inputs` give the new number of each.
  package func after(
    _ producer: ElementwiseProgram, producerInputs: [Int], inputs: [Int], isProduct: (Int) -> Bool
  ) -> ElementwiseProgram {
    let first: Int = producer.instructions.count
    var result: ElementwiseProgram = self
    result.instructions =
      producer.instructions.map { instruction in
        Instruction(
          instruction.function,
          instruction.operands.map {
            if case .input(let index) = $0 { .input(producerInputs[index]) } else { $0 }
          })
      }
      + instructions.map { instruction in
        Instruction(
          instruction.function,
          instruction.operands.map { operand in
            switch operand {
            case .input(let index): isProduct(index) ? .value(first - 1) : .input(inputs[index])
            case .value(let index): .value(first + index)
            }
          })
      }
    return result
  }

  /// For each instruction the register that it writes to; nil for the output, where the last one writes. A
  /// register is free again after the last use of its value, in the instruction that uses it too: kernels may
  /// write where they read. So is the output once no instruction after reads an input: it may lie where one
  /// does.
  package var registers: (of: [Int?], count: Int) {
    let parameters: Set<Int> = self.parameters
    var lastUse: [Int] = Array(repeating: -1, count: instructions.count)
    var lastInput: Int = 0
    for (index, instruction) in instructions.enumerated() {
      for operand in instruction.operands {
        switch operand {
        case .value(let value): lastUse[value] = index
        case .input(let input): if !parameters.contains(input) { lastInput = index }
        }
      }
    }
    var free: [Int] = []
    var count: Int = 0
    var holdsValue: Bool = false
    var chosen: [Int?] = []
    for (index, instruction) in instructions.enumerated() {
      var ended: Set<Int> = []
      for case .value(let value) in instruction.operands where lastUse[value] == index { ended.insert(value) }
      for value in ended.sorted() {
        if let register = chosen[value] { free.append(register) } else { holdsValue = false }
      }
      if index == instructions.count - 1 || (index >= lastInput && !holdsValue) {
        chosen.append(nil)
        holdsValue = true
      } else if let register = free.popLast() {
        chosen.append(register)
      } else {
        chosen.append(count)
        count += 1
      }
    }
    return (chosen, count)
  }
}

extension ElementwiseProgram: CustomStringConvertible {
  /// For dumps: `v0 = add(x0, x1); relu(v0)`, the inputs being x0, x1, ...
  package var description: String {
    func name(_ operand: Operand) -> String {
      switch operand {
      case .input(let index): "x\(index)"
      case .value(let index): "v\(index)"
      }
    }
    var parts: [String] = []
    for (index, instruction) in instructions.enumerated() {
      let function: String =
        switch instruction.function {
        case .unary(let function, _, _): "\(function)"
        case .binary(let function): "\(function)"
        case .rows(let function): "\(function.kind)"
        }
      let call: String = "\(function)(\(instruction.operands.map(name).joined(separator: ", ")))"
      parts.append(index == instructions.count - 1 ? call : "v\(index) = \(call)")
    }
    return parts.joined(separator: "; ")
  }
}
