package org.unmute.kernels.vector.elementwise;

import java.util.Arrays;
import org.unmute.kernels.vector.runtime.ElementLoops;
import org.unmute.kernels.vector.runtime.RowMath;
import org.unmute.tensor.DType;
import org.unmute.tensor.HalfFloats;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.RowLoop;
import org.unmute.tensor.backend.View;

/** Operations that only move or accumulate elements: fill, copy, gather and scatter. */
public final class DataMovement {
    private final ElementLoops loops;

    public DataMovement(ElementLoops loops) {
        this.loops = loops;
    }

    public void fill(View out, double value) {
        HostBuffer o = out.host();
        boolean floats = out.dtype() == DType.F32;
        loops.pieces(
                (at, step, n) -> {
                    if (floats && step[0] == 1) {
                        Arrays.fill(o.floats(), at[0], at[0] + n, (float) value);
                        return;
                    }
                    for (int i = 0; i < n; i++) {
                        o.set(at[0] + i * step[0], value);
                    }
                },
                out);
    }

    public void copy(View x, View out) {
        DType from = x.dtype();
        DType to = out.dtype();
        if (from == DType.F32 && to == DType.F32) {
            float[] a = x.host().floats();
            float[] o = out.host().floats();
            loops.pieces((at, step, n) -> copy(a, at[0], step[0], o, at[1], step[1], n), x, out);
        } else if (from == DType.F16 && to == DType.F32 || from == DType.BF16 && to == DType.F32) {
            boolean brain = from == DType.BF16;
            short[] a = x.host().halves();
            float[] o = out.host().floats();
            loops.pieces(
                    (at, step, n) -> {
                        for (int i = 0; i < n; i++) {
                            short h = a[at[0] + i * step[0]];
                            o[at[1] + i * step[1]] = brain ? HalfFloats.fromBf16(h) : HalfFloats.fromF16(h);
                        }
                    },
                    x,
                    out);
        } else {
            HostBuffer a = x.host();
            HostBuffer o = out.host();
            loops.pieces(
                    (at, step, n) -> {
                        for (int i = 0; i < n; i++) {
                            o.set(at[1] + i * step[1], a.get(at[0] + i * step[0]));
                        }
                    },
                    x,
                    out);
        }
    }

    private static void copy(float[] a, int at, int step, float[] o, int to, int stepOut, int n) {
        if (stepOut == 1) {
            ElementLoops.load(a, at, step, o, to, n);
            return;
        }
        for (int i = 0; i < n; i++) {
            o[to + i * stepOut] = a[at + i * step];
        }
    }

    public void gather(View x, int axis, View index, View out) {
        if (out.shape().elements() == 0) {
            return;
        }
        int step = Math.toIntExact(x.stride(axis));
        int[] k = index.host().ints();
        View base = x.slice(axis, 0, 1, 1).expand(out.shape());
        boolean floats = x.dtype() == DType.F32;
        HostBuffer a = x.host();
        HostBuffer o = out.host();
        loops.pieces(
                (at, steps, n) -> {
                    if (floats && steps[1] == 0) {
                        copy(a.floats(), at[0] + k[at[1]] * step, steps[0], o.floats(), at[2], steps[2], n);
                        return;
                    }
                    for (int i = 0; i < n; i++) {
                        o.set(at[2] + i * steps[2], a.get(at[0] + i * steps[0] + k[at[1] + i * steps[1]] * step));
                    }
                },
                base,
                index,
                out);
    }

    /** Runs on one thread: the indices decide which elements are added together, and they must be added in order. */
    public void scatterAdd(View x, int axis, View index, View out) {
        if (x.shape().elements() == 0) {
            return;
        }
        int step = Math.toIntExact(out.stride(axis));
        int[] k = index.host().ints();
        View base = out.slice(axis, 0, 1, 1).expand(x.shape());
        RowLoop loop = new RowLoop(x, index, base);
        int n = loop.length();
        HostBuffer a = x.host();
        HostBuffer o = out.host();
        boolean floats = x.dtype() == DType.F32 && out.dtype() == DType.F32;
        boolean wholeRows = floats && loop.step(0) == 1 && loop.step(1) == 0 && loop.step(2) == 1;
        loop.forEach(at -> {
            if (wholeRows) {
                RowMath.addScaled(a.floats(), at[0], 1, o.floats(), at[2] + k[at[1]] * step, n);
                return;
            }
            for (int i = 0; i < n; i++) {
                int from = at[0] + i * loop.step(0);
                int to = at[2] + i * loop.step(2) + k[at[1] + i * loop.step(1)] * step;
                if (floats) {
                    o.floats()[to] += a.floats()[from];
                } else {
                    o.set(to, o.get(to) + a.get(from));
                }
            }
        });
    }
}
