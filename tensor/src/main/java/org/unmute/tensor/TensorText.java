package org.unmute.tensor;

import java.util.Arrays;
import java.util.Locale;

/** A tensor with its values as text, laid out by the rules of torch's {@code print}. */
final class TensorText {
    /** Tensors with more elements are shown by their edges. */
    private static final int SHOWN_WHOLE = 1000;
    /** Elements at each end of an axis that is shown by its edges. */
    private static final int EDGE = 3;

    private static final int LINE = 80;
    private static final double LARGE = 1e8;
    private static final double SMALL = 1e-4;
    private static final double WIDE = 1000;

    private final Shape shape;
    private final boolean byEdges;
    /** The values shown, row-major. */
    private final String[] cells;

    private int next;

    private TensorText(Shape shape, boolean byEdges, double[] values, boolean floating) {
        this.shape = shape;
        this.byEdges = byEdges;
        String[] texts = floating
                ? floats(values)
                : Arrays.stream(values).mapToObj(v -> Long.toString((long) v)).toArray(String[]::new);
        int width = Arrays.stream(texts).mapToInt(String::length).max().orElse(0);
        cells = Arrays.stream(texts)
                .map(t -> " ".repeat(width - t.length()) + t)
                .toArray(String[]::new);
    }

    static String of(Tensor t) {
        boolean byEdges = t.shape().elements() > SHOWN_WHOLE;
        double[] values;
        try (TensorScope _ = new TensorScope()) {
            values = Grad.withoutRecording(() -> (byEdges ? edges(t) : t).toDoubles());
        } catch (IllegalStateException e) {
            return t.describe() + ", released";
        }
        StringBuilder out = new StringBuilder(t.describe()).append('\n');
        new TensorText(t.shape(), byEdges, values, t.dtype().isFloating()).append(out, 0);
        return out.toString();
    }

    private static Tensor edges(Tensor t) {
        Tensor cut = t.detach();
        for (int axis = 0; axis < t.rank(); axis++) {
            long n = t.size(axis);
            if (n > 2 * EDGE) {
                cut = Tensor.concat(axis, cut.slice(axis, 0, EDGE), cut.slice(axis, n - EDGE, EDGE));
            }
        }
        return cut;
    }

    private static String[] floats(double[] values) {
        double[] sizes = Arrays.stream(values)
                .filter(v -> Double.isFinite(v) && v != 0)
                .map(Math::abs)
                .toArray();
        double max = Arrays.stream(sizes).max().orElse(1);
        double min = Arrays.stream(sizes).min().orElse(1);
        boolean whole = Arrays.stream(sizes).allMatch(v -> v == Math.rint(v));
        boolean exponents = max / min > WIDE || max > LARGE || !whole && min < SMALL;
        return Arrays.stream(values)
                .mapToObj(v -> text(v, exponents ? "%.4e" : whole ? "%.0f." : "%.4f"))
                .toArray(String[]::new);
    }

    private static String text(double v, String format) {
        if (Double.isFinite(v)) {
            return String.format(Locale.ROOT, format, v);
        }
        return Double.isNaN(v) ? "nan" : v > 0 ? "inf" : "-inf";
    }

    private void append(StringBuilder out, int axis) {
        if (axis == shape.rank()) {
            out.append(cells[next++]);
            return;
        }
        int n = shape.dim(axis);
        boolean cut = byEdges && n > 2 * EDGE;
        boolean last = axis == shape.rank() - 1;
        int inLine = last && cells.length > 0 ? Math.max(1, (LINE - axis) / (cells[0].length() + 2)) : 1;
        out.append('[');
        int shown = shape.elements() == 0 ? 0 : cut ? 2 * EDGE : n;
        for (int i = 0; i < shown; i++) {
            if (cut && i == EDGE) {
                separate(out, axis, last);
                out.append("...");
            }
            if (i > 0) {
                separate(out, axis, last && i % inLine != 0);
            }
            append(out, axis + 1);
        }
        out.append(']');
    }

    private void separate(StringBuilder out, int axis, boolean inLine) {
        if (inLine) {
            out.append(", ");
        } else {
            out.append(',')
                    .append("\n".repeat(Math.max(1, shape.rank() - 1 - axis)))
                    .append(" ".repeat(axis + 1));
        }
    }
}
