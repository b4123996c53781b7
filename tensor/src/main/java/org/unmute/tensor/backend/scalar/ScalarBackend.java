package org.unmute.tensor.backend.scalar;

import java.util.function.IntConsumer;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.RowLoop;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.Reduce;
import org.unmute.tensor.op.SlidingWindow;
import org.unmute.tensor.op.Unary;

/**
 * The reference implementation, against which all other backends are tested: one thread and plain loops. Every element
 * is read as a double, sums are taken in double, and results are rounded once. Computes in float32, float64 and int32.
 * A backend whose memory is {@link HostBuffer}s may extend this class, override operations that it computes faster, and
 * run the loops on several threads.
 */
public class ScalarBackend implements Backend {
    /** The scalar backend; it has no state. */
    public static final ScalarBackend INSTANCE = new ScalarBackend();

    /** For backends that extend this one. */
    protected ScalarBackend() {}

    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public String describe() {
        return "one thread, plain Java loops, sums in double precision (the reference; slow)";
    }

    @Override
    public boolean supports(DType dtype) {
        return dtype.isComputable();
    }

    @Override
    public View allocate(DType dtype, Shape shape) {
        return View.dense(HostBuffer.allocate(dtype, shape.elements()), shape);
    }

    @Override
    public View take(View host) {
        return host;
    }

    @Override
    public void upload(View host, View out) {
        copy(host, out);
    }

    @Override
    public void download(View x, View host) {
        copy(x, host);
    }

    @Override
    public void fill(View out, double value) {
        HostBuffer o = out.host();
        each((at) -> o.set(at[0], value), out);
    }

    /** Computes in float64 throughout, so that the winners are those of exact arithmetic. */
    @Override
    public void binaryPrototypeMaxPool(View tokens, View prototypes, View values, View winners) {
        View x = allocate(DType.F64, tokens.shape());
        View p = allocate(DType.F64, prototypes.shape());
        View best = allocate(DType.F64, values.shape());
        copy(tokens, x);
        copy(prototypes, p);
        Backend.super.binaryPrototypeMaxPool(x, p, best, winners);
        copy(best, values);
    }

    @Override
    public void copy(View x, View out) {
        HostBuffer a = x.host();
        HostBuffer o = out.host();
        each(at -> o.set(at[1], a.get(at[0])), x, out);
    }

    @Override
    public void unary(Unary f, double p, double q, View x, View out) {
        HostBuffer a = x.host();
        HostBuffer o = out.host();
        each(at -> o.set(at[1], f.apply(a.get(at[0]), p, q)), x, out);
    }

    @Override
    public void unaryBackward(Unary f, double p, double q, View x, View y, View gy, View gx) {
        HostBuffer a = x.host();
        HostBuffer b = y.host();
        HostBuffer g = gy.host();
        HostBuffer o = gx.host();
        each(at -> o.set(at[3], g.get(at[2]) * f.derivative(a.get(at[0]), b.get(at[1]), p, q)), x, y, gy, gx);
    }

    @Override
    public void binary(Binary f, View a, View b, View out) {
        HostBuffer x = a.host();
        HostBuffer y = b.host();
        HostBuffer o = out.host();
        each(at -> o.set(at[2], f.apply(x.get(at[0]), y.get(at[1]))), a, b, out);
    }

    @Override
    public void affine(View x, double scale, double shift, View out) {
        HostBuffer a = x.host();
        HostBuffer o = out.host();
        each(at -> o.set(at[1], a.get(at[0]) * scale + shift), x, out);
    }

    @Override
    public void select(View condition, View a, View b, View out) {
        HostBuffer c = condition.host();
        HostBuffer x = a.host();
        HostBuffer y = b.host();
        HostBuffer o = out.host();
        each(at -> o.set(at[3], c.get(at[0]) != 0 ? x.get(at[1]) : y.get(at[2])), condition, a, b, out);
    }

    @Override
    public void reduce(Reduce f, View x, View out) {
        double[] sum = new double[Math.toIntExact(out.shape().elements())];
        java.util.Arrays.fill(
                sum,
                switch (f) {
                    case SUM -> 0;
                    case MAX -> Double.NEGATIVE_INFINITY;
                    case MIN -> Double.POSITIVE_INFINITY;
                });
        HostBuffer a = x.host();
        View acc = View.dense(HostBuffer.wrap(sum), out.shape());
        eachInOrder(
                at -> {
                    double v = a.get(at[0]);
                    sum[at[1]] = switch (f) {
                        case SUM -> sum[at[1]] + v;
                        case MAX -> Math.max(sum[at[1]], v);
                        case MIN -> Math.min(sum[at[1]], v);
                    };
                },
                x,
                acc.expand(x.shape()));
        copy(acc, out);
    }

    @Override
    public void extreme(boolean max, View x, View values, View indices) {
        int n = x.shape().dim(-1);
        int step = Math.toIntExact(x.stride(-1));
        HostBuffer a = x.host();
        HostBuffer v = values.host();
        HostBuffer w = indices.host();
        each(
                at -> {
                    int best = 0;
                    for (int i = 1; i < n && !Double.isNaN(a.get(at[0] + best * step)); i++) {
                        double c = a.get(at[0] + i * step);
                        double b = a.get(at[0] + best * step);
                        if (Double.isNaN(c) || (max ? c > b : c < b)) {
                            best = i;
                        }
                    }
                    v.set(at[1], a.get(at[0] + best * step));
                    w.set(at[2], best);
                },
                x.select(-1, 0),
                values,
                indices);
    }

