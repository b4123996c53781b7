package org.unmute.kernels.vector.elementwise;

import static org.unmute.kernels.vector.runtime.Lanes.N;
import static org.unmute.kernels.vector.runtime.Lanes.all;
import static org.unmute.kernels.vector.runtime.Lanes.load;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.unmute.kernels.vector.runtime.ElementLoops;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.WorkerPool;
import org.unmute.tensor.backend.View;

/**
 * One step of AdamW in one pass, with the same roundings as the composite in {@code Backend}.
 *
 * @param keep factor of a weight after decay
 * @param root bias correction of √v
 * @param rate bias-corrected learning rate
 */
public record AdamWKernel(
        float keep, float beta1, float beta2, float rest1, float rest2, float root, float eps, float rate) {
    public static AdamWKernel of(double rate, double beta1, double beta2, double eps, double decay, long step) {
        return new AdamWKernel(
                (float) (1 - rate * decay),
                (float) beta1,
                (float) beta2,
                (float) (1 - beta1),
                (float) (1 - beta2),
                (float) (1 / Math.sqrt(1 - Math.pow(beta2, step))),
                (float) eps,
                (float) (rate / (1 - Math.pow(beta1, step))));
    }

    /** Whether all views are dense. */
    public static boolean fits(View... views) {
        return Arrays.stream(views).allMatch(View::isDense);
    }

    public void run(WorkerPool pool, View weight, View gradient, View m, View v) {
        int n = Math.toIntExact(weight.shape().elements());
        View[] views = {weight, gradient, m, v};
        float[][] data = new float[views.length][];
        int[] offset = new int[views.length];
        for (int i = 0; i < views.length; i++) {
            data[i] = views[i].host().floats();
            offset[i] = Math.toIntExact(views[i].offset());
        }
        pool.run(Math.ceilDiv(n, ElementLoops.CHUNK), task -> {
            int from = task * ElementLoops.CHUNK;
            step(data, offset, from, Math.min(n, from + ElementLoops.CHUNK));
        });
    }

    private void step(float[][] d, int[] offset, int from, int to) {
        int i = from;
        for (; i <= to - N; i += N) {
            FloatVector g = load(d[1], offset[1] + i);
            FloatVector m = moment(load(d[2], offset[2] + i), g, beta1, rest1);
            FloatVector v = moment(load(d[3], offset[3] + i), g.mul(g), beta2, rest2);
            m.intoArray(d[2], offset[2] + i);
            v.intoArray(d[3], offset[3] + i);
            weight(load(d[0], offset[0] + i), m, v).intoArray(d[0], offset[0] + i);
        }
        if (i < to) {
            int n = to - i;
            FloatVector g = load(d[1], offset[1] + i, n);
            FloatVector m = moment(load(d[2], offset[2] + i, n), g, beta1, rest1);
            FloatVector v = moment(load(d[3], offset[3] + i, n), g.mul(g), beta2, rest2);
            Lanes.store(m, d[2], offset[2] + i, n);
            Lanes.store(v, d[3], offset[3] + i, n);
            Lanes.store(weight(load(d[0], offset[0] + i, n), m, v), d[0], offset[0] + i, n);
        }
    }

    private static FloatVector moment(FloatVector old, FloatVector now, float beta, float rest) {
        return old.mul(beta).add(now.mul(rest));
    }

    private FloatVector weight(FloatVector w, FloatVector m, FloatVector v) {
        FloatVector divisor = v.sqrt().fma(all(root), all(eps));
        return w.mul(keep).sub(m.mul(rate).div(divisor));
    }
}
