/** Tensors with automatic differentiation on exchangeable backends; needs nothing but {@code java.base}. */
module org.unmute.tensor {
    exports org.unmute.tensor;
    exports org.unmute.tensor.io;
}
