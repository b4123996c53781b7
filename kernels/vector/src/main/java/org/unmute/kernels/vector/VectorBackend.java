package org.unmute.kernels.vector;

import java.util.Optional;
import java.util.function.IntConsumer;
import org.unmute.kernels.vector.attention.AttentionGradientKernel;
import org.unmute.kernels.vector.attention.AttentionKernel;
import org.unmute.kernels.vector.audio.FilterBankKernel;
import org.unmute.kernels.vector.convolution.DepthwiseKernel;
import org.unmute.kernels.vector.elementwise.AdamWKernel;
import org.unmute.kernels.vector.elementwise.BinaryKernels;
import org.unmute.kernels.vector.elementwise.DataMovement;
import org.unmute.kernels.vector.elementwise.UnaryKernels;
import org.unmute.kernels.vector.gemm.GemmKernel;
import org.unmute.kernels.vector.reduce.ArgMaxMin;
import org.unmute.kernels.vector.reduce.Norms;
import org.unmute.kernels.vector.reduce.Reductions;
import org.unmute.kernels.vector.reduce.Softmax;
import org.unmute.kernels.vector.runtime.ArrayPool;
import org.unmute.kernels.vector.runtime.CachingAllocator;
import org.unmute.kernels.vector.runtime.ElementLoops;
import org.unmute.kernels.vector.runtime.Lanes;
import org.unmute.kernels.vector.runtime.RowLoops;
import org.unmute.kernels.vector.runtime.WorkerPool;
import org.unmute.kernels.vector.tile.TileWarmUp;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.ElementSource;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.RowLoop;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.FilterBank;
import org.unmute.tensor.op.Reduce;
import org.unmute.tensor.op.SlidingWindow;
import org.unmute.tensor.op.Unary;

/**
 * The CPU backend on the Vector API: float32 and, for indices, int32; half precision is stored and converted. Memory is
 * dense {@link HostBuffer}s. Integer operations and rare functions use the loops of the scalar backend, on all threads.
 *
 * <p>The same input gives the same bits on any number of threads and from any number of callers: a task either computes
 * results of its own or one part of a long sum. The parts depend on shape and strides alone and are added in order.
 */
public final class VectorBackend extends MatchingBackend {
    private final CachingAllocator memory = new CachingAllocator();
    private final ElementLoops loops;
    private final RowLoops rows;
    private final Reductions reductions;
    private final ArgMaxMin extremes;
    private final DataMovement movement;
    private final Norms norms;
    private final GemmKernel gemm;
    private final AttentionKernel attention;
    private final AttentionGradientKernel attentionGradients;
    private final FilterBankKernel filterBanks;

    /** Creates a backend with {@code threads} threads, including the caller's. */
    public VectorBackend(int threads) {
        super(new WorkerPool(threads), new ArrayPool(threads));
        loops = new ElementLoops(pool);
        rows = new RowLoops(pool);
        reductions = new Reductions(pool);
        extremes = new ArgMaxMin(pool);
        movement = new DataMovement(loops);
        norms = new Norms(pool, rows);
        gemm = new GemmKernel(pool, scratch);
        attention = new AttentionKernel(pool, scratch, gemm::multiply);
        attentionGradients = new AttentionGradientKernel(pool, scratch);
        filterBanks = new FilterBankKernel(pool);
    }

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public String describe() {
        return "Vector API, " + Lanes.BITS + "-bit, " + pool.threads() + (pool.threads() == 1 ? " thread" : " threads");
    }

    @Override
    public boolean supports(DType dtype) {
        return dtype == DType.F32 || dtype == DType.I32;
    }

    @Override
    public View allocate(DType dtype, Shape shape) {
        return View.dense(memory.zeros(dtype, shape.elements()), shape);
    }

    @Override
    public void warmUp() {
        TileWarmUp.run();
    }

    @Override
    public View allocateForResult(DType dtype, Shape shape) {
        return View.dense(memory.acquire(dtype, shape.elements()), shape);
    }

    @Override
    public void close() {
        pool.close();
        memory.close();
    }

    @Override
    public boolean isClosed() {
        return pool.isClosed();
    }

    @Override
    protected void each(RowLoop.Body body, View... views) {
        loops.pieces(
                (at, step, n) -> {
                    for (int i = 0; i < n; i++) {
                        body.row(at);
                        for (int v = 0; v < at.length; v++) {
                            at[v] += step[v];
                        }
                    }
                },
                views);
    }

    @Override
    protected void run(int tasks, IntConsumer body) {
        pool.run(tasks, body);
    }

    private static boolean floats(View... views) {
        for (View v : views) {
            if (v.dtype() != DType.F32) {
                return false;
            }
        }
        return true;
    }

    // ---- primitives

    @Override
    public void fill(View out, double value) {
        movement.fill(out, value);
    }

    @Override
    public void copy(View x, View out) {
        movement.copy(x, out);
    }

    @Override
    public void unary(Unary f, double p, double q, View x, View out) {
        Optional<ElementLoops.Kernel> kernel = UnaryKernels.forward(f, p, q);
        if (kernel.isPresent() && floats(x, out)) {
            loops.each(kernel.get(), x, out);
        } else {
            super.unary(f, p, q, x, out);
        }
    }

    @Override
    public void unaryBackward(Unary f, double p, double q, View x, View y, View gy, View gx) {
        Optional<ElementLoops.Kernel> kernel = UnaryKernels.backward(f, p, q);
        if (kernel.isPresent() && floats(x, y, gy, gx)) {
            loops.each(kernel.get(), x, y, gy, gx);
        } else {
            super.unaryBackward(f, p, q, x, y, gy, gx);
        }
    }

