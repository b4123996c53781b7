package org.unmute.convert.export;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.unmute.convert.graph.OnnxGraph;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.IndexingOps;
import org.unmute.tensor.op.LayoutOps;

/**
 * {@link LayoutOps} and {@link IndexingOps} as nodes: Reshape (14), Transpose (13), Expand (13), Slice (13), Concat
 * (13), Pad (18), Cast (13), Gather (13), GatherElements (13).
 */
final class LayoutNodes {
    private LayoutNodes() {}

    static String add(OpPair pair, LayoutOps op) {
        OnnxGraph g = pair.graph();
        return switch (op) {
            case LayoutOps.Reshape r -> pair.reshaped(r.x());
            case LayoutOps.Permute p ->
                g.node(
                        "Transpose",
                        new String[] {pair.value(p.x())},
                        OnnxGraph.integers(
                                "perm", Arrays.stream(p.order()).asLongStream().toArray()));
            case LayoutOps.Expand e ->
                pair.in()
                        .expand(
                                pair.value(e.x()),
                                e.x().shape(),
                                pair.partner(e.x()).shape(),
                                e.to(),
                                ((LayoutOps.Expand) pair.other()).to());
            case LayoutOps.Slice s -> slice(pair, s, (LayoutOps.Slice) pair.other());
            case LayoutOps.Concat c ->
                g.node(
                        "Concat",
                        c.parts().stream().map(pair::value).toArray(String[]::new),
                        OnnxGraph.integer("axis", c.axis()));
            case LayoutOps.Pad p -> pad(pair, p, (LayoutOps.Pad) pair.other());
            case LayoutOps.Cast c -> g.cast(pair.value(c.x()), c.to().isFloating() ? OnnxGraph.FLOAT : OnnxGraph.INT64);
            default -> throw pair.unknown();
        };
    }

    private static String slice(OpPair pair, LayoutOps.Slice op, LayoutOps.@Nullable Slice other) {
        OnnxGraph g = pair.graph();
        long size = op.x().size(op.axis());
        long otherSize = other.x().size(op.axis());
        pair.fixed("a step", op.step(), other.step());
        long left = size - op.start() - op.count();
        boolean countedFromTheEnd = op.step() == 1
                && op.start() == other.start()
                && left == otherSize - other.start() - other.count()
                && (left == 0 || op.count() != other.count());
        boolean reversed = op.step() == -1
                && op.start() == size - 1
                && op.count() == size
                && other.start() == otherSize - 1
                && other.count() == otherSize;
        long start = op.start();
        long end = op.start() + op.count() * op.step();
        // A negative step ends before entry -1, which would mean the last one.
        end = end < 0 ? Long.MIN_VALUE : end;
        if (countedFromTheEnd) {
            end = left == 0 ? Long.MAX_VALUE : -left;
        } else if (reversed) {
            start = Long.MAX_VALUE;
            end = Long.MIN_VALUE;
        } else {
            pair.fixed("the start of a slice", op.start(), other.start());
            pair.fixed("the length of a slice", op.count(), other.count());
        }
        return g.node(
                "Slice",
                pair.value(op.x()),
                g.integers(start),
                g.integers(end),
                g.integers(op.axis()),
                g.integers(op.step()));
    }

    private static String pad(OpPair pair, LayoutOps.Pad op, LayoutOps.@Nullable Pad other) {
        OnnxGraph g = pair.graph();
        return g.node(
                "Pad",
                pair.value(op.x()),
                g.integers(
                        pair.fixed("a padding", op.before(), other.before()),
                        pair.fixed("a padding", op.after(), other.after())),
                g.scalar((float) op.value()),
                g.integers(op.axis()));
    }

    static String add(OpPair pair, IndexingOps op) {
        return switch (op) {
            case IndexingOps.Gather g -> gather(pair, g);
            default -> throw pair.unknown();
        };
    }

    /** Whole slices where the index is the same along all other axes. */
    private static String gather(OpPair pair, IndexingOps.Gather op) {
        long[] own = line(op.index(), op.axis());
        long[] other = line(pair.partner(op.index()), op.axis());
        if (own != null && Arrays.equals(own, other)) {
            return pair.graph()
                    .node(
                            "Gather",
                            new String[] {pair.value(op.x()), pair.graph().integers(own)},
                            OnnxGraph.integer("axis", op.axis()));
        }
        return pair.graph()
                .node(
                        "GatherElements",
                        new String[] {pair.value(op.x()), pair.value(op.index())},
                        OnnxGraph.integer("axis", op.axis()));
    }

    /** The indices along an axis, or null if they differ along another. */
    private static long @Nullable [] line(Tensor index, int axis) {
        Tensor line = index;
        for (int i = 0; i < index.rank(); i++) {
            line = i == axis ? line : line.slice(i, 0, 1);
        }
        boolean same = Arrays.equals(line.expand(index.shape().toArray()).toInts(), index.toInts());
        return same ? Arrays.stream(line.toInts()).asLongStream().toArray() : null;
    }
}
