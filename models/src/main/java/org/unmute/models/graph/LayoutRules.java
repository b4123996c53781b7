package org.unmute.models.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;

/** Ops that rearrange elements, and those that make shapes and constants. */
final class LayoutRules {
    private LayoutRules() {}

    static void addTo(Map<String, OpRule> rules) {
        rules.put("Reshape", OpRule.one(LayoutRules::reshape, "allowzero"));
        rules.put("Transpose", OpRule.one(LayoutRules::transpose, "perm"));
        rules.put("Squeeze", OpRule.one(LayoutRules::squeeze));
        rules.put("Unsqueeze", OpRule.one(LayoutRules::unsqueeze));
        rules.put("Flatten", OpRule.one(LayoutRules::flatten, "axis"));
        rules.put("Concat", OpRule.one(LayoutRules::concat, "axis"));
        rules.put("Split", OpRule.several(LayoutRules::split, "axis", "num_outputs"));
        rules.put("Slice", OpRule.one(LayoutRules::slice));
        rules.put("Gather", OpRule.one(LayoutRules::gather, "axis"));
        rules.put("GatherElements", OpRule.one(LayoutRules::gatherElements, "axis"));
        rules.put("Expand", OpRule.one(LayoutRules::expand));
        rules.put("Tile", OpRule.one(LayoutRules::tile));
        rules.put("Pad", OpRule.one(LayoutRules::pad, "mode").unless(LayoutRules::againstPad));
        rules.put("Shape", OpRule.one(LayoutRules::shape, "start", "end"));
        rules.put(
                "Size",
                OpRule.one(call ->
                        GraphValue.longs(new long[] {call.value(0).shape().elements()})));
        rules.put("ConstantOfShape", OpRule.one(LayoutRules::constantOfShape, "value"));
        rules.put(
                "Constant",
                OpRule.one(LayoutRules::constant, "value", "value_float", "value_floats", "value_int", "value_ints"));
        rules.put("Range", OpRule.one(LayoutRules::range));
        rules.put("DepthToSpace", OpRule.one(LayoutRules::depthToSpace, "blocksize", "mode"));
        rules.put("SpaceToDepth", OpRule.one(LayoutRules::spaceToDepth, "blocksize"));
    }

    private static GraphValue reshape(NodeCall call) {
        Shape from = call.value(0).shape();
        long[] to = call.value(1).toLongs();
        if (call.node().whole("allowzero", 0) == 0) {
            for (int i = 0; i < to.length; i++) {
                to[i] = to[i] == 0 && i < from.rank() ? from.size(i) : to[i];
            }
        }
        return call.result(call.tensor(0).reshape(to));
    }

    private static GraphValue transpose(NodeCall call) {
        int rank = call.value(0).rank();
        long[] given = call.node().wholes("perm");
        int[] order = new int[given == null ? rank : given.length];
        Arrays.setAll(order, i -> given == null ? rank - 1 - i : Math.toIntExact(given[i]));
        return call.result(call.tensor(0).permute(order));
    }

    private static GraphValue squeeze(NodeCall call) {
        Tensor x = call.tensor(0);
        long[] given = call.longs(1);
        Shape s = x.shape();
        List<Long> sizes = new ArrayList<>();
        boolean[] gone = new boolean[s.rank()];
        for (int i = 0; i < gone.length; i++) {
            gone[i] = given == null && s.size(i) == 1;
        }
        for (long axis : given == null ? new long[0] : given) {
            int a = NodeCall.axis(axis, s.rank());
            if (s.size(a) != 1) {
                throw new IllegalArgumentException("axis " + axis + " of " + s + " has not size 1");
            }
            gone[a] = true;
        }
        for (int i = 0; i < gone.length; i++) {
            if (!gone[i]) {
                sizes.add(s.size(i));
            }
        }
        return call.result(x.reshape(array(sizes)));
    }

    private static GraphValue unsqueeze(NodeCall call) {
        Tensor x = call.tensor(0);
        long[] axes = call.value(1).toLongs();
        int rank = x.rank() + axes.length;
        int[] sorted = Arrays.stream(axes)
                .mapToInt(a -> NodeCall.axis(a, rank))
                .sorted()
                .toArray();
        Shape s = x.shape();
        for (int axis : sorted) {
            s = s.insert(axis, 1);
        }
        return call.result(x.reshape(s.toArray()));
    }

    private static GraphValue flatten(NodeCall call) {
        Tensor x = call.tensor(0);
        long axis = call.node().whole("axis", 1);
        int a = axis == x.rank() ? x.rank() : NodeCall.axis(axis, x.rank());
        return call.result(
                x.reshape(x.shape().head(a).elements(), x.shape().tail(a).elements()));
    }

    private static GraphValue concat(NodeCall call) {
        Tensor[] parts = call.together().toArray(Tensor[]::new);
        return call.result(Tensor.concat(NodeCall.axis(call.node().whole("axis", 0), parts[0].rank()), parts));
    }

