package org.unmute.kernels.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.Reduce;
import org.unmute.tensor.op.SlidingWindow;
import org.unmute.tensor.op.TokenGroups;
import org.unmute.tensor.op.Unary;

/**
 * The same input gives the same bits when repeated, on any number of threads, and from several callers at the same
 * time.
 */
public abstract class RepeatabilityContract extends Contract {
    private static final int CALLERS = 8;

    /** For the tests of a backend. */
    protected RepeatabilityContract() {}

    /**
     * How often each concurrent caller calls every operation, and in the quick build how often it is repeated; once is
     * enough where no call leaves anything behind.
     */
    protected int roundsOfCallers() {
        return 3;
    }

    /** Results of every operation that sums, selects or moves, on shapes large enough to be split among threads. */
    private static final class Everything {
        final Backend b;
        final View x;
        final List<float[]> results = new ArrayList<>();

        Everything(Backend b) {
            this.b = b;
            x = values(b, 1, 3, 131, 96);
            products();
            rows();
            for (boolean binary : BOTH) {
                prototypes(binary);
            }
            movements();
            clipwise();
        }

        private void products() {
            View w = values(b, 2, 290, 96);
            View bias = values(b, 3, 290);
            add(Shape.of(3, 131, 290), out -> b.linear(x, w, bias, out));
            add(Shape.of(3, 131, 131), out -> b.matmul(x, x.transpose(1, 2), out));
            add(Shape.of(3, 96, 96), out -> b.matmul(x.transpose(1, 2), x, out));
            add(Shape.of(3, 131, 96), out -> b.attention(x, x, x, null, 0.1, out));
            View[] g = {memory(b, 3, 131, 96), memory(b, 3, 131, 96), memory(b, 3, 131, 96)};
            b.attentionBackward(x, x, x, 0.1, x, g[0], g[1], g[2]);
            add(g);
        }

        private void rows() {
            Shape shape = x.shape();
            View w = values(b, 4, 96);
            View y = values(b, 5, 3, 131, 96);
            add(shape, out -> b.softmax(x, out));
            add(shape, out -> b.softmaxBackward(x, y, out));
            add(shape, out -> b.logSoftmax(x, out));
            add(shape, out -> b.logSoftmaxBackward(x, y, out));
            add(shape, out -> b.l2Normalize(x, out));
            add(shape, out -> b.l2NormalizeBackward(x, y, y, out));
            add(shape, out -> b.layerNorm(x, w, w, 1e-5, out));
            add(shape, out -> b.unary(Unary.GELU, 0, 0, x, out));
            View gw = memory(b, 96);
            View gb = memory(b, 96);
            add(shape, out -> b.layerNormBackward(x, null, 1e-5, x, out, gw, gb));
            add(gw, gb);
            add(Shape.of(1, 1, 1), out -> b.reduce(Reduce.SUM, x, out));
            add(Shape.of(1, 1, 96), out -> b.reduce(Reduce.SUM, x, out));
            add(Shape.of(3, 131, 1), out -> b.reduce(Reduce.SUM, x, out));
            add(
                    Shape.of(1, 1, 1),
                    out -> b.reduce(
                            Reduce.SUM, x.transpose(0, 2).slice(0, 0, 96, 1).transpose(0, 2), out));
            add(shape, out -> b.cumulativeSum(x, true, out));
        }

        private void prototypes(boolean binary) {
            View p = values(b, 2, 290, 96);
            View winners = b.allocate(DType.I32, Shape.of(3, 290));
            View values = memory(b, 3, 290);
            View gp = memory(b, 290, 96);
            PrototypeContract.pool(b, binary, x, p, values, winners);
            add(x.shape(), out -> PrototypeContract.poolBackward(b, binary, x, p, winners, values, out, gp));
            TokenGroups groups = TokenGroups.of(new int[] {0, 0, 2}, new int[][] {{0, 5, 130}, {5, 6, 7}, {4}});
            View some = memory(b, 3, 290);
            View wonOfSome = b.allocate(DType.I32, some.shape());
            b.prototypeGroupMaxPool(x, p, binary, groups, some, wonOfSome);
            View gpOfSome = memory(b, 290, 96);
            b.prototypeGroupMaxPoolBackward(x, p, binary, groups, wonOfSome, some, null, gpOfSome);
            add(some, wonOfSome, gpOfSome);
            View rows = values(b, 9, 70, 8, 96);
            View ofRows = memory(b, 70, 290);
            View wonOfRows = b.allocate(DType.I32, ofRows.shape());
            PrototypeContract.pool(b, binary, rows, p, ofRows, wonOfRows);
            View gpOfRows = memory(b, 290, 96);
            PrototypeContract.poolBackward(b, binary, rows, p, wonOfRows, ofRows, null, gpOfRows);
            add(ofRows, wonOfRows, gpOfRows);
            View extremes = memory(b, 2, 3, 290);
            View both = b.allocate(DType.I32, extremes.shape());
            b.productExtremes(x, p, extremes, both);
            add(gp, values, winners, extremes, both);
        }

