package org.unmute.bench.peer;

import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_FDRM;

/** EJML's dense float matrices, on one thread. */
public final class Ejml extends ProductPeer {
    /** See {@link ProductPeer}. */
    public Ejml(int threads) {
        super(threads);
    }

    @Override
    public String describe() {
        return "EJML fdense, Java";
    }

    @Override
    protected Runnable product(float[] x, float[] w, float[] y, int rows, int in, int out) {
        FMatrixRMaj a = FMatrixRMaj.wrap(rows, in, x);
        FMatrixRMaj b = FMatrixRMaj.wrap(out, in, w);
        FMatrixRMaj result = FMatrixRMaj.wrap(rows, out, y);
        return () -> CommonOps_FDRM.multTransB(a, b, result);
    }
}
