internal import KernelInterface

/// The family of steps of recurrent cells.
let recurrentKernels = RecurrentKernels(
  lstmStepF32: { lstmStepF32($0) },
  gruLinearStepF32: { gruLinearStepF32($0) },
  gruResetF32: { gruResetF32($0, $1, $2, $3, $4) },
  gruUpdateF32: { gruUpdateF32($0, $1, $2, $3, $4, $5) },
  rnnStepF32: { rnnStepF32($0, $1, $2, $3, $4) })

/// Bounds to [-limit, limit]; NaN stays NaN.
@_transparent private func bound(_ x: VF32, _ limit: VF32) -> VF32 {
  maximum(splat(0) - limit, minimum(limit, x))
}

@_transparent
private func peep(_ gate: VF32, _ weights: UnsafePointer<Float>?, _ cell: VF32, _ i: Int, _ lanes: Int)
  -> VF32
{
  guard let weights else { return gate }
  return mulAdd(loadColumns(weights + i, lanes), cell, gate)
}

private func lstmStepF32(_ step: LSTMStep) {
  let limit: VF32 = splat(step.clip)
  var i: Int = 0
  while i < step.count {
    let lanes: Int = registerLanes(i, step.count)
    let cell: VF32 = loadColumns(step.cell + i, lanes)
    let inputGate: VF32 = peep(loadColumns(step.inputGate + i, lanes), step.inputPeephole, cell, i, lanes)
    let entry: VF32 = vectorSigmoid(bound(inputGate, limit))
    let candidate: VF32 = vectorTanh(bound(loadColumns(step.cellGate + i, lanes), limit))
    var keep: VF32 = splat(1) - entry
    if !step.inputForget {
      let forgetGate: VF32 = peep(
        loadColumns(step.forgetGate + i, lanes), step.forgetPeephole, cell, i, lanes)
      keep = vectorSigmoid(bound(forgetGate, limit))
    }
    let next: VF32 = mulAdd(keep, cell, entry * candidate)
    let outputGate: VF32 = peep(loadColumns(step.outputGate + i, lanes), step.outputPeephole, next, i, lanes)
    let exit: VF32 = vectorSigmoid(bound(outputGate, limit))
    storeColumns(next, step.cellOut + i, lanes)
    storeColumns(exit * vectorTanh(next), step.hiddenOut + i, lanes)
    i &+= F32Lanes.count
  }
}

private func gruLinearStepF32(_ step: GRUStep) {
  let limit: VF32 = splat(step.clip)
  let count: Int = step.count
  var i: Int = 0
  while i < count {
    let lanes: Int = registerLanes(i, count)
    let x: UnsafePointer<Float> = step.input + i
    let h: UnsafePointer<Float> = step.hidden + i
    let z: VF32 = vectorSigmoid(bound(loadColumns(x, lanes) + loadColumns(h, lanes), limit))
    let r: VF32 = vectorSigmoid(
      bound(loadColumns(x + count, lanes) + loadColumns(h + count, lanes), limit))
    let mixed: VF32 = mulAdd(r, loadColumns(h + 2 &* count, lanes), loadColumns(x + 2 &* count, lanes))
    let candidate: VF32 = vectorTanh(bound(mixed, limit))
    let state: VF32 = loadColumns(step.state + i, lanes)
    storeColumns(mix(z, candidate, state), step.stateOut + i, lanes)
    i &+= F32Lanes.count
  }
}

/// (1 - z) candidate + z state
@_transparent private func mix(_ z: VF32, _ candidate: VF32, _ state: VF32) -> VF32 {
  mulAdd(z, state, (splat(1) - z) * candidate)
}

private func gruResetF32(
  _ out: UnsafeMutablePointer<Float>, _ r: UnsafePointer<Float>, _ state: UnsafePointer<Float>, _ count: Int,
  _ clip: Float
) {
  let limit: VF32 = splat(clip)
  var i: Int = 0
  while i < count {
    let lanes: Int = registerLanes(i, count)
    let gate: VF32 = vectorSigmoid(bound(loadColumns(r + i, lanes), limit))
    storeColumns(gate * loadColumns(state + i, lanes), out + i, lanes)
    i &+= F32Lanes.count
  }
}

private func gruUpdateF32(
  _ out: UnsafeMutablePointer<Float>, _ z: UnsafePointer<Float>, _ h: UnsafePointer<Float>,
  _ state: UnsafePointer<Float>, _ count: Int, _ clip: Float
) {
  let limit: VF32 = splat(clip)
  var i: Int = 0
  while i < count {
    let lanes: Int = registerLanes(i, count)
    let gate: VF32 = vectorSigmoid(bound(loadColumns(z + i, lanes), limit))
    let candidate: VF32 = vectorTanh(bound(loadColumns(h + i, lanes), limit))
    storeColumns(mix(gate, candidate, loadColumns(state + i, lanes)), out + i, lanes)
    i &+= F32Lanes.count
  }
}

private func rnnStepF32(
  _ out: UnsafeMutablePointer<Float>, _ input: UnsafePointer<Float>, _ hidden: UnsafePointer<Float>?,
  _ count: Int, _ clip: Float
) {
  let limit: VF32 = splat(clip)
  var i: Int = 0
  while i < count {
    let lanes: Int = registerLanes(i, count)
    var sum: VF32 = loadColumns(input + i, lanes)
    if let hidden { sum += loadColumns(hidden + i, lanes) }
    storeColumns(vectorTanh(bound(sum, limit)), out + i, lanes)
    i &+= F32Lanes.count
  }
}
