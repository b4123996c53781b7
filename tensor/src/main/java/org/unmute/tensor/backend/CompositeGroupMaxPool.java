package org.unmute.tensor.backend;

import org.jspecify.annotations.Nullable;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.TokenGroups;

/** Prototype max pooling of groups of tokens, group by group: the tokens of a group are gathered into a clip. */
final class CompositeGroupMaxPool {
    private CompositeGroupMaxPool() {}

    static void forward(
            PrototypeComposites b,
            View tokens,
            View prototypes,
            boolean binary,
            TokenGroups groups,
            View values,
            View winners) {
        for (int g = 0; g < groups.count(); g++) {
            View index = index(b, groups.tokens(g));
            View clip = gathered(b, tokens.select(0, groups.clip(g)), index);
            View value = values.slice(0, g, 1, 1);
            View winner = winners.slice(0, g, 1, 1);
            if (binary) {
                b.binaryPrototypeMaxPool(clip, prototypes, value, winner);
            } else {
                b.prototypeMaxPool(clip, prototypes, value, winner);
            }
            View.close(clip, index);
        }
    }

    static void backward(
            PrototypeComposites b,
            View tokens,
            View prototypes,
            boolean binary,
            TokenGroups groups,
            View winners,
            View gy,
            @Nullable View gtokens,
            @Nullable View gprototypes) {
        if (gtokens != null) {
            b.fill(gtokens, 0);
        }
        if (gprototypes != null) {
            b.fill(gprototypes, 0);
        }
        View own = gprototypes == null ? null : b.allocate(gprototypes.dtype(), gprototypes.shape());
        for (int g = 0; g < groups.count(); g++) {
            View index = index(b, groups.tokens(g));
            View clip = gathered(b, tokens.select(0, groups.clip(g)), index);
            View some = gtokens == null ? null : b.allocate(gtokens.dtype(), clip.shape());
            View winner = winners.slice(0, g, 1, 1);
            View upstream = gy.slice(0, g, 1, 1);
            if (binary) {
                b.binaryPrototypeMaxPoolBackward(clip, prototypes, winner, upstream, some, own);
            } else {
                b.prototypeMaxPoolBackward(clip, prototypes, winner, upstream, some, own);
            }
            if (gprototypes != null) {
                b.binary(Binary.ADD, gprototypes, own, gprototypes);
            }
            if (gtokens != null) {
                View to = gtokens.select(0, groups.clip(g));
                b.scatterAdd(some.select(0, 0), 0, rows(index, to), to);
                some.buffer().close();
            }
            View.close(clip, index);
        }
        if (own != null) {
            own.buffer().close();
        }
    }

    private static View index(PrototypeComposites b, int[] tokens) {
        View index = b.allocateForResult(DType.I32, Shape.of(tokens.length));
        b.upload(View.dense(HostBuffer.wrap(tokens), index.shape()), index);
        return index;
    }

    private static View rows(View index, View matrix) {
        return index.insert(1)
                .expand(Shape.of(index.shape().size(0), matrix.shape().size(1)));
    }

    /** {@code [1, tokens of the group, dim]} */
    private static View gathered(PrototypeComposites b, View clip, View index) {
        View rows = rows(index, clip);
        View out = b.allocateForResult(clip.dtype(), rows.shape().insert(0, 1));
        b.gather(clip, 0, rows, out.select(0, 0));
        return out;
    }
}
