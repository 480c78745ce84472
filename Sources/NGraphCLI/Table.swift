/// Columns of text: the first ones flush left, numbers flush right.
struct Table {
  private let leftColumns: Int
  private var rows: [[String]] = []

  init(_ header: [String], leftColumns: Int) {
    self.leftColumns = leftColumns
    rows = [header]
  }

  mutating func add(_ row: [String]) { rows.append(row) }

  /// The rows as lines, the header first.
  var lines: [String] {
    let count: Int = rows.map(\.count).max() ?? 0
    let widths: [Int] = (0..<count).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line: String = ""
      for (column, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        let isLast: Bool = column == row.count - 1
        line += column < leftColumns ? cell + (isLast ? "" : padding) : padding + cell
        if !isLast { line += "  " }
      }
      return line
    }
  }
}
