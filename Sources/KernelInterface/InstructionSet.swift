/// An instruction set that kernels are compiled for, ordered by preference within one architecture.
/// The raw values are those of `ngraph_compiled_isa` in `CVector`.
package enum InstructionSet: Int, Sendable, CaseIterable, Comparable {
  /// x86-64 without extensions (SSE2).
  case baseline = 0
  /// arm64, where NEON is the baseline.
  case neon = 1
  /// x86-64-v3: AVX2, FMA, F16C, BMI2.
  case avx2 = 2
  /// x86-64-v4: AVX-512 F, BW, CD, DQ, VL.
  case avx512 = 3

  package static func < (left: InstructionSet, right: InstructionSet) -> Bool {
    left.rawValue < right.rawValue
  }

  /// The name that `--kernels` takes.
  package var name: String {
    switch self {
    case .baseline: "baseline"
    case .neon: "neon"
    case .avx2: "avx2"
    case .avx512: "avx512"
    }
  }
}
