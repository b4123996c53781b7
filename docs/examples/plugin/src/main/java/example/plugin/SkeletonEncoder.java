package example.plugin;

import java.util.List;
import java.util.Optional;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Release;
import org.unmute.models.frontend.FbankFrontEnd;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.PatchEmbed;
import org.unmute.models.vit.Trace;
import org.unmute.models.vit.TransformerBlock;
import org.unmute.models.vit.Trunk;
import org.unmute.models.zoo.ClassHead;
import org.unmute.models.zoo.Vit;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;

/**
 * A whole encoder, to start from: log mel energies, patches of 16 frames by 16 bands with learned positions, pre-norm
 * blocks, a final norm and, in fine-tuned checkpoints, a head on the mean of the tokens. There is no class token.
 * Shorter windows than the stored positions use the first of them; longer ones are refused.
 */
public final class SkeletonEncoder implements EncoderNetwork {
    private static final String NAME = "skeleton";
    private static final int RATE = 16_000;
    private static final int PATCH = 16;
    private static final int BANDS = Vit.MEL / PATCH;
    private static final double EPS = 1e-6;
    private static final String PATCHES = "patches";
    private static final String POSITIONS = "positions";

    /** The authors' names, below any prefix. */
    private static final KeyMap AUTHORS = KeyMap.named(
                    "skeleton/authors", PATCHES + ".weight", POSITIONS, "blocks.0.attn.qkv.weight")
            .keep(PATCHES + ".", POSITIONS, "blocks.", "norm.", "head.")
            .drop("mask_token", "placeholder of hidden patches in pre-training")
            .require(PATCHES + ".weight", PATCHES + ".bias", POSITIONS, "norm.weight", "norm.bias")
            .requireSeries("blocks.", Vit.timmBlock());

    /** How its checkpoints are recognized and opened. */
    public record Provider() implements EncoderProvider {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public List<KeyMap> keyMaps() {
            return List.of(AUTHORS);
        }

        /** Only where others have the same names: their patches have another size. */
        @Override
        public Optional<String> reasonAgainst(Checkpoint file) {
            Shape kernel = file.shape(PATCHES + ".weight");
            return kernel.rank() == 4 && kernel.size(2) == PATCH && kernel.size(3) == PATCH
                    ? Optional.empty()
                    : Optional.of("'" + file.stored(PATCHES + ".weight") + "' is " + kernel
                            + ", expected are patches of 16 x 16");
        }

        @Override
        public EncoderNetwork open(Checkpoint file, EncoderSettings settings) {
            return new SkeletonEncoder(file, settings);
        }

        /** What 'unmute encoders' shows; without it only the name is listed. */
        @Override
        public List<Release> releases() {
            return List.of(new Release(
                    "Skeleton",
                    NAME,
                    false,
                    Release.UNKNOWN,
                    "the repository states no licence",
                    "example/skeleton",
                    List.of(new Release.Download("skeleton.pt", "github.com/example/skeleton/releases")),
                    new Release.Size(768, 12, 12, 85_000_000),
                    new Release.Tokens(64, BANDS, false, EncoderSpec.TokenOrder.TIME_MAJOR, "learned"),
                    0,
                    new Release.Notes(
                            "16 kHz, 128 log mel energies, 10 ms",
                            "(x + 4.3) / (2 * 4.6)",
                            "pre-norm, then a norm",
                            List.of("tokens are time-major"))));
        }
    }

    private final EncoderSpec spec;
    private final FbankFrontEnd frontEnd;
    private final PatchEmbed patches;
    private final Tensor positions;
    private final Trunk trunk;
    private final LayerNorm norm;
    private final ClassHead head;

    private SkeletonEncoder(Checkpoint file, EncoderSettings settings) {
        CheckpointWeights w = new CheckpointWeights(file);
        int dim = w.size(PATCHES + ".weight", 4, 0);
        int rows = w.size(POSITIONS, 3, 1);
        if (rows % BANDS != 0) {
            throw new UnusableCheckpointException(file.origin() + ": tensor '" + file.stored(POSITIONS) + "' is "
                    + w.shape(POSITIONS) + ": a multiple of " + BANDS + " rows is expected: another model?");
        }
        int stored = rows / BANDS * PATCH;
        int frames = settings.framesOr(stored);
        if (frames % PATCH != 0 || frames > stored) {
            throw new IllegalArgumentException(NAME + ": windows of " + frames + " frames cannot be set: use a "
                    + "multiple of " + PATCH + " up to " + stored);
        }
        int steps = frames / PATCH;
        int heads = settings.headsOr(0, dim);
        frontEnd = Vit.fbank(settings, settings.sampleRateOnly(RATE, NAME), frames, -4.3, 4.6);
        patches = PatchEmbed.read(w, PATCHES, dim, PATCH, PATCH);
        // Token (t, f) is in row t * 8 + f, so that shorter windows use the first rows.
        positions = w.tensor(POSITIONS, 1, rows, dim)
                .slice(1, 0, (long) steps * BANDS)
                .copy()
                .freeze();
        trunk = Vit.trunk(TransformerBlock.Kind.PRE, w, "blocks", dim, heads);
        norm = LayerNorm.read(w, "norm", dim, EPS);
        head = ClassHead.read(w, tokens -> tokens.mean(1), "head.0", EPS, "head.1", dim);
        int depth = trunk.blocks().size();
        spec = EncoderSpec.of(
                NAME,
                "Skeleton, " + dim + " x " + depth + ", " + heads + " heads",
                frontEnd,
                settings,
                new EncoderSpec.Grid(steps, BANDS, PATCH * frontEnd.frameShift(), EncoderSpec.TokenOrder.TIME_MAJOR, 0),
                dim,
                depth,
                head == null ? List.of() : head.classes());
    }

    @Override
    public EncoderSpec spec() {
        return spec;
    }

    @Override
    public FrontEnd frontEnd() {
        return frontEnd;
    }

    @Override
    public Tensor forward(Tensor input, Trace trace) {
        Tensor embedded = patches.apply(input);
        trace.accept("patch_embed", embedded);
        Tensor tokens = embedded.plus(positions);
        trace.accept("tokens_with_pos", tokens);
        return norm.apply(trunk.apply(tokens, trace));
    }

    @Override
    public Tensor classify(Tensor tokens) {
        return head == null ? EncoderNetwork.super.classify(tokens) : head.apply(tokens);
    }
}
