internal import Graphs

extension ShapeOp: ShapeReader {}
extension SizeOp: ShapeReader {}
