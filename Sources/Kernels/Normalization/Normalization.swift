internal import KernelInterface

/// The family of normalizations.
let normalizationKernels = NormalizationKernels(
  layerNormF32: { layerNormF32($0) },
  rmsNormF32: { rmsNormF32($0) },
  channelAffineF32: { channelAffineF32($0, $1, $2, $3, $4) },
  momentsF32: { momentsF32($0, $1, $2, $3, $4) },
  lpNormF32: { lpNormF32($0, $1, $2, $3) },
  localResponseF32: { localResponseF32($0, $1, $2, $3, $4, $5, $6) })
