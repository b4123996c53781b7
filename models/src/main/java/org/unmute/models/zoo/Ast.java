package org.unmute.models.zoo;

import java.util.List;
import java.util.Set;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.ModelConfig;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.vit.Attention;
import org.unmute.models.vit.FeedForward;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.Linear;
import org.unmute.models.vit.StridedPatchEmbed;
import org.unmute.models.vit.TransformerBlock;
import org.unmute.models.vit.Trunk;
import org.unmute.tensor.Interpolation;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.SlidingWindow;
import org.unmute.tensor.op.Unary;

/**
 * AST (YuanGongND/ast): 16 x 16 patches with a stride of 10 mel bins and 10 frames, frequency-major; a class and a
 * distillation token, learned positions, pre-norm blocks, final norm. The head classifies the mean of the two tokens.
 *
 * <p>Settings by name, also in a file's metadata: {@code fstride} and {@code tstride}, the strides in mel bins and
 * frames. Positions for other lengths follow src/models/ast_models.py: the middle of the stored time axis if the new
 * one is shorter, bilinear interpolation if it is longer.
 */
public record Ast() implements EncoderProvider {
    private static final String NAME = "ast";
    private static final int RATE = 16_000;
    private static final int STRIDE = 10;
    private static final String MEL_STRIDE = "fstride";
    private static final String TIME_STRIDE = "tstride";
    private static final int EXTRA = 2;
    /** Frames per window in the authors' recipes for AudioSet, ESC-50 and Speech Commands. */
    private static final List<Integer> FRAMES = List.of(1024, 512, 128);

    private static final double HEAD_EPS = 1e-5;
    /** The {@code layer_norm_eps} of the Hugging Face port, which applies to all its norms. */
    private static final double PORT_EPS = 1e-12;

    /** Tensor names in one naming scheme. */
    private record Names(
            String cls,
            String distillation,
            String positions,
            String patches,
            String blocks,
            String norm,
            String headNorm,
            String head) {
        KeyMap complete(KeyMap map) {
            return map.keep(cls, distillation, positions, patches + ".", blocks + ".", norm + ".")
                    .require(
                            cls,
                            distillation,
                            positions,
                            patches + ".weight",
                            patches + ".bias",
                            norm + ".weight",
                            norm + ".bias");
        }
    }

    private static final Names OWN = new Names(
            "v.cls_token",
            "v.dist_token",
            "v.pos_embed",
            "v.patch_embed.proj",
            "v.blocks",
            "v.norm",
            "mlp_head.0",
            "mlp_head.1");
    private static final Names PORT = new Names(
            "embeddings.cls_token",
            "embeddings.distillation_token",
            "embeddings.position_embeddings",
            "embeddings.patch_embeddings.projection",
            "encoder.layer",
            "layernorm",
            "classifier.layernorm",
            "classifier.dense");

    private static final KeyMap AUTHORS = OWN.complete(
                    KeyMap.named("ast/authors", OWN.cls, OWN.distillation, OWN.positions))
            .keep("mlp_head.")
            .requireSeries("v.blocks.", Vit.timmBlock())
            .drop("v.head.", "classifier of the image model that training started from")
            .drop("v.head_dist.", "classifier of the image model that training started from")
            .carry(MEL_STRIDE, TIME_STRIDE);
    /**
     * The names of the port are not mapped to the authors', since queries, keys and values are separate tensors in it.
     */
    private static final KeyMap HUGGING_FACE = PORT.complete(
                    KeyMap.named("ast/hugging-face", PORT.cls, PORT.distillation, PORT.positions))
            .keep("classifier.")
            .keepOuter("classifier.")
            .requireSeries(
                    "encoder.layer.",
                    KeyMap.weightsAndBiases(
                            "layernorm_before",
                            "attention.attention.query",
                            "attention.attention.key",
                            "attention.attention.value",
                            "attention.output.dense",
                            "layernorm_after",
                            "intermediate.dense",
                            "output.dense"))
            .carry(MEL_STRIDE, TIME_STRIDE);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<KeyMap> keyMaps() {
        return List.of(AUTHORS, HUGGING_FACE);
    }

    @Override
    public Set<String> configEntries() {
        return Set.of(MEL_STRIDE, TIME_STRIDE);
    }

