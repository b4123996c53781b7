package org.unmute.kernels.device.backend;

import org.unmute.kernels.device.Device;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.backend.WorkProfile.Peak;

/**
 * Measures the peak of a device as the best of several tries: memory bandwidth by a large copy, arithmetic by {@code
 * peak.cl}, tensor cores by {@code peak_tensor.cu} if the device offers its kernels.
 */
final class PeakMeasurement {
    private static final Kernel KERNEL = new Kernel("peak", "peak_multiply_add");
    private static final int CHAINS = 64;
    private static final Kernel TF32 = new Kernel("peak_tensor", "peak_multiply_tf32");
    private static final Kernel HALF = new Kernel("peak_tensor", "peak_multiply_f16");
    private static final Kernel BYTES = new Kernel("peak_tensor", "peak_multiply_u8");
    /** Matrix multiplications in flight per warp. */
    private static final int FRAGMENTS = 8;
    /** Results of a matrix multiplication: 16 x 8. */
    private static final int RESULTS = 128;

    private static final int WARP = 32;
    private static final long ITEMS = 1L << 18;
    private static final long MIN_NANOS = 10_000_000;
    private static final long MAX_ROUNDS = 1L << 20;
    private static final long MAX_COPY = 256L << 20;
    private static final long MIN_COPY = 1L << 20;
    private static final int TRIES = 4;

    private final Device device;
    private final MemoryPool pool;

    PeakMeasurement(Device device, MemoryPool pool) {
        this.device = device;
        this.pool = pool;
    }

    Peak run() {
        return new Peak(
                memory(),
                arithmetic(KERNEL, 2 * CHAINS),
                multiplications(TF32, 8),
                multiplications(HALF, 16),
                multiplications(BYTES, 32));
    }

    private double memory() {
        long bytes = Math.clamp(
                pool.freeBytes() / 4,
                MIN_COPY,
                Math.min(MAX_COPY, Math.max(MIN_COPY, device.limits().maxAllocation())));
        View from = scratch(bytes / Float.BYTES);
        View to = scratch(bytes / Float.BYTES);
        long best = Long.MAX_VALUE;
        for (int i = 0; i < TRIES; i++) {
            best = Math.min(
                    best,
                    nanos(() -> device.copy(DeviceBuffer.memoryOf(from), 0, DeviceBuffer.memoryOf(to), 0, bytes)));
        }
        from.buffer().close();
        to.buffer().close();
        return 2.0 * bytes / best * 1e9;
    }

    /** @param inner length of the sums in one matrix multiplication */
    private double multiplications(Kernel kernel, int inner) {
        return device.offers(kernel) ? arithmetic(kernel, 2 * FRAGMENTS * RESULTS * inner / WARP) : 0;
    }

    /** @param operations operations per item in a round */
    private double arithmetic(Kernel kernel, int operations) {
        View out = scratch(ITEMS);
        LaunchPlan plan = LaunchPlan.elements(ITEMS);
        device.prepare(kernel);
        double best = 0;
        long rounds = 8;
        for (int good = 0; good < TRIES; ) {
            Arguments arguments =
                    new Arguments().memory(out).int64(ITEMS, rounds).float32(0.999, 0.001);
            long nanos = nanos(() -> device.launch(kernel, plan, arguments.list()));
            if (nanos < MIN_NANOS && rounds < MAX_ROUNDS) {
                rounds *= 2;
                continue;
            }
            best = Math.max(best, (double) operations * ITEMS * rounds / nanos * 1e9);
            good++;
        }
        out.buffer().close();
        return best;
    }

    private long nanos(Runnable work) {
        device.finish();
        long begun = System.nanoTime();
        work.run();
        device.finish();
        return Math.max(1, System.nanoTime() - begun);
    }

    private View scratch(long floats) {
        Shape shape = Shape.of(floats);
        return View.dense(pool.allocate(DType.F32, shape), shape);
    }
}
