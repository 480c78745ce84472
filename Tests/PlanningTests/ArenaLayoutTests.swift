import Planning
import TestSupport
import Testing

@Suite struct ArenaLayoutTests {
  @Test("Buffers that live at the same time never overlap, and every offset is aligned")
  func noOverlap() {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<200 {
      let buffers: [ArenaLayout.Buffer] = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
        let first = Int.random(in: 0...30, using: &generator)
        return ArenaLayout.Buffer(
          bytes: Int.random(in: 0...5000, using: &generator), first: first,
          last: first + Int.random(in: 0...10, using: &generator))
      }
      let layout = ArenaLayout(buffers)
      for (i, a) in buffers.enumerated() {
        #expect(layout.offsets[i] % ArenaLayout.alignment == 0)
        #expect(layout.offsets[i] + a.bytes <= layout.bytes)
        for (j, b) in buffers.enumerated() where j > i && a.first <= b.last && b.first <= a.last {
          let apart: Bool =
            layout.offsets[i] + a.bytes <= layout.offsets[j]
            || layout.offsets[j] + b.bytes <= layout.offsets[i]
          #expect(apart)
        }
      }
    }
  }

  @Test("A chain of equal buffers takes two of them")
  func chain() {
    let buffers = (0..<10).map { ArenaLayout.Buffer(bytes: 640, first: $0, last: $0 + 1) }
    #expect(ArenaLayout(buffers).bytes == 1280)
  }
}