        private void movements() {
            int[] at = new int[500];
            for (int i = 0; i < at.length; i++) {
                at[i] = i * i % 131;
            }
            View places = b.allocate(DType.I32, Shape.of(1, at.length, 1));
            b.upload(View.dense(HostBuffer.wrap(at), places.shape()), places);
            View many = values(b, 6, 3, at.length, 96);
            View index = places.expand(many.shape());
            add(many.shape(), out -> b.gather(x, 1, index, out));
            add(x.shape(), out -> b.scatterAdd(many, 1, index, out));
            View m = values(b, 7, 3, 131, 96);
            View v = memory(b, 3, 131, 96);
            b.binary(Binary.MUL, m, m, v);
            View w = memory(b, 3, 131, 96);
            b.copy(x, w);
            b.adamW(w, many.slice(1, 0, 131, 1), m, v, 1e-2, 0.9, 0.999, 1e-8, 1e-4, 3);
            add(w, m, v);
        }

        private void clipwise() {
            View maps = values(b, 8, 3, 8, 30, 17);
            View w = values(b, 9, 12, 4, 3, 3);
            SlidingWindow window = SlidingWindow.of(3, 3, 2, 1).pad(1, 1);
            Shape out = Shape.of(3, 12, 15, 17);
            add(out, y -> b.convolve(maps, w, window, 2, y));
            View gy = values(b, 10, 3, 12, 15, 17);
            View gw = memory(b, 12, 4, 3, 3);
            add(maps.shape(), gx -> b.convolveBackward(maps, w, window, 2, gy, gx, gw));
            add(gw);
            View last = maps.permute(0, 2, 3, 1);
            View taps = values(b, 13, 3, 3, 8);
            Shape depthwise = Shape.of(3, 15, 17, 8);
            add(depthwise, y -> b.convolveDepthwise(last, taps, null, null, window, y));
            View gtaps = memory(b, 3, 3, 8);
            View gdepthwise = values(b, 14, 3, 15, 17, 8);
            add(last.shape(), gx -> b.convolveDepthwiseBackward(last, taps, window, gdepthwise, gx, gtaps));
            add(gtaps);
            View weights = values(b, 11, 3);
            View gweights = memory(b, 3);
            add(Shape.of(131, 96), y -> b.unitSum(x, weights, y));
            View gsum = values(b, 12, 131, 96);
            add(x.shape(), gx -> b.unitSumBackward(x, weights, gsum, gx, gweights));
            add(gweights);
        }

        private void add(Shape shape, Consumer<View> op) {
            View out = b.allocate(DType.F32, shape);
            op.accept(out);
            add(out);
        }

        private void add(View... computed) {
            for (View v : computed) {
                HostBuffer host = HostBuffer.allocate(DType.F32, v.shape().elements());
                b.download(v, View.dense(host, v.shape()));
                results.add(host.floats());
            }
        }
    }

    private static List<float[]> everything(Backend b) {
        return new Everything(b).results;
    }

    private static void same(String what, List<float[]> expected, List<float[]> actual) {
        for (int i = 0; i < expected.size(); i++) {
            Check.same(what + ", result " + i, expected.get(i), actual.get(i));
        }
    }

    /** Runs again on the same backend. */
    @Test
    final void sameBitsTwice() {
        List<float[]> first = everything(backend());
        int rounds = Boolean.getBoolean("unmute.full") ? 3 : roundsOfCallers();
        for (int i = 0; i < rounds; i++) {
            same("again", first, everything(backend()));
        }
    }

    /** Runs on one, two, three and five threads. */
    @Test
    final void sameBitsOnAnyNumberOfThreads() {
        List<float[]> first = everything(backend());
        for (int threads : new int[] {1, 2, 3, 5}) {
            try (Backend other = open(threads)) {
                // A backend without threads is always the same object, which the test above runs again.
                if (other != backend()) {
                    same(threads + " threads", first, everything(other));
                }
            }
        }
    }

    /** Runs from several callers of one backend at the same time. */
    @Test
    final void sameBitsForConcurrentCallers() throws Exception {
        List<float[]> first = everything(backend());
        try (ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
            List<Callable<List<float[]>>> calls = new ArrayList<>();
            for (int i = 0; i < roundsOfCallers() * CALLERS; i++) {
                calls.add(() -> everything(backend()));
            }
            for (Future<List<float[]>> f : callers.invokeAll(calls)) {
                same("concurrent", first, f.get());
            }
        }
    }
}
