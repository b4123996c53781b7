/** Tensors with automatic differentiation on pluggable backends. Has no third-party dependencies. */
module org.unmute.tensor {
    requires transitive org.unmute.files;
    requires static org.jspecify;

    exports org.unmute.tensor;
    exports org.unmute.tensor.op;
    exports org.unmute.tensor.io;
    exports org.unmute.tensor.nn;
    exports org.unmute.tensor.optim;
    exports org.unmute.tensor.backend;
    exports org.unmute.tensor.backend.scalar;

    uses org.unmute.tensor.backend.BackendProvider;

    provides org.unmute.tensor.backend.BackendProvider with
            org.unmute.tensor.backend.scalar.ScalarBackendProvider;
}
