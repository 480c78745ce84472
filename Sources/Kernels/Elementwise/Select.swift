internal import KernelInterface

/// Picks from two operands by a condition; elements are moved as integers of their size.
@inline(__always)
func selectRows<T: BitwiseCopyable>(
  _ type: T.Type, _ out: UnsafeMutableRawPointer, _ condition: UnsafeRawPointer, _ conditionRowStride: Int,
  _ conditionStep: Int, _ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ tile: BinaryTile
) {
  let to: UnsafeMutablePointer<T> = out.assumingMemoryBound(to: T.self)
  let flags: UnsafePointer<UInt8> = condition.assumingMemoryBound(to: UInt8.self)
  let a: UnsafePointer<T> = left.assumingMemoryBound(to: T.self)
  let b: UnsafePointer<T> = right.assumingMemoryBound(to: T.self)
  let isDense: Bool = conditionStep == 1 && tile.leftStep == 1 && tile.rightStep == 1
  var row: Int = 0
  while row < tile.rows {
    let y: UnsafeMutablePointer<T> = to + row &* tile.outRowStride
    let c: UnsafePointer<UInt8> = flags + row &* conditionRowStride
    let l: UnsafePointer<T> = a + row &* tile.leftRowStride
    let r: UnsafePointer<T> = b + row &* tile.rightRowStride
    var i: Int = 0
    if isDense {
      while i < tile.columns {
        y[i] = c[i] != 0 ? l[i] : r[i]
        i &+= 1
      }
    } else {
      while i < tile.columns {
        let yes: T = l[i &* tile.leftStep]
        let no: T = r[i &* tile.rightStep]
        y[i] = c[i &* conditionStep] != 0 ? yes : no
        i &+= 1
      }
    }
    row &+= 1
  }
}

func selectKernel(_ elementSize: Int) -> SelectKernel? {
  switch elementSize {
  case 1: return { selectRows(UInt8.self, $0, $1, $2, $3, $4, $5, $6) }
  case 2: return { selectRows(UInt16.self, $0, $1, $2, $3, $4, $5, $6) }
  case 4: return { selectRows(UInt32.self, $0, $1, $2, $3, $4, $5, $6) }
  case 8: return { selectRows(UInt64.self, $0, $1, $2, $3, $4, $5, $6) }
  case 16: return { selectRows(SIMD2<UInt64>.self, $0, $1, $2, $3, $4, $5, $6) }
  default: return nil
  }
}
