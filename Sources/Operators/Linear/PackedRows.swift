internal import Graphs
internal import KernelInterface

/// The left operand of a product, packed into panels in a step's own memory once for all tasks of a run.
struct PackedRows<Element: BinaryFloatingPoint & Sendable>: Sendable {
  /// Where the panels go.
  let slot: Int
  let rows: Int
  let depth: Int
  let rowStride: Int
  let columnStride: Int
  /// Rows of a panel.
  let tileRows: Int
  let kernel: GemmKernels<Element>.Pack

  /// An address that stands for the panels while the step is made; it is never read.
  var placeholder: UnsafePointer<Element>? { UnsafePointer(bitPattern: 64) }

  /// Elements that are worth a task.
  private static var taskElements: Int { 16384 }

  /// Packs the matrix at `source`, and returns the panels.
  @inline(__always)
  func pack(_ source: UnsafePointer<Element>, _ run: RunContext) -> UnsafePointer<Element> {
    let panels: UnsafeMutablePointer<Element> = run.output(slot)
    let taskRows: Int = max(1, Self.taskElements / (depth * tileRows)) * tileRows
    let tasks: Int = (rows + taskRows - 1) / taskRows
    run.parallel(tasks) { task, _ in
      let first: Int = task * taskRows
      kernel(
        source + first * rowStride, rowStride, columnStride, min(taskRows, rows - first), depth,
        panels + first * depth)
    }
    return UnsafePointer(panels)
  }
}
