/// Rules that run together until none of them fires. The order of stages is their meaning.
package struct OptimizationStage: Sendable {
  /// Adjacent stages of one phase go through a graph, then through the graphs inside its operators, before
  /// the next phase begins.
  package enum Phase: Sendable {
    /// What a person would have drawn, with normalizations dissolved.
    case drawing
    /// What moves between loops and what is around them, once their bodies are as they should be. Only graphs
    /// with graphs inside go through it.
    case loops
    /// What suits this machine.
    case machine
  }

  package let name: String
  package let phase: Phase
  package let rules: [any RewriteRule]

  package init(_ name: String, _ rules: [any RewriteRule], phase: Phase = .drawing) {
    self.name = name
    self.phase = phase
    self.rules = rules
  }

  /// What `ngraph optimize` runs: what it makes can be written to a file, operators of the domain `ngraph`
  /// with the functions that define them.
  package static let pipeline: [OptimizationStage] = stages(standardOnly: false)

  /// What runs before every plan: it also makes one operator of attention.
  package static let withAttention: [OptimizationStage] = stages(standardOnly: false, fusesAttention: true)

  /// The highest level: all stages.
  package static let highestLevel: Int = 3

  /// The stages of a level: 0 has none; 1 simplifies and recognizes; 2 also dissolves normalizations, scales
  /// and shifts into the layers beside them; 3 also makes operators of the domain `ngraph`, unless
  /// `standardOnly`, and takes products that every step can share out of loops.
  package static func stages(level: Int, standardOnly: Bool) -> [OptimizationStage] {
    if level >= highestLevel { return stages(standardOnly: standardOnly) }
    // What a stage that is left out would have fused must not be split.
    return Array(stages(standardOnly: true).prefix(max(level, 0)))
  }

  private static func stages(standardOnly: Bool, fusesAttention: Bool = false) -> [OptimizationStage] {
    var simplifications: [any RewriteRule] = [
      FoldConstants(), EliminateNoOps(), EliminateTransposes(), MergeTransposes(), HoistSelection(),
      MergeReshapes(), MergeCasts(), MergeEqualNodes(), FoldPad(), FuseInstanceNormalization(),
      FuseLayerNormalization(), FuseRMSNormalization(), FuseGroupNormalization(), EliminateCastIslands(),
      FuseSoftmax(), FuseGelu(), FuseSwish(), FuseHardSwish(),
    ]
    if fusesAttention { simplifications += [HoistUnitAxes(), FuseAttention(), FuseAttentionHeads()] }
    let dissolving: [any RewriteRule] = [
      MergeMaps(), DissolveMaps(), DissolveTails(), EliminateDeadBias(),
      HoistCentering(keepsOffsets: standardOnly),
    ]
    // Without their gains and offsets, normalizations of one value are the same.
    var fusions: [any RewriteRule] = [MergeEqualNodes()]
    if !standardOnly { fusions += [FuseNormalizationOffset(), FuseResidualNormalization()] }
    let loops: [any RewriteRule] = [
      FoldLoopIntoScan(), HoistScanProducts(), MergeTransposes(), EliminateTransposes(),
    ]
    return [
      OptimizationStage("simplify", simplifications),
      OptimizationStage("dissolve", dissolving),
      OptimizationStage("fuse", fusions),
      OptimizationStage("loops", loops, phase: .loops),
      // What has left a loop may take in what stood before the loop.
      OptimizationStage("dissolve around loops", dissolving, phase: .loops),
      OptimizationStage("fuse around loops", fusions, phase: .loops),
    ]
  }

  /// Puts convolutional regions into channels-last.
  package static let layout = OptimizationStage(
    "layout", [ChooseLayout(), MergeTransposes(), EliminateNoOps()], phase: .machine)

  /// What sessions run after `withAttention` and `layout`: it makes operators that no file can hold, for this
  /// machine's kernels.
  package static let machine: [OptimizationStage] = [
    OptimizationStage("merge", [MergeProducts()], phase: .machine),
    OptimizationStage(
      "products", [FuseEpilogueBias(), FuseEpilogueSum(), FuseEpilogueActivation()], phase: .machine),
    OptimizationStage("prologues", [FuseConvolutionPrologue()], phase: .machine),
    OptimizationStage("elementwise", [FuseElementwise()], phase: .machine),
  ]

  /// Everything that runs before a plan is made.
  package static let session: [OptimizationStage] = withAttention + [layout] + machine

  /// The names of the rules of `pipeline`, in the order in which they run.
  package static var ruleNames: [String] {
    var names: [String] = []
    for rule in pipeline.flatMap(\.rules) where !names.contains(type(of: rule).name) {
      names.append(type(of: rule).name)
    }
    return names
  }
}
