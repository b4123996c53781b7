package org.unmute.kernels.device.backend;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.unmute.kernels.device.Argument;
import org.unmute.kernels.device.Device;
import org.unmute.kernels.device.DeviceRoutine;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.kernels.device.MatrixProduct;
import org.unmute.kernels.device.TensorCores;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.View;

/**
 * The operations of a family of related kernels, expressed as launches. {@link DeviceBackend} combines all families and
 * runs their launches.
 */
interface KernelFamily extends Backend {
    /** Whether the device has a kernel that others lack, see {@link Device#offers}. */
    boolean offers(Kernel kernel);

    /** Where to use tensor cores, see {@link Device#tensorCores}. */
    TensorCores tensorCores();

    /** Whether memory may be kept to make later calls faster: true if less than half of the pool's limit is in use. */
    boolean mayKeepMore();

    /**
     * Runs a kernel and counts it in the profile.
     *
     * @param bytes bytes read and written
     * @param operations multiplications and additions
     */
    void launch(Kernel kernel, LaunchPlan plan, long bytes, long operations, List<Argument> arguments);

    /** The device's own routine for a product, if there is one: see {@link Device#routine}. */
    Optional<DeviceRoutine> routine(MatrixProduct product);

    /**
     * Runs a routine of the device and counts it in the profile.
     *
     * @param bytes bytes read and written
     * @param operations multiplications and additions
     */
    void run(DeviceRoutine routine, long bytes, long operations);

    /** Runs a kernel and counts it in the profile, see {@link #launch}. */
    default void run(Kernel kernel, LaunchPlan plan, long bytes, long operations, Arguments arguments) {
        launch(kernel, plan, bytes, operations, arguments.list());
    }

    /** Runs a memory-bound kernel. */
    default void run(Kernel kernel, LaunchPlan plan, long bytes, Arguments arguments) {
        run(kernel, plan, bytes, 0, arguments);
    }

    /** Runs a memory-bound kernel that reads or writes each element of its views once. */
    default void run(Kernel kernel, LaunchPlan plan, Arguments arguments) {
        run(kernel, plan, Arguments.bytes(arguments.views()), arguments);
    }

    /**
     * Runs a kernel on each element of its views, if there are any. The last argument of the kernel is the loop over
     * them.
     */
    default void runOnElements(Kernel kernel, Arguments arguments) {
        StridedLoop loop = StridedLoop.of(arguments.views());
        if (loop.count() > 0) {
            run(kernel, LaunchPlan.elements(loop.count()), arguments.struct(loop));
        }
    }

    /** Fills views with 0; some may be null. */
    default void clear(@Nullable View... views) {
        Arrays.stream(views).filter(Objects::nonNull).forEach(v -> fill(v, 0));
    }
}
