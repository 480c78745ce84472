internal import KernelInterface

/// The family of kernels that move elements.
let movementKernels = MovementKernels(
  transpose: { transpose($0, $1, $2, $3, $4, $5, $6) },
  stridedCopy: { stridedCopy($0, $1, $2, $3, $4, $5, $6) },
  gatherRows: { gatherRows($0, $1, $2, $3, $4, $5, $6) },
  firstInvalidIndex: { firstInvalidIndex($0, $1, $2) },
  fill: { fill($0, $1, $2, $3) })
