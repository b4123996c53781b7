/**
 * NVIDIA devices, found by the service loader. The binding finds its native code on the class path only.
 */
module org.unmute.kernels.cuda {
    requires org.unmute.tensor;
    requires org.unmute.kernels.device;
    requires jcuda;
    requires jcublas;

    provides org.unmute.tensor.backend.BackendProvider with
            org.unmute.kernels.cuda.CudaBackendProvider;
}
