package org.unmute.kernels.device.backend;

import java.util.List;
import java.util.stream.Stream;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;

/**
 * Launches of {@code matching_tensor.cu}: matching of binarized prototypes on tensor cores, with the winners and values
 * of the portable kernels. Scratch memory is limited to {@link #AT_ONCE}, or to the memory of one clip if that is more.
 */
final class SignMatching {
    /** All kernels of this class. A device has either all of them or none. */
    static final List<Kernel> KERNELS = Stream.of(
                    "signs_pack", "tokens_measure", "tokens_split", "signs_match", "winners_settle", "winners_decide")
            .map(SignMatching::kernel)
            .toList();

    /** Max entries in a token. */
    static final long MAX_DIM = 4096;
    /** Limit on scratch memory, in bytes, for clips that are processed together. */
    static final long AT_ONCE = 64L << 20;
    /** Scratch memory of a clip, in bytes, above which the portable kernels run instead. */
    static final long MAX_CLIP = 512L << 20;

    /** Tokens in a slot; for each prototype the best two of them are retained. */
    static final int SLOT = 32;
    /** Tokens in the tile of a group. */
    static final int TILE = 64;
    /** Prototypes in the tile of a group. */
    static final int BAND = 256;
    /** Prototypes that a group packs. */
    static final int PACKED = 16;
    /** Entries of a token that are multiplied together. */
    static final int STEP = 64;
    /** Winners settled by a group, eight per warp. */
    static final int SETTLED = 64;

    private final KernelFamily backend;
    private final View tokens;
    private final View prototypes;
    private final View values;
    private final View winners;

    /**
     * Prepares matching of these tensors, see {@link
     * org.unmute.tensor.backend.PrototypeComposites#binaryPrototypeMaxPool}.
     */
    SignMatching(KernelFamily backend, View tokens, View prototypes, View values, View winners) {
        this.backend = backend;
        this.tokens = tokens;
        this.prototypes = prototypes;
        this.values = values;
        this.winners = winners;
    }

    private static Kernel kernel(String name) {
        return new Kernel("matching_tensor", name);
    }

    /** Whether the device has these kernels and they support these sizes. */
    static boolean fits(KernelFamily backend, View tokens, View prototypes) {
        return backend.offers(KERNELS.getFirst())
                && tokens.shape().size(2) <= MAX_DIM
                && scratchOfClip(
                                tokens.shape().size(1),
                                prototypes.shape().size(0),
                                tokens.shape().size(2))
                        <= MAX_CLIP;
    }

    /** Number of slots, the last of which may be padding. It is even, since a tile has two slots. */
    static long slots(long tokens) {
        return Math.ceilDiv(tokens, TILE) * (TILE / SLOT);
    }

    private static long width(long dim) {
        return Math.ceilDiv(dim, STEP) * STEP;
    }

    /** Bytes of scratch memory for a clip. */
    static long scratchOfClip(long tokens, long prototypes, long dim) {
        long slots = slots(tokens);
        long planes = slots * SLOT * 2 * width(dim);
        long numbers = tokens * 4 + slots * 2 * dim + slots + slots * SLOT + slots * prototypes * 2 + 2;
        return planes + numbers * Float.BYTES;
    }

    /** Clips that are processed together. */
    static long clipsAtOnce(long clips, long tokens, long prototypes, long dim) {
        return Math.clamp(AT_ONCE / scratchOfClip(tokens, prototypes, dim), 1, clips);
    }

    /** Computes values and winners. */
    void run() {
        long written = PackedSigns.writes(prototypes);
        View[] kept = PackedSigns.kept(prototypes, 3);
        View[] packed = kept.length > 0 ? kept : pack();
        long clips = tokens.shape().size(0);
        long atOnce = clipsAtOnce(
                clips,
                tokens.shape().size(1),
                prototypes.shape().size(0),
                tokens.shape().size(2));
        for (long from = 0; from < clips; from += atOnce) {
            long n = Math.min(atOnce, clips - from);
            match(tokens.slice(0, from, n, 1), values.slice(0, from, n, 1), winners.slice(0, from, n, 1), packed);
        }
        if (kept.length == 0) {
            PackedSigns.keep(prototypes, written, packed);
        }
    }

    /** Packs prototypes into bits in rows, bits in the order of fragments, and scales. */
    private View[] pack() {
        long count = prototypes.shape().size(0);
        long dim = prototypes.shape().size(1);
        View bits = integers(count, Math.ceilDiv(dim, Integer.SIZE));
        View signs = integers(Math.ceilDiv(count, BAND) * BAND, width(dim) / Integer.SIZE);
        View scales = backend.allocateForResult(DType.F32, Shape.of(count));
        backend.run(
                kernel("signs_pack"),
                plan(signs.shape().size(0) / PACKED),
                new Arguments()
                        .input(prototypes)
                        .memory(bits, signs, scales)
                        .struct(MatchingLayout.of(tokens, prototypes, values, winners)));
        return new View[] {bits, signs, scales};
    }

    private void match(View x, View results, View positions, View... packed) {
        View bits = packed[0];
        View signs = packed[1];
        View scales = packed[2];
        long clips = x.shape().size(0);
        long slots = slots(x.shape().size(1));
        long count = prototypes.shape().size(0);
        long dim = x.shape().size(2);
        MatchingLayout m = MatchingLayout.of(x, prototypes, results, positions);
        View norms =
                backend.allocateForResult(DType.F32, Shape.of(clips, x.shape().size(1), 4));
        View extremes = backend.allocateForResult(DType.F32, Shape.of(clips, slots, 2, dim));
        View irregular = integers(clips, slots);
        View planes = integers(clips, slots * SLOT, 2 * width(dim) / Integer.BYTES);
        View sums = integers(clips, slots * SLOT);
        View info = integers(clips, 2);
        View keys = integers(clips, slots, count, 2);
        backend.run(
                kernel("tokens_measure"),
                plan(clips * slots),
                new Arguments().memory(x, norms, extremes, irregular).struct(m));
        backend.run(
                kernel("tokens_split"),
                plan(clips * slots),
                new Arguments()
                        .memory(x, norms, extremes, irregular, planes, sums, info)
                        .struct(m));
        backend.run(
                kernel("signs_match"),
                plan(clips * (slots * SLOT / TILE) * Math.ceilDiv(count, BAND)),
                Arguments.bytes(planes, signs, sums, keys),
                2 * x.shape().elements() * count,
                new Arguments().memory(planes, signs, sums, keys).struct(m));
        for (String name : List.of("winners_settle", "winners_decide")) {
            backend.run(
                    kernel(name),
                    plan(Math.ceilDiv(clips * count, SETTLED)),
                    new Arguments()
                            .memory(x, bits, scales, norms, sums, keys, info, results, positions)
                            .struct(m));
        }
        close(norms, extremes, irregular, planes, sums, info, keys);
    }

    private static void close(View... scratch) {
        for (View v : scratch) {
            v.buffer().close();
        }
    }

    private static LaunchPlan plan(long groups) {
        return LaunchPlan.tasks(groups, LaunchPlan.TILE_ITEMS);
    }

    private View integers(long... sizes) {
        return backend.allocateForResult(DType.I32, Shape.of(sizes));
    }
}
