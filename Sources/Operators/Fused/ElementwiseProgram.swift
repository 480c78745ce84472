package import KernelInterface

/// A chain of functions of elements, in the order in which they are computed: what it makes of one element of
/// each input. The last instruction's value is the result.
package struct ElementwiseProgram: Sendable, Hashable {
  package enum Operand: Sendable, Hashable {
    case input(Int)
    /// What an earlier instruction gave.
    case value(Int)
  }

  package enum Function: Sendable, Hashable {
    case unary(UnaryFunction, alpha: Double, beta: Double)
    case binary(BinaryFunction)
  }

  package struct Instruction: Sendable, Hashable {
    package let function: Function
    /// One operand for a unary function, two for a binary one.
    package let operands: [Operand]

    package init(_ function: Function, _ operands: [Operand]) {
      self.function = function
      self.operands = operands
    }
  }

  package private(set) var instructions: [Instruction]

  /// `function` of inputs 0, 1.
  package init(_ function: Function, operandCount: Int) {
    instructions = [Instruction(function, (0..<operandCount).map { .input($0) })]
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

  /// For each instruction but the last, which writes to the output, the register that it writes to. A
  /// register is free again after the last use of its value, in the instruction that uses it too: kernels may
  /// write where they read.
  package var registers: (of: [Int], count: Int) {
    var lastUse: [Int] = Array(repeating: -1, count: instructions.count)
    for (index, instruction) in instructions.enumerated() {
      for case .value(let value) in instruction.operands { lastUse[value] = index }
    }
    var free: [Int] = []
    var count: Int = 0
    var chosen: [Int] = []
    for (index, instruction) in instructions.enumerated() {
      var ended: Set<Int> = []
      for case .value(let value) in instruction.operands where lastUse[value] == index { ended.insert(value) }
      free += ended.sorted().map { chosen[$0] }
      if index == instructions.count - 1 { break }
      if let register = free.popLast() {
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
        }
      let call: String = "\(function)(\(instruction.operands.map(name).joined(separator: ", ")))"
      parts.append(index == instructions.count - 1 ? call : "v\(index) = \(call)")
    }
    return parts.joined(separator: "; ")
  }
}
