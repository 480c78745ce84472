import Foundation
import Graphs
import Operators
import Testing

@Suite struct OperatorFamilyTests {
  @Test("Every operator file stands in its folder's family list, and every listed operator has its file")
  func listsMatchFolders() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources/Operators")
    for family in OperatorSet.families {
      let folder = root.appending(path: family.name)
      var found: Set<String> = []
      for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
        let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
        for match in text.matches(of: /OperatorSchema\(\s*"([A-Za-z0-9]+)"/) { found.insert(String(match.1)) }
      }
      let listed = Set(family.definitions.map { $0.schema.name })
      #expect(listed.subtracting(found).isEmpty, "\(family.name): listed without a file")
      #expect(found.subtracting(listed).isEmpty, "\(family.name): not in the list")
    }
  }

  @Test("No operator name is defined twice")
  func namesAreUnique() {
    let names = OperatorSet.families.flatMap(\.definitions).map { $0.schema.qualifiedName }
    #expect(Set(names).count == names.count)
  }
}