    @Override
    public void matmul(View a, View b, View out) {
        int k = a.shape().dim(-1);
        int stepA = Math.toIntExact(a.stride(-1));
        int stepB = Math.toIntExact(b.stride(-2));
        HostBuffer x = a.host();
        HostBuffer y = b.host();
        HostBuffer o = out.host();
        if (k == 0) {
            fill(out, 0);
            return;
        }
        View rows = a.select(-1, 0).insert(a.shape().rank() - 1).expand(out.shape());
        View columns = b.select(-2, 0).insert(b.shape().rank() - 2).expand(out.shape());
        each(
                at -> {
                    double sum = 0;
                    for (int i = 0; i < k; i++) {
                        sum += x.get(at[0] + i * stepA) * y.get(at[1] + i * stepB);
                    }
                    o.set(at[2], sum);
                },
                rows,
                columns,
                out);
    }

    @Override
    public void gather(View x, int axis, View index, View out) {
        if (out.shape().elements() == 0) {
            return;
        }
        int step = Math.toIntExact(x.stride(axis));
        HostBuffer a = x.host();
        HostBuffer i = index.host();
        HostBuffer o = out.host();
        View base = x.slice(axis, 0, 1, 1).expand(out.shape());
        each(at -> o.set(at[2], a.get(at[0] + (int) i.get(at[1]) * step)), base, index, out);
    }

    @Override
    public void scatterAdd(View x, int axis, View index, View out) {
        if (x.shape().elements() == 0) {
            return;
        }
        int step = Math.toIntExact(out.stride(axis));
        HostBuffer a = x.host();
        HostBuffer i = index.host();
        HostBuffer o = out.host();
        View base = out.slice(axis, 0, 1, 1).expand(x.shape());
        eachInOrder(
                at -> {
                    int to = at[2] + (int) i.get(at[1]) * step;
                    o.set(to, o.get(to) + a.get(at[0]));
                },
                x,
                index,
                base);
    }

    @Override
    public void cumulativeSum(View x, boolean reverse, View out) {
        int n = x.shape().dim(-1);
        int stepX = Math.toIntExact(x.stride(-1));
        int stepO = Math.toIntExact(out.stride(-1));
        HostBuffer a = x.host();
        HostBuffer o = out.host();
        if (n == 0) {
            return;
        }
        each(
                at -> {
                    double sum = 0;
                    for (int j = 0; j < n; j++) {
                        int i = reverse ? n - 1 - j : j;
                        sum += a.get(at[0] + i * stepX);
                        o.set(at[1] + i * stepO, sum);
                    }
                },
                x.select(-1, 0),
                out.select(-1, 0));
    }

    @Override
    public void im2col(View x, SlidingWindow w, View out) {
        HostBuffer a = x.host();
        HostBuffer o = out.host();
        eachTap(x, w, out, (image, column) -> o.set(column, image < 0 ? 0 : a.get(image)));
    }

    @Override
    public void col2im(View columns, SlidingWindow w, View out) {
        HostBuffer a = columns.host();
        HostBuffer o = out.host();
        eachTap(out, w, columns, (image, column) -> {
            if (image >= 0) {
                o.set(image, o.get(image) + a.get(column));
            }
        });
    }

    @Override
    public void close() {
        // No resources.
    }

    private interface Tap {
        /** Receives a position in the image, or -1 in the padding, and the matching position in the columns. */
        void at(int image, int column);
    }

    private void eachTap(View image, SlidingWindow w, View columns, Tap tap) {
        int channels = image.shape().dim(1);
        run(
                Math.multiplyExact(image.shape().dim(0), channels),
                plane -> eachTapOfPlane(
                        image.select(0, plane / channels).select(0, plane % channels),
                        w,
                        columns.select(0, plane / channels).select(0, plane % channels),
                        tap));
    }

    private static void eachTapOfPlane(View image, SlidingWindow w, View columns, Tap tap) {
        int height = image.shape().dim(0);
        int width = image.shape().dim(1);
        int stepY = Math.toIntExact(image.stride(0));
        int stepX = Math.toIntExact(image.stride(1));
        int across = Math.toIntExact(columns.stride(3));
        for (int i = 0; i < w.height(); i++) {
            for (int j = 0; j < w.width(); j++) {
                for (int y = 0; y < columns.shape().dim(2); y++) {
                    int r = y * w.strideY() - w.padY() + i * w.dilationY();
                    int to = Math.toIntExact(
                            columns.offset() + i * columns.stride(0) + j * columns.stride(1) + y * columns.stride(2));
                    int from = Math.toIntExact(image.offset()) + r * stepY;
                    for (int x = 0; x < columns.shape().dim(3); x++) {
                        int s = x * w.strideX() - w.padX() + j * w.dilationX();
                        boolean inside = r >= 0 && r < height && s >= 0 && s < width;
                        tap.at(inside ? from + s * stepX : -1, to + x * across);
                    }
                }
            }
        }
    }

    /**
     * Calls {@code body} with each element's position in all views. The order is arbitrary, since elements are computed
     * independently.
     */
    protected void each(RowLoop.Body body, View... views) {
        eachInOrder(body, views);
    }

    /** Calls {@code body} with 0 to {@code tasks - 1}, in any order. */
    protected void run(int tasks, IntConsumer body) {
        for (int i = 0; i < tasks; i++) {
            body.accept(i);
        }
    }

    private static void eachInOrder(RowLoop.Body body, View... views) {
        RowLoop loop = new RowLoop(views);
        loop.forEach(at -> {
            for (int i = 0; i < loop.length(); i++) {
                body.row(at);
                for (int v = 0; v < at.length; v++) {
                    at[v] += loop.step(v);
                }
            }
        });
    }
}
