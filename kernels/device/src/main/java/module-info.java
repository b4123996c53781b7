/** The GPU backend, written once against the interface {@code Device}, which OpenCL and CUDA implement. */
module org.unmute.kernels.device {
    requires transitive org.unmute.tensor;
    requires static org.jspecify;

    exports org.unmute.kernels.device;
    exports org.unmute.kernels.device.backend;
}
