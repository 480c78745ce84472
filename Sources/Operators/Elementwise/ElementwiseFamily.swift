/// Operators that compute each element from the elements at the same place: arithmetic, functions, activations.
let elementwiseFamily = OperatorFamily(
  "Elementwise",
  [])
