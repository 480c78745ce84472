package import Graphs

extension ShapeOp: ShapeReader {}
extension SizeOp: ShapeReader {}
