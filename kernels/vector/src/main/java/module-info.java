/** The CPU backend on the Vector API. Nobody above names it: it is found by the service loader. */
module org.unmute.kernels.vector {
    requires org.unmute.tensor;
    requires jdk.incubator.vector;

    provides org.unmute.tensor.backend.BackendProvider with
            org.unmute.kernels.vector.VectorBackendProvider;
}
