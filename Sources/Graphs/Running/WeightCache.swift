package import Tensors

/// Packed weights, kept for as long as the session: plans for other shapes share them.
///
/// They lie one after another in a few large regions, on large pages where there is much of them.
package final class WeightCache: Sendable {
  /// Who packs.
  package let runner: any TaskRunner
  private struct Key: Hashable {
    let source: UnsafeRawPointer
    let layout: String
  }
  private struct Entry {
    let packed: UnsafeRawPointer
    let byteCount: Int
    /// Kept so that no other weight gets its address.
    let source: Storage
  }
  private struct Regions {
    var all: [Storage] = []
    /// Bytes of the last one in use.
    var used: Int = 0
  }
  private let entries = Guarded<[Key: Entry]>([:])
  private let regions = Guarded(Regions())
  private let buffers = BufferPool()

  /// Address space of a region; memory is taken up as it is filled.
  private static let regionBytes: Int = 1 << 26
  /// The first bytes are on pages of the usual size, so that a small model's weights don't take a large one.
  private static let smallBytes: Int = 1 << 21

  package init(runner: any TaskRunner = SerialRunner.shared) { self.runner = runner }

  /// The bytes of `tensor` in `layout`, packed by `pack` on the first call. `layout` names the packing
  /// completely: kernel, tile sizes, transposition. The address is valid as long as the cache. Pages of a
  /// mapped file that only packing needed are let go.
  package func packed(
    _ tensor: Tensor, layout: String, byteCount: Int,
    _ pack: (WeightReader, UnsafeMutableRawPointer) -> Void
  ) -> UnsafeRawPointer {
    let key = Key(source: tensor.address, layout: layout)
    if let entry = entries.withValue({ $0[key] }) { return entry.packed }
    let packed: UnsafeMutableRawPointer = allocate(byteCount)
    pack(WeightReader(tensor, runner: runner, buffers: buffers), packed)
    tensor.giveBackMemory()
    return entries.withValue { entries in
      if let entry = entries[key] { return entry.packed }
      entries[key] = Entry(
        packed: UnsafeRawPointer(packed), byteCount: byteCount, source: tensor.storage)
      return UnsafeRawPointer(packed)
    }
  }

  /// Lets go of what packing needed meanwhile, when a plan is made.
  package func releaseBuffers() { buffers.removeAll() }

  /// Bytes of all packed weights.
  package var byteCount: Int { entries.withValue { $0.values.reduce(0) { $0 + $1.byteCount } } }

  private func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
    regions.withValue { regions in
      let start: Int = (regions.used + Storage.alignment - 1) / Storage.alignment * Storage.alignment
      if let last = regions.all.last, start + byteCount <= last.byteCount {
        regions.used = start + byteCount
        return last.address + start
      }
      let region = Storage(
        byteCount: max(Self.regionBytes, byteCount), alignment: Self.smallBytes)
      region.prefersLargePages(from: regions.all.isEmpty ? Self.smallBytes : 0)
      regions.all.append(region)
      regions.used = byteCount
      return region.address
    }
  }
}
