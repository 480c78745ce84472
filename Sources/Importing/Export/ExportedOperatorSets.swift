internal import Graphs
internal import Models
internal import Tensors

/// The operator sets that exported nodes need (for each domain, the version of the newest form in use), and
/// the functions that define operators of our own.
struct ExportedOperatorSets {
  private var functions = ExportedFunctions()
  private var versions: [String: Int] = [:]

  /// The lowest version of `ai.onnx` that is written.
  private static let oldest: Int = 13
  /// The first operator set of `ai.onnx` of each IR version since 7.
  private static let irVersions: [(operatorSet: Int, irVersion: Int64)] = [
    (28, 14), (25, 13), (24, 12), (23, 11), (21, 10), (19, 9), (15, 8),
  ]

  mutating func require(_ version: Int, of domain: String) {
    let domain: String = OperatorSets.canonical(domain)
    versions[domain] = max(versions[domain] ?? 1, version)
  }

  /// An operator with values of these element types and as many inputs.
  mutating func require(_ op: any Operator, types: [ElementType], inputCount: Int) {
    require(
      WrittenForms.version(of: op, types: types, inputCount: inputCount), of: type(of: op).schema.domain)
  }

  /// The overload of the function that defines `op` with these inputs given.
  mutating func overload(of op: any FunctionOperator, given: [Bool]) -> String {
    var functions: ExportedFunctions = functions
    let overload: String = functions.overload(of: op, given: given, &self)
    self.functions = functions
    return overload
  }

  /// The functions that nodes so far use.
  var modelFunctions: [ModelFunction] { functions.all(importing: imports) }

  var domains: Set<String> { Set(versions.keys) }

  private var standard: Int { max(versions[""] ?? 0, Self.oldest) }

  var imports: [OperatorSetID] {
    var all: [String: Int] = versions
    all[""] = standard
    return all.sorted { $0.key < $1.key }.map { OperatorSetID(domain: $0.key, version: Int64($0.value)) }
  }

  var irVersion: Int64 {
    let own: Int64 = Self.irVersions.first { standard >= $0.operatorSet }?.irVersion ?? 7
    // Functions came with version 8, their overloads with version 10.
    let least: Int64 = functions.usesOverloads ? 10 : modelFunctions.isEmpty ? 7 : 8
    return max(own, least)
  }
}
