package org.unmute.kernels.device;

import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;

/** What all families of kernels share: launches that are counted, and scratch memory. */
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
     * Runs a kernel.
     *
     * @param bytes what it reads and writes, for the profile
     */
    void run(Kernel kernel, LaunchPlan plan, long bytes, Arguments arguments) {
        if (!profile.isMeasuring()) {
            device.launch(kernel, plan, arguments);
            profile.launched(kernel, 0, bytes);
            return;
        }
        device.prepare(kernel);
        device.finish();
        long begun = System.nanoTime();
        device.launch(kernel, plan, arguments);
        device.finish();
        profile.launched(kernel, System.nanoTime() - begun, bytes);
    }

    /** Memory whose contents are not defined. Close it. */
    View scratch(DType dtype, Shape shape) {
        return View.dense(pool.allocate(dtype, shape), shape);
    }

    /** Bytes of views, each element counted once even where it is repeated by a stride of 0. */
    static long bytes(View... views) {
        long sum = 0;
        for (View v : views) {
            long n = v.dtype().bytes();
            for (int a = 0; a < v.shape().rank(); a++) {
                n *= v.stride(a) == 0 ? Math.min(1, v.shape().size(a)) : v.shape().size(a);
            }
            sum += n;
        }
        return sum;
    }
}
