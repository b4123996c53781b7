package org.unmute.kernels.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Reduce;
import org.unmute.tensor.op.Unary;

/** The same input gives the same bits: twice, on any number of threads, and from several callers at once. */
public abstract class RepeatabilityContract extends Contract {
    private static final int CALLERS = 8;

    /** For the backend's tests. */
    protected RepeatabilityContract() {}

    /** Results of one of everything that sums, on shapes large enough to be split. */
    private static List<float[]> everything(Backend b) {
        List<float[]> all = new ArrayList<>();
        View x = input(b, Shape.of(3, 131, 96), 1);
        View w = input(b, Shape.of(290, 96), 2);
        View bias = input(b, Shape.of(290), 3);
        all.add(result(b, Shape.of(3, 131, 290), out -> b.linear(x, w, bias, out)));
        all.add(result(b, Shape.of(3, 131, 131), out -> b.matmul(x, x.transpose(1, 2), out)));
        all.add(result(b, Shape.of(3, 131, 96), out -> b.attention(x, x, x, null, 0.1, out)));
        all.add(result(b, Shape.of(3, 131, 96), out -> b.softmax(x, out)));
        all.add(result(b, Shape.of(3, 131, 96), out -> b.unary(Unary.GELU, 0, 0, x, out)));
        all.add(result(b, Shape.of(1, 1, 1), out -> b.reduce(Reduce.SUM, x, out)));
        all.add(result(b, Shape.of(1, 1, 96), out -> b.reduce(Reduce.SUM, x, out)));
        all.add(result(b, Shape.of(3, 131, 1), out -> b.reduce(Reduce.SUM, x, out)));
        all.add(result(b, Shape.of(1, 1, 1), out -> b.reduce(Reduce.SUM, x.transpose(0, 2).slice(0, 0, 96, 1).transpose(0, 2), out)));
        View gw = b.allocate(DType.F32, Shape.of(96));
        View gb = b.allocate(DType.F32, Shape.of(96));
        all.add(result(b, Shape.of(3, 131, 96), out -> b.layerNormBackward(x, null, 1e-5, x, out, gw, gb)));
        all.add(read(b, gw));
        all.add(read(b, gb));
        View winners = b.allocate(DType.I32, Shape.of(3, 290));
        View values = b.allocate(DType.F32, Shape.of(3, 290));
        b.prototypeMaxPool(x, w, values, winners);
        all.add(read(b, values));
        all.add(read(b, winners));
        View gp = b.allocate(DType.F32, Shape.of(290, 96));
        all.add(result(b, Shape.of(3, 131, 96), out -> b.prototypeMaxPoolBackward(x, w, winners, values, out, gp)));
        all.add(read(b, gp));
        return all;
    }

    private interface Work {
        void into(View out);
    }

    private static View input(Backend b, Shape shape, long seed) {
        View v = b.allocate(DType.F32, shape);
        b.upload(View.dense(HostBuffer.wrap(Numbers.NORMAL.make(shape.elements(), seed)), shape), v);
        return v;
    }

    private static float[] result(Backend b, Shape shape, Work work) {
        View out = b.allocate(DType.F32, shape);
        work.into(out);
        return read(b, out);
    }

    private static float[] read(Backend b, View x) {
        float[] host = new float[Math.toIntExact(x.shape().elements())];
        b.download(x, View.dense(HostBuffer.wrap(host), x.shape()));
        return host;
    }

    private static void same(String what, List<float[]> expected, List<float[]> actual) {
        for (int i = 0; i < expected.size(); i++) {
            Check.same(what + ", result " + i, expected.get(i), actual.get(i));
        }
    }

    /** Again on the same backend. */
    @Test
    final void sameBitsTwice() {
        List<float[]> first = everything(backend());
        for (int i = 0; i < 3; i++) {
            same("again", first, everything(backend()));
        }
    }

    /** On one, two, three and five threads. */
    @Test
    final void sameBitsOnAnyNumberOfThreads() {
        List<float[]> first = everything(backend());
        for (int threads : new int[] {1, 2, 3, 5}) {
            try (Backend other = open(threads)) {
                same(threads + " threads", first, everything(other));
            }
        }
    }

    /** From several callers of one backend at once. */
    @Test
    final void sameBitsForConcurrentCallers() throws Exception {
        List<float[]> first = everything(backend());
        try (ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
            List<Callable<List<float[]>>> calls = new ArrayList<>();
            for (int i = 0; i < 3 * CALLERS; i++) {
                calls.add(() -> everything(backend()));
            }
            for (Future<List<float[]>> f : callers.invokeAll(calls)) {
                same("concurrent", first, f.get());
            }
        }
    }
}
