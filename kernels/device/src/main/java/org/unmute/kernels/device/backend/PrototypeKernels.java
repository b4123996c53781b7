package org.unmute.kernels.device.backend;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;

/**
 * Launches of {@code prototype.cl}, {@code prototype_wide.cl} and, through {@link SignMatching}, of {@code
 * matching_tensor.cu}.
 */
interface PrototypeKernels extends KernelFamily {
    @Override
    default void prototypeMaxPool(View tokens, View prototypes, View values, View winners) {
        match(tokens, prototypes, false, values, winners);
    }

    @Override
    default void binaryPrototypeMaxPool(View tokens, View prototypes, View values, View winners) {
        match(tokens, prototypes, true, values, winners);
    }

    @Override
    default void prototypeMaxPoolBackward(
            View tokens, View prototypes, View winners, View gy, @Nullable View gtokens, @Nullable View gprototypes) {
        backward(tokens, prototypes, false, winners, gy, gtokens, gprototypes);
    }

    @Override
    default void binaryPrototypeMaxPoolBackward(
            View tokens, View prototypes, View winners, View gy, @Nullable View gtokens, @Nullable View gprototypes) {
        backward(tokens, prototypes, true, winners, gy, gtokens, gprototypes);
    }

    /**
     * Computes values and winners of the prototypes, or of their signs if {@code binary}. Binary winners are those of
     * exact arithmetic, as on the other backends.
     */
    private void match(View tokens, View prototypes, boolean binary, View values, View winners) {
        Types.require("prototypeMaxPool", DType.F32, tokens, prototypes, values);
        Types.require("prototypeMaxPool", DType.I32, winners);
        if (values.shape().elements() == 0) {
            return;
        }
        MatchingLayout m = MatchingLayout.of(tokens, prototypes, values, winners);
        long clips = tokens.shape().size(0);
        long count = prototypes.shape().size(0);
        long dim = prototypes.shape().size(1);
        boolean frames = areFrames(tokens);
        if (binary && !frames && SignMatching.fits(this, tokens, prototypes)) {
            new SignMatching(this, tokens, prototypes, values, winners).run();
            return;
        }
        long each = tokens.shape().size(1);
        Optional<LaunchPlan> wide = frames ? Optional.empty() : LaunchPlan.wideMatching(clips, each, count);
        LaunchPlan plan = frames
                ? LaunchPlan.frames(clips, each, count)
                : wide.orElseGet(() -> LaunchPlan.tiles(clips, 1, count));
        Kernel kernel = matching(frames, wide.isPresent(), binary);
        long operations = 2 * tokens.shape().elements() * count;
        if (!binary) {
            run(
                    kernel,
                    plan,
                    Arguments.bytes(tokens, prototypes, values, winners),
                    operations,
                    new Arguments()
                            .memory(tokens, prototypes, prototypes, values, winners)
                            .struct(m));
            return;
        }
        long written = PackedSigns.writes(prototypes);
        View[] kept = PackedSigns.kept(prototypes, 2);
        View[] packed = kept.length > 0 ? kept : pack(prototypes, m);
        View bits = packed[0];
        Arguments matched = new Arguments()
                .memory(tokens, bits, packed[packed.length - 1], values, winners)
                .struct(m);
        run(kernel, plan, Arguments.bytes(matched.views()), operations, matched);
        long pairs = values.shape().elements();
        run(kernel("prototype_rescore"), LaunchPlan.elements(pairs), Arguments.bytes(winners), matched);
        run(
                kernel("prototype_values"),
                winners(pairs),
                pairs * dim * Float.BYTES,
                new Arguments().memory(tokens, bits, values, winners).struct(m));
        if (kept.length == 0) {
            PackedSigns.keep(prototypes, written, packed);
        }
    }

    /** Packs prototypes into bits and scales. */
    private View[] pack(View prototypes, MatchingLayout m) {
        View bits = allocateForResult(DType.I32, Shape.of(m.prototypes(), Math.ceilDiv(m.dim(), Integer.SIZE)));
        View scales = allocateForResult(DType.F32, Shape.of(m.prototypes()));
        run(
                kernel("prototype_pack"),
                LaunchPlan.tasks(m.prototypes()),
                new Arguments().input(prototypes).memory(bits, scales).struct(m));
        return new View[] {bits, scales};
    }

