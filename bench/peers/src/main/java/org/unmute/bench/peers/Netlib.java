package org.unmute.bench.peers;

import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.blas.JavaBLAS;
import org.unmute.bench.peer.ProductPeer;

/** netlib's BLAS in Java on the Vector API, one thread. */
public final class Netlib extends ProductPeer {
    private final BLAS blas = JavaBLAS.getInstance();

    /** See {@link ProductPeer}. */
    public Netlib(int threads) {
        super(threads);
    }

    @Override
    public String describe() {
        return "netlib " + blas.getClass().getSimpleName();
    }

    @Override
    protected Runnable product(float[] x, float[] given, float[] y, int rows, int in, int out) {
        // Column-major yᵀ = w xᵀ. The product without transposition is its fast one, so w is laid out for it
        // beforehand.
        float[] w = new float[given.length];
        for (int o = 0; o < out; o++) {
            for (int i = 0; i < in; i++) {
                w[i * out + o] = given[o * in + i];
            }
        }
        return () -> blas.sgemm("N", "N", out, rows, in, 1f, w, out, x, in, 0f, y, out);
    }
}
