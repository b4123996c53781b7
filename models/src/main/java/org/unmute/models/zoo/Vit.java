package org.unmute.models.zoo;

import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.frontend.FbankFrontEnd;
import org.unmute.models.frontend.FbankOptions;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.frontend.KaldiFbank;
import org.unmute.models.frontend.WindowFunction;
import org.unmute.models.vit.Attention;
import org.unmute.models.vit.FeedForward;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.PatchEmbed;
import org.unmute.models.vit.Trace;
import org.unmute.models.vit.TransformerBlock;
import org.unmute.models.vit.Trunk;
import org.unmute.models.vit.Weights;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.Unary;

/**
 * The network of Audio-MAE, Bird-MAE, ASiT, AST, SSAST, EAT, BAT, M2D, CED, ATST-Frame and KWT, with timm's names: up
 * to two extra tokens before the patches, a stored position for every token or for the patches only, blocks and, in
 * some, norms around them. Those that cut a recording themselves run it on each chunk. An encoder in another jar may
 * use it as well: {@link #keyMap}, {@link #read} and {@link #encoder} are all that Audio-MAE's network needs, and the
 * parts ({@link #trunk}, {@link #block}, {@link #grid}, {@link #fbank}) serve others.
 *
 * <p>Immutable and thread-safe, as are the tensors of a checkpoint.
 *
 * @param patchEmbed {@code [batch, frames, mel]} to {@code [batch, patches, dim]}
 * @param extra the tokens before the patches, {@code [1, extra, dim]}; null if there are none
 * @param positions {@code [1, extra + patches, dim]}, or {@code [1, patches, dim]} if the extra tokens have none
 * @param entering what the trace calls the tokens with their positions, such as {@link #WITH_CLS}
 * @param preNorm norm before the first block; may be null
 * @param trunk the blocks; at least one
 * @param norm final norm; may be null
 */
