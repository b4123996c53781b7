/** The backend for OpenCL devices, found by the service loader. */
module org.unmute.kernels.opencl {
    requires org.unmute.tensor;
    requires org.unmute.kernels.device;
    requires jocl;

    provides org.unmute.tensor.backend.BackendProvider with
            org.unmute.kernels.opencl.OpenClBackendProvider;
}
