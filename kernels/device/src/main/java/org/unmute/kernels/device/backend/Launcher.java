package org.unmute.kernels.device.backend;

import org.unmute.kernels.device.Device;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;

/** Profiled launches, and scratch memory. */
final class Launcher {
    private final Device device;
    private final MemoryPool pool;
    private final Profile profile;

    Launcher(Device device, MemoryPool pool, Profile profile) {
        this.device = device;
        this.pool = pool;
        this.profile = profile;
    }

    /**
     * Runs a memory-bound kernel.
     *
     * @param bytes bytes read and written, for the profile
     */
    void run(Kernel kernel, LaunchPlan plan, long bytes, Arguments arguments) {
        run(kernel, plan, bytes, 0, arguments);
    }

    /**
     * Runs a kernel.
     *
     * @param bytes bytes read and written, for the profile
     * @param operations multiplications and additions, for the profile
     */
    void run(Kernel kernel, LaunchPlan plan, long bytes, long operations, Arguments arguments) {
        if (!profile.isMeasuring()) {
            profile.launched(device.launch(kernel, plan, arguments.list()), 0, bytes, operations);
            return;
        }
        device.prepare(kernel);
        device.finish();
        long begun = System.nanoTime();
        Kernel ran = device.launch(kernel, plan, arguments.list());
        device.finish();
        profile.launched(ran, System.nanoTime() - begun, bytes, operations);
    }

    /** Memory with undefined contents, to be closed by the caller. */
    View scratch(DType dtype, Shape shape) {
        return View.dense(pool.allocate(dtype, shape), shape);
    }

    /** Bytes of views; an element broadcast by a stride of 0 counts once. */
    static long bytes(View... views) {
        long sum = 0;
        for (View v : views) {
            long n = v.dtype().bytes();
            for (int a = 0; a < v.shape().rank(); a++) {
                n *= v.stride(a) == 0
                        ? Math.min(1, v.shape().size(a))
                        : v.shape().size(a);
            }
            sum += n;
        }
        return sum;
    }
}
