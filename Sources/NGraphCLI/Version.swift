/// The version that `ngraph --version` prints.
enum Version {
  static let text: String = "0.1.0"
}
