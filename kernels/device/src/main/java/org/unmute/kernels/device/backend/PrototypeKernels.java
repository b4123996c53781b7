package org.unmute.kernels.device.backend;

import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;

/** Launches of {@code prototype.cl}. */
final class PrototypeKernels {
    private static final String FAMILY = "prototype";
    private static final int FACTORS = 3;
    private static final int WINNER_ITEMS = 32;
    /**
     * Gradients process this many clips at a time, as on the CPU, so that scratch memory does not grow with the batch.
     */
    private static final long CLIPS_AT_ONCE = 64;

    private final Launcher launcher;
    private final MovementKernels movement;

    PrototypeKernels(Launcher launcher, MovementKernels movement) {
        this.launcher = launcher;
        this.movement = movement;
    }

    /**
     * Values and winners of the prototypes, or of their signs if {@code binary}. Binary winners are those of exact
     * arithmetic, as on the other backends.
     */
    void match(View tokens, View prototypes, boolean binary, View values, View winners) {
        Types.require("prototypeMaxPool", DType.F32, tokens, prototypes, values);
        Types.require("prototypeMaxPool", DType.I32, winners);
        if (values.shape().elements() == 0) {
            return;
        }
        long[] m = matching(tokens, prototypes, values, winners, null, null);
        boolean frames = areFrames(tokens);
        String kernel = frames ? "prototype_match_frames" : "prototype_match";
        LaunchPlan plan = frames
                ? LaunchPlan.frames(
                        tokens.shape().size(0),
                        tokens.shape().size(1),
                        prototypes.shape().size(0))
                : LaunchPlan.tiles(tokens.shape().size(0), 1, prototypes.shape().size(0));
        long operations = 2 * tokens.shape().elements() * prototypes.shape().size(0);
        if (!binary) {
            launcher.run(
                    new Kernel(FAMILY, kernel),
                    plan,
                    Launcher.bytes(tokens, prototypes, values, winners),
                    operations,
                    new Arguments()
                            .memory(tokens, prototypes, prototypes, values, winners)
                            .struct(m));
            return;
        }
        long count = prototypes.shape().size(0);
        View bits = launcher.scratch(
                DType.I32, Shape.of(count, Math.ceilDiv(prototypes.shape().size(1), Integer.SIZE)));
        View scales = launcher.scratch(DType.F32, Shape.of(count));
        launcher.run(
                new Kernel(FAMILY, "prototype_pack"),
                LaunchPlan.elements(count),
                Launcher.bytes(prototypes, bits, scales),
                new Arguments().memory(prototypes, bits, scales).struct(m));
        launcher.run(
                new Kernel(FAMILY, kernel + "_binary"),
                plan,
                Launcher.bytes(tokens, bits, scales, values, winners),
                operations,
                new Arguments().memory(tokens, bits, scales, values, winners).struct(m));
        long pairs = values.shape().elements();
        launcher.run(
                new Kernel(FAMILY, "prototype_rescore"),
                LaunchPlan.tasks(Math.ceilDiv(pairs, LaunchPlan.GROUP_ITEMS), LaunchPlan.GROUP_ITEMS),
                Launcher.bytes(winners),
                new Arguments().memory(tokens, bits, scales, values, winners).struct(m));
        launcher.run(
                new Kernel(FAMILY, "prototype_values"),
                winners(pairs),
                pairs * prototypes.shape().size(1) * Float.BYTES,
                new Arguments().memory(tokens, bits, values, winners).struct(m));
        bits.buffer().close();
        scales.buffer().close();
    }

    /** Groups of {@value #WINNER_ITEMS} items per winner. */
    private static LaunchPlan winners(long count) {
        return LaunchPlan.tasks(Math.ceilDiv(count, LaunchPlan.GROUP_ITEMS / WINNER_ITEMS), LaunchPlan.GROUP_ITEMS);
    }