    private static Kernel matching(boolean frames, boolean wide, boolean binary) {
        String name = "prototype_match" + (frames ? "_frames" : wide ? "_wide" : "") + (binary ? "_binary" : "");
        return wide ? new Kernel("prototype_wide", name) : kernel(name);
    }

    private static Kernel kernel(String name) {
        return new Kernel("prototype", name);
    }

    /** 32 items per winner. */
    private static LaunchPlan winners(long count) {
        return LaunchPlan.shared(count, 32);
    }

    /** Whether several clips fit a tile and all tokens are evenly strided across clips. */
    private static boolean areFrames(View tokens) {
        long each = tokens.shape().size(1);
        return tokens.shape().size(0) > 1 && each <= LaunchPlan.TILE / 2 && tokens.stride(0) == each * tokens.stride(1);
    }

    /**
     * Computes gradients of {@link #match}; either may be null. The gradients of binary prototypes are with respect to
     * the signs.
     */
    private void backward(
            View tokens,
            View prototypes,
            boolean binary,
            View winners,
            View gy,
            @Nullable View gtokens,
            @Nullable View gprototypes) {
        Types.require("prototypeMaxPool", DType.F32, tokens, prototypes, gy);
        if (gy.shape().elements() == 0) {
            clear(gtokens, gprototypes);
            return;
        }
        // Limits the clips processed at a time, as on the CPU, so that scratch memory does not grow with the batch.
        long clips = tokens.shape().size(0);
        long atOnce = Math.min(clips, 64);
        View factors =
                allocateForResult(DType.F32, Shape.of(atOnce, prototypes.shape().size(0), 3));
        for (long from = 0; from < clips; from += atOnce) {
            long count = Math.min(clips - from, atOnce);
            backward(
                    clips(tokens, from, count),
                    prototypes,
                    binary,
                    clips(winners, from, count),
                    clips(gy, from, count),
                    clips(gtokens, from, count),
                    gprototypes,
                    factors,
                    from > 0);
        }
        factors.buffer().close();
    }

    private static @Nullable View clips(@Nullable View v, long from, long count) {
        return v == null ? null : v.slice(0, from, count, 1);
    }

    /** Computes the gradients of some clips. {@code gprototypes} is accumulated if there were clips {@code before}. */
    private void backward(
            @Nullable View tokens,
            View prototypes,
            boolean binary,
            @Nullable View winners,
            @Nullable View gy,
            @Nullable View gtokens,
            @Nullable View gprototypes,
            View factors,
            boolean before) {
        long winnerCount = gy.shape().elements();
        MatchingLayout m = MatchingLayout.of(
                tokens,
                prototypes,
                gy,
                winners,
                gtokens == null ? tokens : gtokens,
                gprototypes == null ? prototypes : gprototypes);
        int flag = binary ? 1 : 0;
        long winnerBytes = 2 * winnerCount * prototypes.shape().size(1) * Float.BYTES;
        run(
                kernel("prototype_factors"),
                winners(winnerCount),
                winnerBytes,
                new Arguments()
                        .memory(tokens, prototypes, winners, gy, factors)
                        .struct(m)
                        .int32(flag));
        if (gprototypes != null) {
            run(
                    kernel("prototype_gradient"),
                    LaunchPlan.tasks(prototypes.shape().size(0)),
                    winnerBytes / 2 + Arguments.bytes(prototypes, gprototypes),
                    new Arguments()
                            .memory(tokens, prototypes, winners, factors, gprototypes)
                            .struct(m)
                            .int32(flag, before ? 1 : 0));
        }
        if (gtokens != null) {
            long tasks = tokens.shape().size(0) * tokens.shape().size(1);
            run(
                    kernel("token_gradient"),
                    LaunchPlan.tasks(tasks),
                    winnerBytes / 2 + Arguments.bytes(tokens, gtokens),
                    new Arguments()
                            .memory(tokens, prototypes, winners, factors, gtokens)
                            .struct(m)
                            .int32(flag));
        }
    }
}
