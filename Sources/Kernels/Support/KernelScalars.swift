/// What an integer type must be for kernels to be specialised for it.
typealias KernelInteger = FixedWidthInteger & BitwiseCopyable & SendableMetatype

/// What a floating-point type must be for kernels to be specialised for it.
typealias KernelFloat = BinaryFloatingPoint & BitwiseCopyable & SendableMetatype
