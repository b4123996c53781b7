package org.unmute.kernels.vector;

import org.unmute.kernels.vector.prototype.BinaryPrototypeKernel;
import org.unmute.kernels.vector.prototype.PrototypeKernel;
import org.unmute.kernels.vector.runtime.ArrayPool;
import org.unmute.kernels.vector.runtime.WorkerPool;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.backend.scalar.ScalarBackend;
import org.unmute.tensor.op.TokenGroups;

/** The part of {@link VectorBackend} that matches prototypes. */
abstract class MatchingBackend extends ScalarBackend {
    /** The threads of all kernels. */
    final WorkerPool pool;
    /** Working memory of all kernels. */
    final ArrayPool scratch;

    private final PrototypeKernel prototypes;
    private final BinaryPrototypeKernel binaryPrototypes;

    MatchingBackend(WorkerPool pool, ArrayPool scratch) {
        this.pool = pool;
        this.scratch = scratch;
        prototypes = new PrototypeKernel(pool, scratch);
        binaryPrototypes = new BinaryPrototypeKernel(pool, scratch);
    }

    @Override
    public void prototypeMaxPool(View tokens, View prototypeRows, View values, View winners) {
        prototypes.forward(tokens, prototypeRows, values, winners);
    }

    @Override
    public void prototypeMaxPoolBackward(
            View tokens, View prototypeRows, View winners, View gy, View gtokens, View gprototypes) {
        prototypes.backward(tokens, prototypeRows, winners, gy, gtokens, gprototypes);
    }

    @Override
    public boolean supportsF16Tokens() {
        return true;
    }

    @Override
    public void binaryPrototypeMaxPool(View tokens, View prototypeRows, View values, View winners) {
        binaryPrototypes.forward(tokens, prototypeRows, values, winners);
    }

    @Override
    public void binaryPrototypeMaxPoolBackward(
            View tokens, View prototypeRows, View winners, View gy, View gtokens, View gprototypes) {
        binaryPrototypes.backward(tokens, prototypeRows, winners, gy, gtokens, gprototypes);
    }

    /** Fused with binary prototypes; others take group by group. */
    @Override
    public void prototypeGroupMaxPool(
            View tokens, View prototypeRows, boolean binary, TokenGroups groups, View values, View winners) {
        if (binary) {
            binaryPrototypes.forward(tokens, prototypeRows, groups, values, winners);
        } else {
            super.prototypeGroupMaxPool(tokens, prototypeRows, false, groups, values, winners);
        }
    }

    /** Fused with binary prototypes, unless tokens need a gradient, too. */
    @Override
    public void prototypeGroupMaxPoolBackward(
            View tokens,
            View prototypeRows,
            boolean binary,
            TokenGroups groups,
            View winners,
            View gy,
            View gtokens,
            View gprototypes) {
        if (binary && gtokens == null && gprototypes != null) {
            binaryPrototypes.backward(tokens, prototypeRows, groups, winners, gy, gprototypes);
        } else {
            super.prototypeGroupMaxPoolBackward(
                    tokens, prototypeRows, binary, groups, winners, gy, gtokens, gprototypes);
        }
    }
}