    private static List<GraphValue> split(NodeCall call) {
        Tensor x = call.tensor(0);
        int axis = call.axis("axis", 0);
        int count = call.node().outputs().size();
        long size = x.size(axis);
        long[] sizes = call.longs(1);
        if (sizes == null) {
            long each = Math.ceilDiv(size, count);
            sizes = new long[count];
            for (int i = 0; i < count; i++) {
                sizes[i] = Math.clamp(size - i * each, 0, each);
            }
        }
        if (sizes.length != count || Arrays.stream(sizes).sum() != size) {
            throw new IllegalArgumentException(
                    "parts of " + Arrays.toString(sizes) + " for " + count + " outputs do not fill an axis of " + size);
        }
        List<GraphValue> parts = new ArrayList<>();
        long at = 0;
        for (long each : sizes) {
            parts.add(call.result(x.slice(axis, at, each)));
            at += each;
        }
        return parts;
    }

    private static GraphValue slice(NodeCall call) {
        Tensor x = call.tensor(0);
        long[] starts = call.value(1).toLongs();
        long[] ends = call.value(2).toLongs();
        long[] axes = call.longs(3);
        long[] steps = call.longs(4);
        for (int i = 0; i < starts.length; i++) {
            int axis = NodeCall.axis(axes == null ? i : axes[i], x.rank());
            long step = steps == null ? 1 : steps[i];
            if (step == 0) {
                throw new IllegalArgumentException("the step along axis " + axis + " is 0");
            }
            long n = x.size(axis);
            long low = step > 0 ? 0 : -1;
            long high = step > 0 ? n : n - 1;
            long start = Math.clamp(starts[i] < 0 ? starts[i] + n : starts[i], step > 0 ? 0 : -1, high);
            long end = Math.clamp(ends[i] < 0 ? Math.max(-n - 1, ends[i]) + n : ends[i], low, high);
            long count = step > 0 ? Math.ceilDiv(end - start, step) : Math.ceilDiv(start - end, -step);
            x = count <= 0 ? x.slice(axis, 0, 0) : x.slice(axis, start, count, count == 1 ? 1 : step);
        }
        return call.result(x);
    }

    private static int[] positions(GraphValue index, long size) {
        long[] given = index.toLongs();
        int[] positions = new int[given.length];
        for (int i = 0; i < positions.length; i++) {
            long at = given[i] < 0 ? given[i] + size : given[i];
            if (at < 0 || at >= size) {
                throw new IllegalArgumentException("index " + given[i] + " is outside of an axis of " + size);
            }
            positions[i] = (int) at;
        }
        return positions;
    }

    private static GraphValue gather(NodeCall call) {
        Tensor x = call.tensor(0);
        int axis = call.axis("axis", 0);
        GraphValue index = call.value(1);
        int[] positions = positions(index, x.size(axis));
        Shape to = x.shape().head(axis).concat(index.shape()).concat(x.shape().tail(axis + 1));
        GraphValue.bounded(to.toArray());
        Tensor picked = x.indexSelect(axis, Tensor.of(x.backend(), positions, positions.length));
        return call.result(picked.reshape(to.toArray()));
    }

    private static GraphValue gatherElements(NodeCall call) {
        Tensor x = call.tensor(0);
        int axis = call.axis("axis", 0);
        GraphValue index = call.value(1);
        int[] positions = positions(index, x.size(axis));
        return call.result(
                x.gather(axis, Tensor.of(x.backend(), positions, index.shape().toArray())));
    }

    private static GraphValue expand(NodeCall call) {
        Tensor x = call.tensor(0);
        Shape to = Shape.broadcast("expand", x.shape(), Shape.of(call.value(1).toLongs()));
        return call.result(x.expand(GraphValue.bounded(to.toArray())));
    }

    private static GraphValue tile(NodeCall call) {
        Tensor x = call.tensor(0);
        long[] repeats = call.value(1).toLongs();
        for (int axis = 0; axis < repeats.length; axis++) {
            long size = x.size(axis);
            long[] sizes = x.shape()
                    .with(axis, Math.multiplyExact(size, repeats[axis]))
                    .toArray();
            GraphValue.bounded(sizes);
            Shape wide = x.shape().insert(axis, repeats[axis]);
            x = x.insert(axis).expand(wide.toArray()).reshape(sizes);
        }
        return call.result(x);
    }

    private static Optional<String> againstPad(GraphNode node) {
        String mode = node.text("mode", "constant");
        return List.of("constant", "reflect", "edge", "wrap").contains(mode)
                ? Optional.empty()
                : Optional.of("mode=" + mode + " is not known");
    }

