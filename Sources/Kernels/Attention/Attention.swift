internal import KernelInterface

/// Attention as the table shows it: keys and values are packed like the left operand of a product, masks like
/// the right one.
func attentionKernelsF32() -> AttentionKernels {
  AttentionKernels(
    blockQueries: AttentionRun.width,
    packedKeysCount: { keys, size in roundUp(keys, AttentionRun.tileRows) * size },
    packedValuesCount: { keys, size in roundUp(size, AttentionRun.tileRows) * keys },
    packedMaskCount: { keys in keys * AttentionRun.width },
    packKeys: { source, rowStride, keys, size, destination in
      packPanels(F32Lanes.self, source, rowStride, 1, keys, AttentionRun.tileRows, size, destination)
    },
    packValues: { source, rowStride, keys, size, destination in
      packPanels(F32Lanes.self, source, 1, rowStride, size, AttentionRun.tileRows, keys, destination)
    },
    packMask: { source, rowStride, queries, keys, destination in
      packPanels(F32Lanes.self, source, rowStride, 1, queries, AttentionRun.width, keys, destination)
    },
    scratchBytes: { AttentionRun.scratchBytes($0, $1, $2) },
    run: { block, scratch in
      var run = AttentionRun(block, scratch)
      run.run()
    })
}
