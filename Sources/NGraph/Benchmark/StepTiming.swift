/// One step of a plan, and how fast it ran.
public struct StepTiming: Sendable, Hashable {
  /// The operator, such as `Conv`.
  public var op: String
  /// The name of the node in the model; may be empty.
  public var node: String
  /// The kernel that was chosen, with its sizes; empty where the operator says it all.
  public var kernel: String
  /// How many calls were timed.
  public var calls: Int
  /// The fastest call, in nanoseconds.
  public var nanoseconds: UInt64
  /// The part of the time of all steps, 0 to 1.
  public var share: Double
  /// Arithmetic operations of one call, a multiply-add counting two.
  public var operations: Int
  /// Bytes that one call reads and writes at the least.
  public var bytes: Int
  /// The part of the speed that the roofline allows, 0 to 1.
  public var rooflineShare: Double

  /// Operations a second.
  public var operationsPerSecond: Double {
    nanoseconds == 0 ? 0 : Double(operations) * 1e9 / Double(nanoseconds)
  }
  /// Bytes a second.
  public var bytesPerSecond: Double { nanoseconds == 0 ? 0 : Double(bytes) * 1e9 / Double(nanoseconds) }
}
