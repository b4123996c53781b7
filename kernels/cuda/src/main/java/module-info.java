/**
 * The backend for NVIDIA devices, found by the service loader. The binding finds its native code only on the class
 * path.
 */
module org.unmute.kernels.cuda {
    requires org.unmute.tensor;
    requires org.unmute.kernels.device;
    requires jcuda;
    requires jcublas;

    provides org.unmute.tensor.backend.BackendProvider with
            org.unmute.kernels.cuda.CudaBackendProvider;
}