public record Vit(
        UnaryOperator<Tensor> patchEmbed,
        @Nullable Tensor extra,
        Tensor positions,
        String entering,
        @Nullable LayerNorm preNorm,
        Trunk trunk,
        @Nullable LayerNorm norm) {
    /** Frames and mel bins of a patch. */
    public static final int PATCH = 16;
    /** Mel bins of a frame. */
    public static final int MEL = 128;
    /** Mel bins of a frame over those of a patch: token columns where patches do not overlap. */
    public static final int BANDS = MEL / PATCH;
    /** What the norms of a block add to the variance. */
    public static final double EPS = 1e-6;
    /** Max frames of a window: eleven minutes, far beyond the windows that attention can be computed for. */
    public static final int MAX_FRAMES = 1 << 16;
    /** The class token's tensor, {@code [1, 1, dim]}. */
    public static final String CLS = "cls_token";
    /** The tensor of positions, {@code [1, 1 + patches, dim]}. */
    public static final String POSITIONS = "pos_embed";
    /** What the reference numbers call the tokens with a class token and their positions. */
    public static final String WITH_CLS = "tokens_with_pos_and_cls";

    private static final String PATCHES = "patch_embed.proj";

    /** @throws IllegalArgumentException if the tokens, the positions and the blocks do not fit */
    public Vit {
        boolean fits = positions.rank() == 3 && positions.size(0) == 1;
        if (!fits
                || extra != null
                        && (extra.rank() != 3
                                || extra.size(0) != 1
                                || extra.size(1) < 1
                                || extra.size(2) != positions.size(2))) {
            throw new IllegalArgumentException(
                    "vit: the tokens before the patches are " + (extra == null ? "none" : extra.shape())
                            + " and the positions " + positions.shape() + ": [1, tokens, dim] is expected of both");
        }
        if (trunk.blocks().isEmpty()) {
            throw new IllegalArgumentException("vit: there are no blocks: at least one is expected");
        }
    }

    /** Names of a block's tensors in timm's naming, below {@code blocks.N.}, for {@link KeyMap#requireSeries}. */
    public static String[] timmBlock() {
        return KeyMap.weightsAndBiases("attn.qkv", "attn.proj", "mlp.fc1", "mlp.fc2", "norm1", "norm2");
    }

    /**
     * A key map with timm's names up to the last block; the caller adds the names that follow, such as {@code norm.}.
     *
     * @param name what reports call the naming, such as {@code birdmae/lightning}
     */
    public static KeyMap keyMap(String name) {
        return KeyMap.named(name, CLS, POSITIONS, PATCHES + ".weight", "blocks.0.attn.qkv.weight")
                .keep(CLS, POSITIONS, PATCHES + ".", "blocks.")
                .require(CLS, POSITIONS, PATCHES + ".weight", PATCHES + ".bias")
                .requireSeries("blocks.", timmBlock());
    }

    /**
     * Reads the network with one class token, patches that do not overlap and pre-norm blocks.
     *
     * @param w tensors under the names of {@link #keyMap}
     * @param settings with the number of heads
     * @param positions {@code [1, 1 + patches, dim]}
     * @param norm name of the final norm, or null
     * @throws UnusableCheckpointException if a tensor is missing or has another shape
     * @throws IllegalArgumentException if the channels do not split into the heads that are set
     */
    public static Vit read(CheckpointWeights w, EncoderSettings settings, Tensor positions, @Nullable String norm) {
        int dim = w.size(CLS, 3, 2);
        return new Vit(
                PatchEmbed.read(w, PATCHES, dim, PATCH, PATCH)::apply,
                w.tensor(CLS, 1, 1, dim),
                positions,
                WITH_CLS,
                null,
                trunk(TransformerBlock.Kind.PRE, w, "blocks", dim, settings.headsOr(0, dim)),
                norm == null ? null : LayerNorm.read(w, norm, dim, EPS));
    }

    /**
     * The front end of an encoder whose pre-training data is AudioSet, with the statistics that AST's authors state.
     *
     * @param rate Hz
     * @param frames frames of a window, 10 ms each
     */
    public static FbankFrontEnd fbank(EncoderSettings settings, int rate, int frames) {
        return fbank(settings, rate, frames, -4.2677393, 4.5689974);
    }

    /**
     * Kaldi's filter bank with a Hann window and {@value #MEL} bins, and the statistics of the settings, or the given
     * ones if there are none.
     *
     * @param rate Hz
     * @param frames frames of a window, 10 ms each
     * @param mean the authors' mean of the log energies
     * @param std the authors' standard deviation of the log energies, which are divided by twice this
     */
    public static FbankFrontEnd fbank(EncoderSettings settings, int rate, int frames, double mean, double std) {
        return new FbankFrontEnd(
                new KaldiFbank(FbankOptions.of(rate, MEL, WindowFunction.HANNING)),
                frames,
                settings.meanOr(mean),
                settings.stdOr(std));
    }

    /**
     * A block with timm's names, {@code [batch, tokens, dim]} to the same.
     *
     * @param name what its tensors' names begin with, such as {@code blocks.0}
     * @param hidden numbers between the two layers of its network
     * @throws IllegalArgumentException if a tensor is missing or has another shape
     */
    public static TransformerBlock block(
            TransformerBlock.Kind kind, Weights w, String name, int dim, int heads, long hidden) {
        return new TransformerBlock(
                kind,
                LayerNorm.read(w, name + ".norm1", dim, EPS),
                Attention.read(w, name + ".attn", dim, heads),
                LayerNorm.read(w, name + ".norm2", dim, EPS),
                FeedForward.read(w, name + ".mlp", dim, hidden, Unary.GELU));
    }

    /**
     * The blocks with timm's names that the file has; the widths of their networks follow from the file.
     *
     * @param name what the blocks' names begin with, such as {@code blocks}
     * @throws UnusableCheckpointException if there is none, one is missing, or a tensor has another shape
     */
    public static Trunk trunk(TransformerBlock.Kind kind, CheckpointWeights w, String name, int dim, int heads) {
        return trunk(w, name, "norm1", b -> block(kind, w, b, dim, heads, w.size(b + ".mlp.fc1.weight", 2, 0)));
    }

    /**
     * As many blocks as the file has, whatever their names.
     *
     * @param name what the blocks' names begin with, such as {@code blocks}
     * @param part a part that every block has, such as {@code norm1}
     * @param block reads a block by its name, such as {@code blocks.0}
     * @throws UnusableCheckpointException if there is none, or one is missing
     */
    public static Trunk trunk(CheckpointWeights w, String name, String part, Function<String, TransformerBlock> block) {
        return new Trunk(IntStream.range(0, w.count(name, part + ".weight"))
                .mapToObj(i -> block.apply(name + "." + i))
                .toList());
    }

    /**
     * Patches along a window; frames that do not fill a patch are left out, as in the authors' convolution.
     *
     * @param frames of the window, {@value #PATCH} to {@link #MAX_FRAMES}
     * @param stride frames from one patch to the next; {@link #PATCH} where patches do not overlap
     * @param encoder its name, for messages
     * @throws IllegalArgumentException if the window is too short or too long
     */
    public static int steps(int frames, int stride, String encoder) {
        if (frames < PATCH) {
            throw new IllegalArgumentException(
                    encoder + ": a window of " + frames + " frames holds no patch: it takes at least " + PATCH);
        }
        if (frames > MAX_FRAMES) {
            throw new IllegalArgumentException(encoder + ": a window of " + frames + " frames is too long: use at most "
                    + MAX_FRAMES + ", longer recordings are cut into windows");
        }
        return (frames - PATCH) / stride + 1;
    }

    /**
     * Time steps that the stored positions are for: those of a class token and a grid of {@value #BANDS} bands.
     *
     * @param origin the file, for messages
     * @throws UnusableCheckpointException if there are positions for no such grid
     */
    public static int storedSteps(CheckpointWeights w, String origin) {
        int rows = w.size(POSITIONS, 3, 1) - 1;
        if (rows < BANDS || rows % BANDS != 0 || rows / BANDS > MAX_FRAMES / PATCH) {
            throw new UnusableCheckpointException(
                    origin + ": there are " + (rows + 1) + " positions, expected is one and a multiple of " + BANDS
                            + ", for patches of 16 of 128 mel bins: another model, or another front end");
        }
        return rows / BANDS;
    }

    /**
     * The positions of Audio-MAE and Bird-MAE for a window of as many steps as stored, or fewer. The table is laid out
     * as if frequency came first, {@code 1 + f · steps + t}, while tokens are time-major; that is how they were
     * trained, so the order of rows must be kept. For fewer steps the first of each of the 8 rows of that layout are
     * used, one after the other. That is what Audio-MAE's {@code interpolate_pos_embed_audio} (util/pos_embed.py) does
     * for the sizes that main_finetune_esc.py states, (8, 64) and for ESC-50 (8, 32); the published script leaves the
     * call out where patches do not overlap, and then has 512 positions for 256 patches, which do not add up.
     * Bird-MAE's fine-tuning code computes the table for (8, steps), which gives the same values.
     *
     * @param origin the file, for messages
     * @param steps time steps of a window
     * @return {@code [1, 1 + steps · 8, dim]}
     * @throws UnusableCheckpointException if fewer are stored
     */
    public static Tensor transposedPositions(CheckpointWeights w, String origin, int steps) {
        int stored = storedSteps(w, origin);
        int dim = w.size(CLS, 3, 2);
        Tensor table = w.tensor(POSITIONS, 1, 1 + (long) stored * BANDS, dim);
        if (steps == stored) {
            return table;
        }
        if (steps > stored) {
            throw new UnusableCheckpointException(
                    origin + ": a window of " + steps * PATCH + " frames is asked for, the stored positions are for "
                            + stored * PATCH + ": use at most as many; longer recordings are cut into windows");
        }
        float[] all = table.toFloats();
        float[] some = new float[(1 + steps * BANDS) * dim];
        System.arraycopy(all, 0, some, 0, dim);
        for (int row = 0; row < BANDS; row++) {
            System.arraycopy(all, (1 + row * stored) * dim, some, (1 + row * steps) * dim, steps * dim);
        }
        return Tensor.of(some, 1, 1 + (long) steps * BANDS, dim).freeze();
    }

    /**
     * The grid of a class token and patches that do not overlap.
     *
     * @param steps time steps of a window
     */
    public static EncoderSpec.Grid grid(int steps, FrontEnd frontEnd) {
        return new EncoderSpec.Grid(steps, BANDS, PATCH * frontEnd.frameShift(), EncoderSpec.TokenOrder.TIME_MAJOR, 1);
    }

    private int dim() {
        return positions.shape().dim(2);
    }

    /** The size in words: {@code ViT 768 x 12, 12 heads, pre-norm}. */
    public String size() {
        TransformerBlock first = trunk.blocks().getFirst();
        return "ViT " + dim() + " x " + trunk.blocks().size() + ", "
                + first.attention().heads() + " heads, "
                + (first.kind() == TransformerBlock.Kind.PRE ? "pre-norm" : "post-norm");
    }

    /**
     * {@code [batch, frames, mel]} to {@code [batch, extra + patches, dim]}. The trace receives {@code patch_embed},
     * the tokens with their positions under the name {@link #entering}, {@code pre_norm_out} if there is such a norm,
     * and what {@link Trunk#apply} gives.
     */
    public Tensor forward(Tensor input, Trace trace) {
        Tensor x = trunk.apply(beforeBlocks(input, trace), trace);
        return norm == null ? x : norm.apply(x);
    }

    /** What enters the first block. */
    Tensor beforeBlocks(Tensor input, Trace trace) {
        Tensor patches = patchEmbed.apply(input);
        trace.accept("patch_embed", patches);
        Tensor tokens = entering(patches);
        trace.accept(entering, tokens);
        if (preNorm != null) {
            tokens = preNorm.apply(tokens);
            trace.accept("pre_norm_out", tokens);
        }
        return tokens;
    }

    /** Patches with the tokens before them and their positions. */
    private Tensor entering(Tensor patches) {
        if (extra == null) {
            return patches.plus(positions);
        }
        Tensor before = extra.expand(patches.size(0), extra.size(1), dim());
        return positions.size(1) > patches.size(1)
                ? Tensor.concat(1, before, patches).plus(positions)
                : Tensor.concat(1, before, patches.plus(positions));
    }

    /** The same network with other positions, such as those of a shorter input. */
    public Vit at(Tensor others) {
        return new Vit(patchEmbed, extra, others, entering, preNorm, trunk, norm);
    }

    /**
     * The encoder with this network, described by its size.
     *
     * @param name of the provider
     * @param description one line: architecture and size, such as {@link #size}, in the encoder's words
     * @param grid the tokens of one window
     * @param head null if the checkpoint has none
     * @throws IllegalArgumentException if the settings' hop does not fit
     */
    public EncoderNetwork encoder(
            String name,
            String description,
            FrontEnd frontEnd,
            EncoderSettings settings,
            EncoderSpec.Grid grid,
            @Nullable ClassHead head) {
        EncoderSpec spec = EncoderSpec.of(
                name,
                description,
                frontEnd,
                settings,
                grid,
                dim(),
                trunk.blocks().size(),
                head == null ? List.of() : head.classes());
        return encoder(spec, frontEnd, head);
    }

    /**
     * The encoder with this network and a description of the caller's own.
     *
     * @param head null if the checkpoint has none
     */
    public EncoderNetwork encoder(EncoderSpec spec, FrontEnd frontEnd, @Nullable ClassHead head) {
        return new Network(spec, frontEnd, this, head);
    }

    /** A network with its front end and its head. */
    record Network(
            EncoderSpec spec,
            FrontEnd frontEnd,
            Vit vit,
            @Nullable ClassHead head) implements EncoderNetwork {
        @Override
        public Tensor forward(Tensor input, Trace trace) {
            return vit.forward(input, trace);
        }

        @Override
        public Tensor classify(Tensor tokens) {
            return head == null ? EncoderNetwork.super.classify(tokens) : head.apply(tokens);
        }
    }
}
