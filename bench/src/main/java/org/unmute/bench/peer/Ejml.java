package org.unmute.bench.peer;

import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_FDRM;
import org.unmute.tensor.Shape;

/** EJML's dense float matrices, on one thread. */
public final class Ejml implements Peer {
    private final int threads;

    /** @param threads 1; with any other number, each case is unsupported */
    public Ejml(int threads) {
        this.threads = threads;
    }

    @Override
    public String describe() {
        return "EJML fdense, Java";
    }

    @Override
    public Call prepare(CaseFolder folder) throws Exception {
        if (!folder.kind().equals("matmul")) {
            throw new UnsupportedCaseException("has matrix products only");
        }
        if (threads != 1) {
            throw new UnsupportedCaseException("runs on one thread");
        }
        int rows = folder.size("rows");
        int in = folder.size("in");
        int out = folder.size("out");
        FMatrixRMaj x = new FMatrixRMaj(rows, in, true, folder.floats("x"));
        FMatrixRMaj w = new FMatrixRMaj(out, in, true, folder.floats("w"));
        FMatrixRMaj y = new FMatrixRMaj(rows, out);
        return new Call() {
            @Override
            public void run() {
                CommonOps_FDRM.multTransB(x, w, y);
            }

            @Override
            public void show(CaseFolder to) throws Exception {
                to.write("y", Shape.of(rows, out), y.data);
            }
        };
    }
}