    @Override
    public void binary(Binary f, View a, View b, View out) {
        if (floats(a, b, out)) {
            loops.each(BinaryKernels.of(f), a, b, out);
        } else {
            super.binary(f, a, b, out);
        }
    }

    @Override
    public void affine(View x, double scale, double shift, View out) {
        if (floats(x, out)) {
            loops.each(BinaryKernels.affine(scale, shift), x, out);
        } else {
            super.affine(x, scale, shift, out);
        }
    }

    @Override
    public void select(View condition, View a, View b, View out) {
        if (floats(condition, a, b, out)) {
            loops.each(BinaryKernels::select, condition, a, b, out);
        } else {
            super.select(condition, a, b, out);
        }
    }

    @Override
    public void reduce(Reduce f, View x, View out) {
        if (floats(x, out)) {
            reductions.reduce(f, x, out);
        } else {
            super.reduce(f, x, out);
        }
    }

    @Override
    public void extreme(boolean max, View x, View values, View indices) {
        if (floats(x, values)) {
            extremes.extreme(max, x, values, indices);
        } else {
            super.extreme(max, x, values, indices);
        }
    }

    @Override
    public void matmul(View a, View b, View out) {
        if (floats(a, b, out)) {
            gemm.matmul(a, b, out);
        } else {
            super.matmul(a, b, out);
        }
    }

    @Override
    public void gather(View x, int axis, View index, View out) {
        movement.gather(x, axis, index, out);
    }

    @Override
    public void scatterAdd(View x, int axis, View index, View out) {
        movement.scatterAdd(x, axis, index, out);
    }

    // ---- fused composites; all are float32

    @Override
    public void softmax(View x, View out) {
        rows.each(Softmax::forward, x, out);
    }

    @Override
    public void softmaxBackward(View y, View gy, View gx) {
        rows.each(Softmax::backward, y, gy, gx);
    }

    @Override
    public void logSoftmax(View x, View out) {
        rows.each(Softmax::logForward, x, out);
    }

    @Override
    public void logSoftmaxBackward(View y, View gy, View gx) {
        rows.each(Softmax::logBackward, y, gy, gx);
    }

    @Override
    public void layerNorm(View x, View weight, View bias, double eps, View out) {
        norms.layerNorm(x, weight, bias, eps, out);
    }

    @Override
    public void layerNormBackward(View x, View weight, double eps, View gy, View gx, View gweight, View gbias) {
        norms.layerNormBackward(x, weight, eps, gy, gx, gweight, gbias);
    }

    @Override
    public void l2Normalize(View x, View out) {
        norms.l2Normalize(x, out);
    }

    @Override
    public void l2NormalizeBackward(View x, View y, View gy, View gx) {
        norms.l2NormalizeBackward(x, y, gy, gx);
    }

    /** Packs the weight as it is read. */
    @Override
    public View linearWeight(Shape shape, ElementSource source) {
        if (shape.elements() == 0 || shape.elements() > Integer.MAX_VALUE) {
            return super.linearWeight(shape, source);
        }
        View weight = View.dense(HostBuffer.lazy(shape.elements(), source), shape);
        gemm.prepare(weight);
        return weight;
    }

    @Override
    public void linear(View x, View weight, View bias, View out) {
        gemm.linear(x, weight, bias, null, null, out);
    }

    @Override
    public void linear(View x, View weight, View bias, Unary activation, View residual, View out) {
        Optional<ElementLoops.Kernel> kernel =
                activation == null ? Optional.empty() : UnaryKernels.forward(activation, 0, 0);
        if (activation == null || kernel.isPresent()) {
            gemm.linear(x, weight, bias, kernel.orElse(null), residual, out);
        } else {
            super.linear(x, weight, bias, activation, residual, out);
        }
    }

    @Override
    public void convolveDepthwise(View x, View weight, View bias, Unary activation, SlidingWindow window, View out) {
        Optional<ElementLoops.Kernel> kernel =
                activation == null ? Optional.empty() : UnaryKernels.forward(activation, 0, 0);
        if ((activation == null || kernel.isPresent()) && floats(x, weight, out) && DepthwiseKernel.fits(x, out)) {
            DepthwiseKernel.run(pool, x, weight, bias, kernel.orElse(null), window, out);
        } else {
            super.convolveDepthwise(x, weight, bias, activation, window, out);
        }
    }

    @Override
    public void attention(View q, View k, View v, View bias, double scale, View out) {
        attention.run(q, k, v, bias, null, scale, out);
    }

    @Override
    public void attentionBackward(View q, View k, View v, double scale, View gy, View gq, View gk, View gv) {
        if (floats(q, k, v, gy, gq, gk, gv) && AttentionGradientKernel.fits(q, k, v)) {
            attentionGradients.run(q, k, v, scale, gy, gq, gk, gv);
        } else {
            super.attentionBackward(q, k, v, scale, gy, gq, gk, gv);
        }
    }

    @Override
    public void gatedAttention(View q, View k, View v, View bias, View gate, double scale, View out) {
        attention.run(q, k, v, bias, gate, scale, out);
    }

    @Override
    public boolean hasFilterBank() {
        return true;
    }

    @Override
    public void filterBank(View samples, FilterBank f, View out) {
        if (floats(samples, out)) {
            filterBanks.run(samples, f, out);
        } else {
            super.filterBank(samples, f, out);
        }
    }

    @Override
    public void adamW(
            View weight,
            View gradient,
            View m,
            View v,
            double rate,
            double beta1,
            double beta2,
            double eps,
            double decay,
            long step) {
        if (AdamWKernel.fits(weight, gradient, m, v)) {
            AdamWKernel.of(rate, beta1, beta2, eps, decay, step).run(pool, weight, gradient, m, v);
        } else {
            super.adamW(weight, gradient, m, v, rate, beta1, beta2, eps, decay, step);
        }
    }
}