    /** Whether several clips fit a tile and all tokens are evenly strided across clips. */
    private static boolean areFrames(View tokens) {
        long each = tokens.shape().size(1);
        return tokens.shape().size(0) > 1 && each <= LaunchPlan.TILE / 2 && tokens.stride(0) == each * tokens.stride(1);
    }

    /** Gradients of {@link #match}; either may be null. Those of binary prototypes are with respect to the signs. */
    void backward(View tokens, View prototypes, boolean binary, View winners, View gy, View gtokens, View gprototypes) {
        Types.require("prototypeMaxPool", DType.F32, tokens, prototypes, gy);
        if (gy.shape().elements() == 0) {
            movement.clear(gtokens, gprototypes);
            return;
        }
        long clips = tokens.shape().size(0);
        View factors = launcher.scratch(
                DType.F32,
                Shape.of(Math.min(clips, CLIPS_AT_ONCE), prototypes.shape().size(0), FACTORS));
        for (long from = 0; from < clips; from += CLIPS_AT_ONCE) {
            long count = Math.min(clips - from, CLIPS_AT_ONCE);
            backward(
                    clips(tokens, from, count),
                    prototypes,
                    binary,
                    clips(winners, from, count),
                    clips(gy, from, count),
                    gtokens == null ? null : clips(gtokens, from, count),
                    gprototypes,
                    factors,
                    from > 0);
        }
        factors.buffer().close();
    }

    private static View clips(View v, long from, long count) {
        return v.slice(0, from, count, 1);
    }

    /** Gradients of some clips; {@code gprototypes} is accumulated if there were clips {@code before}. */
    private void backward(
            View tokens,
            View prototypes,
            boolean binary,
            View winners,
            View gy,
            View gtokens,
            View gprototypes,
            View factors,
            boolean before) {
        long winnerCount = gy.shape().elements();
        long[] m = matching(tokens, prototypes, gy, winners, gtokens, gprototypes);
        int flag = binary ? 1 : 0;
        long winnerBytes = 2 * winnerCount * prototypes.shape().size(1) * Float.BYTES;
        launcher.run(
                new Kernel(FAMILY, "prototype_factors"),
                winners(winnerCount),
                winnerBytes,
                new Arguments()
                        .memory(tokens, prototypes, winners, gy, factors)
                        .struct(m)
                        .int32(flag));
        if (gprototypes != null) {
            launcher.run(
                    new Kernel(FAMILY, "prototype_gradient"),
                    LaunchPlan.tasks(prototypes.shape().size(0), LaunchPlan.GROUP_ITEMS),
                    winnerBytes / 2 + Launcher.bytes(prototypes, gprototypes),
                    new Arguments()
                            .memory(tokens, prototypes, winners, factors, gprototypes)
                            .struct(m)
                            .int32(flag, before ? 1 : 0));
        }
        if (gtokens != null) {
            long tasks = tokens.shape().size(0) * tokens.shape().size(1);
            launcher.run(
                    new Kernel(FAMILY, "token_gradient"),
                    LaunchPlan.tasks(tasks, LaunchPlan.GROUP_ITEMS),
                    winnerBytes / 2 + Launcher.bytes(tokens, gtokens),
                    new Arguments()
                            .memory(tokens, prototypes, winners, factors, gtokens)
                            .struct(m)
                            .int32(flag));
        }
    }

    private static long[] matching(
            View tokens, View prototypes, View values, View winners, View gtokens, View gprototypes) {
        return Arguments.concat(
                Arguments.members(
                        tokens.shape().size(0),
                        tokens.shape().size(1),
                        prototypes.shape().size(0),
                        prototypes.shape().size(1)),
                Arguments.layout(tokens),
                Arguments.layout(prototypes),
                Arguments.layout(values),
                Arguments.layout(winners),
                Arguments.layout(gtokens == null ? tokens : gtokens),
                Arguments.layout(gprototypes == null ? prototypes : gprototypes));
    }
}