    private static GraphValue pad(NodeCall call) {
        Tensor x = call.tensor(0);
        long[] pads = call.value(1).toLongs();
        long[] axes = call.longs(3);
        int count = pads.length / 2;
        GraphValue constant = call.optional(2);
        double value = constant == null || constant.shape().elements() == 0 ? 0 : constant.item();
        String mode = call.node().text("mode", "constant");
        for (int i = 0; i < count; i++) {
            int axis = NodeCall.axis(axes == null ? i : axes[i], x.rank());
            long before = pads[i];
            long after = pads[i + count];
            if (before < 0 || after < 0) {
                long start = Math.max(0, -before);
                x = x.slice(axis, start, x.size(axis) - start - Math.max(0, -after));
                before = Math.max(0, before);
                after = Math.max(0, after);
            }
            GraphValue.bounded(x.shape()
                    .with(axis, Math.addExact(x.size(axis), Math.addExact(before, after)))
                    .toArray());
            if (before + after > 0) {
                x = mode.equals("constant")
                        ? x.pad(axis, before, after, value)
                        : x.indexSelect(axis, around(x, axis, before, after, mode));
            }
        }
        return call.result(x);
    }

    /** Which elements of an axis stand in its padding and in itself. */
    private static Tensor around(Tensor x, int axis, long before, long after, String mode) {
        int n = x.shape().dim(axis);
        if (n == 0) {
            throw new IllegalArgumentException("mode " + mode + " needs elements, the shape is " + x.shape());
        }
        int[] index = new int[Math.toIntExact(before + n + after)];
        int period = Math.max(1, 2 * (n - 1));
        Arrays.setAll(index, j -> {
            int i = Math.toIntExact(j - before);
            return switch (mode) {
                case "edge" -> Math.clamp(i, 0, n - 1);
                case "wrap" -> Math.floorMod(i, n);
                default -> {
                    int m = Math.floorMod(i, period);
                    yield m < n ? m : period - m;
                }
            };
        });
        return Tensor.of(x.backend(), index, index.length);
    }

    private static GraphValue shape(NodeCall call) {
        long[] sizes = call.value(0).shape().toArray();
        int from = bound(call.node().whole("start", 0), sizes.length);
        int to = bound(call.node().whole("end", sizes.length), sizes.length);
        return GraphValue.list(from < to ? Arrays.copyOfRange(sizes, from, to) : new long[0]);
    }

    private static int bound(long axis, int rank) {
        return Math.clamp(axis < 0 ? Math.max(axis, -rank) + rank : axis, 0, rank);
    }

    private static GraphValue constantOfShape(NodeCall call) {
        long[] sizes = GraphValue.bounded(call.value(0).toLongs());
        GraphNode.Attribute value = call.node().attributes().get("value");
        GraphValue one = value == null ? GraphValue.floats(new float[1], 1) : value.tensor();
        double[] all = new double[Math.toIntExact(Shape.of(sizes).elements())];
        Arrays.fill(all, one.item());
        return GraphValue.of(one.type(), all, sizes);
    }

    private static GraphValue constant(NodeCall call) {
        GraphNode node = call.node();
        for (Map.Entry<String, GraphNode.Attribute> e : node.attributes().entrySet()) {
            GraphNode.Attribute a = e.getValue();
            switch (e.getKey()) {
                case "value_float" -> {
                    return GraphValue.floats(new float[] {a.real()});
                }
                case "value_floats" -> {
                    return GraphValue.floats(a.reals(), a.reals().length);
                }
                case "value_int" -> {
                    return GraphValue.longs(new long[] {a.whole()});
                }
                case "value_ints" -> {
                    return GraphValue.list(a.wholes());
                }
                default -> {
                    if (a.tensor() != null) {
                        return a.tensor();
                    }
                }
            }
        }
        throw new IllegalArgumentException("it has no value");
    }

    private static GraphValue range(NodeCall call) {
        double start = call.value(0).item();
        double step = call.value(2).item();
        double count = Math.max(0, Math.ceil((call.value(1).item() - start) / step));
        long[] sizes = GraphValue.bounded(count < Long.MAX_VALUE ? (long) count : Long.MAX_VALUE);
        double[] all = new double[Math.toIntExact(sizes[0])];
        Arrays.setAll(all, i -> start + i * step);
        return GraphValue.of(call.value(0).type(), all, sizes);
    }

    private static GraphValue depthToSpace(NodeCall call) {
        Tensor x = call.tensor(0);
        long b = call.node().whole("blocksize", 1);
        long c = x.size(1) / (b * b);
        boolean crd = call.node().text("mode", "DCR").equals("CRD");
        Tensor parts = crd
                ? x.reshape(x.size(0), c, b, b, x.size(2), x.size(3)).permute(0, 1, 4, 2, 5, 3)
                : x.reshape(x.size(0), b, b, c, x.size(2), x.size(3)).permute(0, 3, 4, 1, 5, 2);
        return call.result(parts.reshape(x.size(0), c, x.size(2) * b, x.size(3) * b));
    }

    private static GraphValue spaceToDepth(NodeCall call) {
        Tensor x = call.tensor(0);
        long b = call.node().whole("blocksize", 1);
        return call.result(x.reshape(x.size(0), x.size(1), x.size(2) / b, b, x.size(3) / b, b)
                .permute(0, 3, 5, 1, 2, 4)
                .reshape(x.size(0), x.size(1) * b * b, x.size(2) / b, x.size(3) / b));
    }

    private static long[] array(List<Long> sizes) {
        return sizes.stream().mapToLong(Long::longValue).toArray();
    }
}
