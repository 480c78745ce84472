/// A convolution of a known network: square images and kernels, padding given, batch 1.
struct LayerShape {
  var channels: Int
  var outputs: Int
  var size: Int
  var kernel: Int
  var stride = 1
  var groups = 1

  var padding: Int { (kernel - 1) / 2 }
  var outputSize: Int { (size + 2 * padding - kernel) / stride + 1 }
  var name: String {
    let group = groups == 1 ? "" : groups == channels ? " depthwise" : " /\(groups)"
    return "\(kernel)x\(kernel)/\(stride) \(channels)->\(outputs) @\(size)\(group)"
  }
}

private func pointwise(_ channels: Int, _ outputs: Int, _ size: Int, stride: Int = 1) -> LayerShape {
  LayerShape(channels: channels, outputs: outputs, size: size, kernel: 1, stride: stride)
}

private func spatial(_ channels: Int, _ outputs: Int, _ size: Int, _ kernel: Int = 3, stride: Int = 1)
  -> LayerShape
{
  LayerShape(channels: channels, outputs: outputs, size: size, kernel: kernel, stride: stride)
}

private func depthwise(_ channels: Int, _ size: Int, _ kernel: Int = 3, stride: Int = 1) -> LayerShape {
  LayerShape(
    channels: channels, outputs: channels, size: size, kernel: kernel, stride: stride, groups: channels)
}

/// Layers of networks, each shape once.
let networks: [(name: String, layers: [LayerShape])] = [
  (
    "resnet50",
    [
      spatial(3, 64, 224, 7, stride: 2), pointwise(64, 64, 56), spatial(64, 64, 56), pointwise(64, 256, 56),
      pointwise(256, 64, 56), pointwise(256, 128, 56), spatial(128, 128, 56, stride: 2),
      pointwise(128, 512, 28), pointwise(256, 512, 56, stride: 2), pointwise(512, 128, 28),
      spatial(128, 128, 28), pointwise(512, 256, 28), spatial(256, 256, 28, stride: 2),
      pointwise(256, 1024, 14), pointwise(512, 1024, 28, stride: 2), pointwise(1024, 256, 14),
      spatial(256, 256, 14), pointwise(1024, 512, 14), spatial(512, 512, 14, stride: 2),
      pointwise(512, 2048, 7), pointwise(1024, 2048, 14, stride: 2), pointwise(2048, 512, 7),
      spatial(512, 512, 7),
    ]
  ),
  (
    "mobilenet",
    [
      spatial(3, 32, 224, stride: 2), depthwise(32, 112), pointwise(32, 16, 112), pointwise(16, 96, 112),
      depthwise(96, 112, stride: 2), pointwise(96, 24, 56), pointwise(24, 144, 56), depthwise(144, 56),
      depthwise(144, 56, stride: 2), pointwise(144, 32, 28), pointwise(32, 192, 28), depthwise(192, 28),
      pointwise(192, 64, 14), pointwise(64, 384, 14), depthwise(384, 14), pointwise(384, 96, 14),
      depthwise(576, 14, stride: 2), pointwise(160, 960, 7), depthwise(960, 7), pointwise(960, 320, 7),
      pointwise(320, 1280, 7),
    ]
  ),
  (
    "efficientnet",
    [
      depthwise(144, 56, 5, stride: 2), depthwise(240, 28, 5), depthwise(672, 14, 5),
      depthwise(1152, 7, 5), pointwise(240, 40, 28), pointwise(80, 480, 14), pointwise(1152, 192, 7),
      pointwise(1152, 48, 1), pointwise(48, 1152, 1),
    ]
  ),
  (
    "densenet",
    [
      pointwise(192, 128, 56), spatial(128, 32, 56), pointwise(256, 128, 28), spatial(128, 32, 28),
      pointwise(640, 128, 14), spatial(128, 32, 14), pointwise(768, 128, 7), spatial(128, 32, 7),
    ]
  ),
  (
    "vgg",
    [
      spatial(64, 64, 224), spatial(64, 128, 112), spatial(128, 256, 56), spatial(256, 512, 28),
      spatial(512, 512, 28), spatial(512, 512, 14),
    ]
  ),
  (
    "resnext",
    [
      LayerShape(channels: 128, outputs: 128, size: 56, kernel: 3, groups: 32),
      LayerShape(channels: 256, outputs: 256, size: 28, kernel: 3, groups: 32),
      LayerShape(channels: 1024, outputs: 1024, size: 7, kernel: 3, groups: 32),
    ]
  ),
]

/// Products [m, k] x [k, n]: transformers, recurrent gates, classifiers, and vectors times matrices.
let products: [(m: Int, n: Int, k: Int)] = [
  (128, 768, 768), (128, 3072, 768), (128, 768, 3072), (197, 768, 768), (197, 3072, 768), (64, 2400, 512),
  (64, 7200, 2400), (512, 512, 512), (1, 1000, 2048), (1, 4096, 4096), (1, 7200, 2400), (8, 768, 768),
]
