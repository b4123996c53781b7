package org.unmute.bench.peers;

import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.blas.JavaBLAS;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.bench.peer.Peer;
import org.unmute.bench.peer.UnsupportedCaseException;
import org.unmute.tensor.Shape;

/** netlib's BLAS in Java on the Vector API, one thread. */
public final class Netlib implements Peer {
    private final BLAS blas = JavaBLAS.getInstance();
    private final int threads;

    /** @param threads 1; others are refused case by case */
    public Netlib(int threads) {
        this.threads = threads;
    }

    @Override
    public String describe() {
        return "netlib " + blas.getClass().getSimpleName();
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
        float[] x = folder.floats("x");
        float[] given = folder.floats("w");
        // Column-major yᵀ = w xᵀ. The product without transposition is its fast one, so w is laid out for it
        // beforehand.
        float[] w = new float[given.length];
        for (int o = 0; o < out; o++) {
            for (int i = 0; i < in; i++) {
                w[i * out + o] = given[o * in + i];
            }
        }
        float[] y = new float[rows * out];
        return new Call() {
            @Override
            public void run() {
                blas.sgemm("N", "N", out, rows, in, 1f, w, out, x, in, 0f, y, out);
            }

            @Override
            public void show(CaseFolder to) throws Exception {
                to.write("y", Shape.of(rows, out), y);
            }
        };
    }
}
