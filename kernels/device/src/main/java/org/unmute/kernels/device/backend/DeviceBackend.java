package org.unmute.kernels.device.backend;

import org.unmute.kernels.device.Device;
import org.unmute.kernels.device.DeviceLimits;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Profiled;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.FilterBank;
import org.unmute.tensor.op.Reduce;
import org.unmute.tensor.op.SlidingWindow;
import org.unmute.tensor.op.Unary;

/**
 * A backend on a {@link Device}: float32 and int32, halves as storage. Memory stays on the device; only {@link #upload}
 * and {@link #download} transfer data. The order of summation depends on sizes alone, so on one device the same input
 * gives the same bits. float64 is not supported: OpenCL devices need not have it.
 */
public final class DeviceBackend implements Backend, Profiled {
    /** System property: cap on the device memory used, in MiB. */
    public static final String MEMORY = "unmute.device.memory";

    private final String name;
    private final Device device;
    private final MemoryPool pool;
    private final Profile profile;
    private final ElementwiseKernels elementwise;
    private final MovementKernels movement;
    private final ReduceKernels reductions;
    private final IndexKernels indexing;
    private final MatmulKernels products;
    private final ConvolutionKernels convolutions;
    private final RowKernels rows;
    private final LossKernels losses;
    private final AttentionKernels attention;
    private final PrototypeKernels prototypes;
    private final FbankKernels filterBanks;

    /**
     * Opens a backend on a device; {@link #close} closes the device too.
     *
     * @param memoryCap max bytes of device memory it uses
     */
    public DeviceBackend(Device device, long memoryCap) {
        this.name = device.name();
        this.device = device;
        pool = new MemoryPool(device, memoryCap);
        profile = new Profile(new PeakMeasurement(device, pool)::run);
        Launcher launcher = new Launcher(device, pool, profile);
        elementwise = new ElementwiseKernels(launcher);
        movement = new MovementKernels(device, launcher, profile);
        reductions = new ReduceKernels(launcher);
        indexing = new IndexKernels(launcher);
        products = new MatmulKernels(launcher);
        convolutions = new ConvolutionKernels(launcher);
        rows = new RowKernels(launcher, movement, reductions);
        losses = new LossKernels(launcher, movement);
        attention = new AttentionKernels(launcher, movement);
        prototypes = new PrototypeKernels(launcher, movement);
        filterBanks = new FbankKernels(launcher, movement);
    }

    /**
     * The cap on device memory: system property {@value #MEMORY} in MiB, else nine tenths of the device's memory.
     *
     * @throws IllegalArgumentException if the property is not a positive number
     */
    public static long memoryCap(DeviceLimits limits) {
        String wanted = System.getProperty(MEMORY, "").strip();
        if (wanted.isEmpty()) {
            return limits.memoryBytes() / 10 * 9;
        }
        try {
            long cap = Math.multiplyExact(Long.parseLong(wanted), 1L << 20);
            if (cap > 0) {
                return cap;
            }
        } catch (NumberFormatException | ArithmeticException e) {
            // Reported below.
        }
        throw new IllegalArgumentException(
                "device memory: system property " + MEMORY + " must be a positive number of MiB: '" + wanted + "'");
    }

    @Override
    public Profile profile() {
        return profile;
    }

    /** Bytes of device memory held by tensors. */
    public long liveBytes() {
        return pool.liveBytes();
    }

    /** Max of {@link #liveBytes} so far. */
    public long peakBytes() {
        return pool.peakBytes();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String describe() {
        return device.describe();
    }

    @Override
    public boolean isDevice() {
        return true;
    }

    @Override
    public boolean supports(DType dtype) {
        return dtype == DType.F32 || dtype == DType.I32;
    }

    @Override
    public View allocate(DType dtype, Shape shape) {
        View v = allocateForResult(dtype, shape);
        movement.fill(v, 0);
        return v;
    }

    @Override
    public View allocateForResult(DType dtype, Shape shape) {
        if (dtype == DType.F64) {
            throw new IllegalArgumentException("allocate: " + name + " has no F64: use the scalar backend or F32");
        }
        return View.dense(pool.allocate(dtype, shape), shape);
    }

    @Override
    public void close() {
        device.finish();
        pool.close();
        device.close();
    }

    @Override
    public void upload(View host, View out) {
        movement.upload(host, out);
    }

    @Override
    public void download(View x, View host) {
        movement.download(x, host);
    }

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
        elementwise.unary(f, p, q, x, out);
    }

    @Override
    public void unaryBackward(Unary f, double p, double q, View x, View y, View gy, View gx) {
        elementwise.unaryBackward(f, p, q, x, y, gy, gx);
    }

    @Override
    public void binary(Binary f, View a, View b, View out) {
        elementwise.binary(f, a, b, out);
    }

    @Override
    public void affine(View x, double scale, double shift, View out) {
        elementwise.affine(x, scale, shift, out);
    }

    @Override
    public void select(View condition, View a, View b, View out) {
        elementwise.select(condition, a, b, out);
    }