    @Override
    public EncoderNetwork open(Checkpoint file, EncoderSettings settings) {
        CheckpointWeights w = new CheckpointWeights(file);
        boolean port = w.has(PORT.cls);
        Names names = port ? PORT : OWN;
        int dim = w.size(names.cls, 3, 2);
        int heads = settings.headsOr(0, dim);
        ModelConfig config = ModelConfig.of(file, "", settings);
        int melStride = stride(config, MEL_STRIDE);
        int timeStride = stride(config, TIME_STRIDE);
        int bands = (Vit.MEL - Vit.PATCH) / melStride + 1;
        int stored = storedSteps(w, file, names, bands, timeStride);
        int frames = settings.framesOr(framesFor(stored, timeStride));
        int steps = Vit.steps(frames, timeStride, NAME);
        FrontEnd frontEnd = Vit.fbank(settings, settings.sampleRateOnly(RATE, NAME), frames);
        StridedPatchEmbed patches = StridedPatchEmbed.read(
                w, names.patches, dim, SlidingWindow.of(Vit.PATCH, Vit.PATCH, melStride, timeStride));
        Tensor table = w.tensor(names.positions, 1, EXTRA + (long) bands * stored, dim);
        Vit vit = new Vit(
                patches::apply,
                Tensor.concat(1, w.tensor(names.cls, 1, 1, dim), w.tensor(names.distillation, 1, 1, dim))
                        .freeze(),
                positions(table, bands, stored, steps),
                "tokens_with_pos_cls_dist",
                null,
                port ? portTrunk(w, dim, heads) : Vit.trunk(TransformerBlock.Kind.PRE, w, names.blocks, dim, heads),
                LayerNorm.read(w, names.norm, dim, port ? PORT_EPS : Vit.EPS));
        EncoderSpec.Grid grid = new EncoderSpec.Grid(
                steps,
                bands,
                timeStride * frontEnd.frameShift(),
                EncoderSpec.TokenOrder.FREQUENCY_MAJOR,
                EXTRA,
                new EncoderSpec.Overlap(Vit.PATCH * frontEnd.frameShift(), Vit.PATCH, melStride));
        ClassHead head = ClassHead.read(
                w,
                tokens -> tokens.slice(1, 0, EXTRA).mean(1),
                names.headNorm,
                port ? PORT_EPS : HEAD_EPS,
                names.head,
                dim);
        String description = "AST, " + vit.size() + ", patches every " + melStride + " mel bins and " + timeStride
                + " frames"
                + (steps == stored ? "" : ", positions fitted from " + stored + " to " + steps + " steps");
        return vit.encoder(NAME, description, frontEnd, settings, grid, head);
    }

    private static int stride(ModelConfig config, String name) {
        int stride = config.count(name, STRIDE);
        if (stride < 1 || stride > Vit.MEL) {
            throw config.refuse(name, "1 to " + Vit.MEL + " is expected");
        }
        return stride;
    }

    private static int storedSteps(CheckpointWeights w, Checkpoint file, Names names, int bands, int timeStride) {
        int rows = w.size(names.positions, 3, 1) - EXTRA;
        if (rows < bands || rows % bands != 0 || (rows / bands - 1L) * timeStride + Vit.PATCH > Vit.MAX_FRAMES) {
            throw new UnusableCheckpointException(file.origin() + ": there are " + (rows + EXTRA)
                    + " positions, expected are " + EXTRA + " and a multiple of " + bands
                    + " bands: state fstride and tstride if patches do not start 10 apart");
        }
        return rows / bands;
    }

    /** A window that fits the stored positions; if several lengths do, one from a recipe is preferred. */
    private static int framesFor(int stored, int stride) {
        return FRAMES.stream()
                .filter(f -> (f - Vit.PATCH) / stride + 1 == stored)
                .findFirst()
                .orElse((stored - 1) * stride + Vit.PATCH);
    }

    /** Adapts positions from {@code [1, 2 + bands · stored, dim]} to {@code [1, 2 + bands · steps, dim]}. */
    static Tensor positions(Tensor table, int bands, int stored, int steps) {
        if (steps == stored) {
            return table;
        }
        if (steps > stored) {
            return Interpolation.resizePositions(table, EXTRA, bands, stored, bands, steps, Interpolation.Mode.LINEAR)
                    .freeze();
        }
        long dim = table.size(2);
        Tensor middle = table.slice(1, EXTRA, (long) bands * stored)
                .reshape(1, bands, stored, dim)
                .slice(2, stored / 2 - steps / 2, steps)
                .reshape(1, (long) bands * steps, dim);
        return Tensor.concat(1, table.slice(1, 0, EXTRA), middle).freeze();
    }

    private static Trunk portTrunk(CheckpointWeights w, int dim, int heads) {
        return Vit.trunk(w, PORT.blocks, "layernorm_before", b -> {
            String a = b + ".attention.";
            int hidden = w.size(b + ".intermediate.dense.weight", 2, 0);
            return new TransformerBlock(
                    TransformerBlock.Kind.PRE,
                    LayerNorm.read(w, b + ".layernorm_before", dim, PORT_EPS),
                    Attention.readSeparate(
                            w,
                            a + "attention.query",
                            a + "attention.key",
                            a + "attention.value",
                            a + "output.dense",
                            dim,
                            heads,
                            true),
                    LayerNorm.read(w, b + ".layernorm_after", dim, PORT_EPS),
                    new FeedForward(
                            Linear.read(w, b + ".intermediate.dense", hidden, dim),
                            Linear.read(w, b + ".output.dense", dim, hidden),
                            Unary.GELU));
        });
    }
}
