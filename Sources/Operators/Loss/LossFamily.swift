/// Training losses, as ONNX defines them for inference graphs.
let lossFamily = OperatorFamily(
  "Loss",
  [])
