/** The CPU backend on the Vector API. No module depends on it by name: the service loader finds it. */
module org.unmute.kernels.vector {
    requires org.unmute.tensor;
    requires jdk.incubator.vector;

    provides org.unmute.tensor.backend.BackendProvider with
            org.unmute.kernels.vector.VectorBackendProvider;
}