    @Override
    public void reduce(Reduce f, View x, View out) {
        reductions.reduce(f, x, out);
    }

    @Override
    public void extreme(boolean max, View x, View values, View indices) {
        reductions.extreme(max, x, values, indices);
    }

    @Override
    public void matmul(View a, View b, View out) {
        products.matmul(a, b, out);
    }

    @Override
    public void gather(View x, int axis, View index, View out) {
        indexing.gather(x, axis, index, out);
    }

    @Override
    public void scatterAdd(View x, int axis, View index, View out) {
        indexing.scatterAdd(x, axis, index, out);
    }

    @Override
    public void cumulativeSum(View x, boolean reverse, View out) {
        reductions.cumulativeSum(x, reverse, out);
    }

    @Override
    public void im2col(View x, SlidingWindow window, View out) {
        indexing.im2col(x, window, out);
    }

    @Override
    public void col2im(View columns, SlidingWindow window, View out) {
        indexing.col2im(columns, window, out);
    }

    @Override
    public void linear(View x, View weight, View bias, View out) {
        products.linear(x, weight, bias, null, null, out);
    }

    @Override
    public void linear(View x, View weight, View bias, Unary activation, View residual, View out) {
        if (MatmulKernels.isFused(activation)) {
            products.linear(x, weight, bias, activation, residual, out);
        } else {
            Backend.super.linear(x, weight, bias, activation, residual, out);
        }
    }

    @Override
    public void convolveTokens(View x, View weight, View bias, Unary activation, View out) {
        if (MatmulKernels.isFused(activation)) {
            convolutions.convolveTokens(x, weight, bias, activation, out);
        } else {
            Backend.super.convolveTokens(x, weight, bias, activation, out);
        }
    }

    @Override
    public void embedPatches(View image, SlidingWindow window, View weight, View bias, View out) {
        convolutions.embedPatches(image, window, weight, bias, out);
    }

    @Override
    public void filterBank(View samples, FilterBank f, View out) {
        if (FbankKernels.fits(f)) {
            filterBanks.filterBank(samples, f, out);
        } else {
            Backend.super.filterBank(samples, f, out);
        }
    }

    @Override
    public void softmax(View x, View out) {
        rows.softmax(x, out);
    }

    @Override
    public void softmaxBackward(View y, View gy, View gx) {
        rows.softmaxBackward(y, gy, gx);
    }

    @Override
    public void logSoftmax(View x, View out) {
        rows.logSoftmax(x, out);
    }

    @Override
    public void logSoftmaxBackward(View y, View gy, View gx) {
        rows.logSoftmaxBackward(y, gy, gx);
    }

    @Override
    public void binaryCrossEntropy(View x, View y, View weight, View loss) {
        losses.binaryCrossEntropy(x, y, weight, loss);
    }

    @Override
    public void binaryCrossEntropyBackward(View x, View y, View weight, View gloss, View gx) {
        losses.binaryCrossEntropyBackward(x, y, weight, gloss, gx);
    }

    @Override
    public void crossEntropy(View x, View y, View weight, double keep, double share, View loss) {
        losses.crossEntropy(x, y, weight, keep, share, loss);
    }

    @Override
    public void crossEntropyBackward(View x, View y, View weight, double keep, double share, View gloss, View gx) {
        losses.crossEntropyBackward(x, y, weight, keep, share, gloss, gx);
    }

    @Override
    public void layerNorm(View x, View weight, View bias, double eps, View out) {
        rows.layerNorm(x, weight, bias, eps, out);
    }

    @Override
    public void layerNormBackward(View x, View weight, double eps, View gy, View gx, View gweight, View gbias) {
        rows.layerNormBackward(x, weight, eps, gy, gx, gweight, gbias);
    }

    @Override
    public void l2Normalize(View x, View out) {
        rows.l2Normalize(x, out);
    }

    @Override
    public void l2NormalizeBackward(View x, View y, View gy, View gx) {
        rows.l2NormalizeBackward(x, y, gy, gx);
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
        rows.adamW(weight, gradient, m, v, rate, beta1, beta2, eps, decay, step);
    }

    @Override
    public void attention(View q, View k, View v, View bias, double scale, View out) {
        attention.attention(q, k, v, bias, scale, out);
    }

    @Override
    public void prototypeMaxPool(View tokens, View prototypeRows, View values, View winners) {
        prototypes.match(tokens, prototypeRows, false, values, winners);
    }

    @Override
    public void prototypeMaxPoolBackward(
            View tokens, View prototypeRows, View winners, View gy, View gtokens, View gprototypes) {
        prototypes.backward(tokens, prototypeRows, false, winners, gy, gtokens, gprototypes);
    }

    @Override
    public void binaryPrototypeMaxPool(View tokens, View prototypeRows, View values, View winners) {
        prototypes.match(tokens, prototypeRows, true, values, winners);
    }

    @Override
    public void binaryPrototypeMaxPoolBackward(
            View tokens, View prototypeRows, View winners, View gy, View gtokens, View gprototypes) {
        prototypes.backward(tokens, prototypeRows, true, winners, gy, gtokens, gprototypes);
    }
}
