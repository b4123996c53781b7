/** The backend for devices with memory of their own, written once; OpenCL and CUDA each add a {@code Device}. */
module org.unmute.kernels.device {
    requires transitive org.unmute.tensor;

    exports org.unmute.kernels.device;
    exports org.unmute.kernels.device.backend;
}
