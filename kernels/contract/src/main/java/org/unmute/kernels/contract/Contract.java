package org.unmute.kernels.contract;

import org.junit.jupiter.api.AfterEach;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.scalar.ScalarBackend;

/**
 * What all parts of the suite have in common: the backend under test and the reference, which is the scalar backend in
 * float64. A backend's tests extend each part and say how to open the backend.
 */
public abstract class Contract {
    /** The specification. */
    static final Backend REFERENCE = ScalarBackend.INSTANCE;
    /** Around the lengths of vectors and blocks. */
    static final int[] SIZES = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 127, 257, 1023};

    private Backend backend;

    /** For the backend's tests. */
    protected Contract() {}

    /**
     * Opens the backend under test.
     *
     * @param threads worker threads, where that means something
     */
    protected abstract Backend open(int threads);

    /**
     * The backend under test, open until the end of the test: on two threads, or as many as the system property {@code
     * unmute.threads} says.
     */
    final Backend backend() {
        if (backend == null) {
            backend = open(Integer.getInteger("unmute.threads", 2));
        }
        return backend;
    }

    @AfterEach
    final void closeBackend() {
        if (backend != null) {
            backend.close();
            backend = null;
        }
    }
}
