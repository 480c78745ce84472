internal import Graphs
internal import Tensors

extension ReshapeOp: ShapeChange {}
extension FlattenOp: ShapeChange {}
extension SqueezeOp: ShapeChange {}
extension UnsqueezeOp: ShapeChange {}
extension IdentityOp: ShapeChange {}
