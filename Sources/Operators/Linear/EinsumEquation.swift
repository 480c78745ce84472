internal import Graphs
internal import Tensors

/// An equation of `Einsum`: the labels of each operand's axes and of the output's. A letter is its character
/// code; the axes of an ellipsis are numbered from the right, from `ellipsis` on.
struct EinsumEquation: Sendable {
  let operands: [[Int]]
  let output: [Int]

  private static let ellipsis: Int = 1000

  /// Reads an equation for operands of the given ranks.
  init(_ text: String, ranks: [Int]) throws(EinsumProblem) {
    let bytes: [UInt8] = text.utf8.filter { $0 != 32 }
    var sides: [[UInt8]] = [[]]
    var index: Int = 0
    while index < bytes.count {
      if bytes[index] == 45 {
        guard index + 1 < bytes.count, bytes[index + 1] == 62, sides.count == 1 else {
          throw EinsumProblem("'-' must be part of one '->'")
        }
        sides.append([])
        index += 2
      } else {
        sides[sides.count - 1].append(bytes[index])
        index += 1
      }
    }
    let terms: [[UInt8]] = sides[0].split(separator: 44, omittingEmptySubsequences: false).map { Array($0) }
    guard terms.count == ranks.count else {
      throw EinsumProblem("the equation has \(terms.count) terms for \(ranks.count) inputs")
    }
    var operands: [[Int]] = []
    var widest: Int = 0
    for (term, rank) in zip(terms, ranks) {
      let (letters, dots) = try Self.labels(term)
      let hidden: Int = dots == nil ? 0 : rank - letters.count
      guard hidden >= 0, letters.count + hidden == rank else {
        throw EinsumProblem("a term has \(letters.count) labels for an input of rank \(rank)")
      }
      widest = max(widest, hidden)
      operands.append(Self.expanded(letters, dots, hidden))
    }
    self.operands = operands
    if sides.count == 2 {
      let (letters, dots) = try Self.labels(sides[1])
      output = Self.expanded(letters, dots, dots == nil ? 0 : widest)
      let known = Set(operands.joined())
      guard Set(output).count == output.count,
        output.allSatisfy({ known.contains($0) || $0 >= Self.ellipsis })
      else { throw EinsumProblem("the output's labels must be distinct and occur in the inputs") }
    } else {
      var counts: [Int: Int] = [:]
      for label in operands.joined() where label < Self.ellipsis { counts[label, default: 0] += 1 }
      output = Self.expanded(counts.filter { $0.value == 1 }.map(\.key).sorted(), 0, widest)
    }
  }

  /// The letters of a term and where among them its ellipsis stands.
  private static func labels(_ term: [UInt8]) throws(EinsumProblem) -> (letters: [Int], dots: Int?) {
    var letters: [Int] = []
    var dots: Int?
    var index: Int = 0
    while index < term.count {
      let byte: UInt8 = term[index]
      if byte == 46 {
        guard dots == nil, index + 2 < term.count, term[index + 1] == 46, term[index + 2] == 46 else {
          throw EinsumProblem("a term may have one ellipsis of three dots")
        }
        dots = letters.count
        index += 3
      } else {
        guard (65...90).contains(byte) || (97...122).contains(byte) else {
          throw EinsumProblem("labels must be letters")
        }
        letters.append(Int(byte))
        index += 1
      }
    }
    return (letters, dots)
  }

  private static func expanded(_ letters: [Int], _ dots: Int?, _ hidden: Int) -> [Int] {
    guard let dots else { return letters }
    let axes: [Int] = (0..<hidden).reversed().map { ellipsis + $0 }
    return Array(letters[..<dots]) + axes + Array(letters[dots...])
  }
}

/// Why an equation makes no sense.
struct EinsumProblem: Error {
  let message: String
  init(_ message: String) { self.message = message }
}
