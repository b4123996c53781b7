package org.unmute.bench.peer;

import org.unmute.tensor.Shape;

/** A library of matrix products, {@code y = x wᵀ}, that runs on one thread. */
public abstract class ProductPeer implements Peer {
    private final int threads;

    /** @param threads 1; with any other number, no case is supported */
    protected ProductPeer(int threads) {
        this.threads = threads;
    }

    /**
     * Prepares a product of row-major matrices.
     *
     * @param x {@code [rows, in]}
     * @param w {@code [out, in]}
     * @param y {@code [rows, out]}, which a run fills
     */
    protected abstract Runnable product(float[] x, float[] w, float[] y, int rows, int in, int out);

    @Override
    public final Call prepare(CaseFolder folder) throws Exception {
        if (!folder.kind().equals("matmul")) {
            throw new PeerException("has matrix products only");
        }
        if (threads != 1) {
            throw new PeerException("runs on one thread");
        }
        int rows = folder.size("rows");
        int out = folder.size("out");
        float[] y = new float[rows * out];
        Runnable product = product(folder.floats("x"), folder.floats("w"), y, rows, folder.size("in"), out);
        return new Call() {
            @Override
            public void run() {
                product.run();
            }

            @Override
            public void show(CaseFolder to) throws Exception {
                to.write("y", Shape.of(rows, out), y);
            }
        };
    }
}
