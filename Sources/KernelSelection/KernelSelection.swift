internal import CVector
package import KernelInterface
internal import Kernels
internal import KernelsAVX2
internal import KernelsAVX512

/// Chooses among the kernel tables that were compiled in. The only place that names instruction sets.
package enum KernelSelection {
  /// The tables that this CPU can run, slowest first, one for each instruction set: a module that was
  /// compiled without its flags (a debug build, ngraph as a dependency) is a baseline table again and
  /// is left out.
  package static let supported: [KernelTable] = {
    let limit = Int(ngraph_supported_isa())
    var tables: [KernelTable] = []
    for table in [Kernels.kernelTable, KernelsAVX2.kernelTable, KernelsAVX512.kernelTable]
    where table.isa.rawValue <= limit && !tables.contains(where: { $0.isa == table.isa }) {
      tables.append(table)
    }
    return tables.sorted { $0.isa < $1.isa }
  }()

  /// The table for the best instruction set of this CPU.
  package static var best: KernelTable { supported[supported.count - 1] }

  /// The table named `name` ("baseline", "avx2", ...), or nil where this CPU or build has none.
  package static func named(_ name: String) -> KernelTable? {
    supported.first { $0.isa.name == name }
  }

  /// The products of weights in `precision` that `table` has and this CPU runs fastest: by an instruction
  /// beyond the table's level where the CPU has it.
  package static func weightProducts(_ precision: ProductPrecision, of table: KernelTable)
    -> ReducedGemmKernels
  {
    let products: ReducedGemmTable = table.reducedGemm
    switch precision {
    case .bfloat16:
      let isSupported: Bool = table.isa == .avx512 && ngraph_supports_bf16_dot()
      return isSupported ? products.bfloat16Dot : products.bfloat16
    case .int8Dynamic:
      var isSupported: Bool = table.isa == .avx512 && ngraph_supports_byte_dot_512()
      if table.isa == .avx2 { isSupported = ngraph_supports_byte_dot_256() }
      return isSupported ? products.int8Dot : products.int8
    }
  }
}
