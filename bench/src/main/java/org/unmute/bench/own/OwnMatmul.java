package org.unmute.bench.own;

import java.io.IOException;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.tensor.Tensor;

/** A linear map without bias on weights packed once, like an encoder's. */
final class OwnMatmul extends ScopedCall {
    private final Tensor x;
    private final Tensor weight;
    private Tensor y;

    OwnMatmul(CaseFolder folder) throws IOException {
        x = Tensor.of(folder.floats("x"), folder.shape("x").toArray());
        weight = Tensor.of(folder.floats("w"), folder.shape("w").toArray()).freeze();
    }

    @Override
    void compute() {
        y = x.linear(weight, null);
    }

    @Override
    public void show(CaseFolder folder) throws IOException {
        folder.write("y", y.shape(), y.toFloats());
    }
}
