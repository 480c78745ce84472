import Formats
import Graphs
import Importing
import KernelSelection
import TestSupport
import Testing

/// Every case that can be imported, exported and imported again.
@Suite struct ExportTests {
  @Test(
    "A case's graph survives export and import",
    .enabled(
      if: ConformanceLibrary.location != nil,
      "there is no .cache/conformance; tools/conformance/export.py writes it, or set NGRAPH_CONFORMANCE"))
  func roundTrips() throws {
    let library = try ConformanceLibrary(try #require(ConformanceLibrary.location))
    let importer = ModelImporter(inference: GraphInference(kernels: KernelSelection.best))
    for entry in library.cases {
      let model = try ModelFiles.read(path: library.modelPath(entry))
      guard let first = try? importer.importGraph(model) else { continue }
      do {
        let exported = ModelExporter(template: model).exportModel(first)
        let second: Graph = try importer.importGraph(exported)
        if let found = difference(first, second) { Issue.record("\(entry.id): \(found)") }
      } catch { Issue.record("\(entry.id): \(error)") }
    }
  }
}
