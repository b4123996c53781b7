package org.unmute.bench.own;

import java.io.IOException;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.PrototypeOps.PrototypeMaxPool;

/** The max cosine of every binarized prototype over a clip's tokens, and its winner. */
final class OwnMatch extends ScopedCall {
    private final Tensor tokens;
    private final Tensor bank;
    private PrototypeMaxPool pool;
    private Tensor scores;

    OwnMatch(CaseFolder folder) throws IOException {
        tokens = Tensor.of(folder.floats("x"), 1, folder.size("tokens"), folder.size("dim"));
        bank = Tensor.of(folder.floats("p"), folder.size("prototypes"), folder.size("dim"))
                .freeze();
    }

    @Override
    void compute() {
        pool = tokens.binaryPrototypeMaxPool(bank);
        scores = pool.values();
    }

    @Override
    public void show(CaseFolder folder) throws IOException {
        folder.write("score", scores.shape(), scores.toFloats());
        folder.write("winner", pool.winners().shape(), pool.winners().toInts());
    }
}
