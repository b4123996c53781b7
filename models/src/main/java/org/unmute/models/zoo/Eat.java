package org.unmute.models.zoo;

import java.util.ArrayList;
import java.util.List;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.checkpoint.KeyMatch;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.NormPreset;
import org.unmute.models.frontend.FbankFrontEnd;
import org.unmute.models.frontend.FbankOptions;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.frontend.KaldiFbank;
import org.unmute.models.frontend.WindowFunction;
import org.unmute.models.vit.Attention;
import org.unmute.models.vit.FeedForward;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.Linear;
import org.unmute.models.vit.PatchEmbed;
import org.unmute.models.vit.Trace;
import org.unmute.models.vit.TransformerBlock;
import org.unmute.models.vit.Trunk;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.Unary;

/**
 * EAT (cwx-worst-one/EAT) and SSLAM (ta012/SSLAM), which share code and names: 16 x 16 patches, fixed sine-cosine
 * positions for the patches, a class token without position, one layer norm before the first block, post-norm blocks
 * and no final norm. Fine-tuned checkpoints have {@code fc_norm} and {@code head}, which classify the class token.
 */
public final class Eat implements EncoderNetwork {
    private static final String NAME = "eat";
    private static final int PATCH = 16;
    private static final int MEL = 128;
    private static final int RATE = 16_000;
    private static final int FRAMES = 1024;
    private static final double MEAN = -4.268;
    private static final double STD = 4.569;
    private static final double EPS = 1e-6;
    /** The Hugging Face port leaves the head's norm at torch's default. */
    private static final double HUGGING_FACE_HEAD_EPS = 1e-5;

    private static final String IMAGE = "modality_encoders.IMAGE.";
    private static final String CLS = IMAGE + "extra_tokens";
    private static final String PATCHES = IMAGE + "local_encoder.proj";
    private static final String TABLE = IMAGE + "fixed_positional_encoder.positions";
    private static final String PRE_NORM = IMAGE + "context_encoder.norm";
    /** Fairseq checkpoints; fine-tuned ones have the head next to the encoder. */
    private static final KeyMap AUTHORS =
            complete(KeyMap.named("eat/authors", CLS, PATCHES + ".weight", "blocks.0.attn.qkv.weight")
                    .drop("_ema.", "moving average of the weights, the teacher of pre-training")
                    .drop(IMAGE + "decoder.", "decoder of pre-training")
                    .keep(CLS, TABLE, PATCHES + ".", PRE_NORM + ".", "blocks.", "fc_norm.", "head.")
                    .keepOuter("fc_norm.")
                    .keepOuter("head."));
    /** The ports on Hugging Face. */
    private static final KeyMap HUGGING_FACE =
            complete(KeyMap.named("eat/hugging-face", "extra_tokens", "local_encoder.proj.weight", "pre_norm.weight")
                    .rename("extra_tokens", CLS)
                    .rename("local_encoder.proj.", PATCHES + ".")
                    .rename("fixed_positional_encoder.positions", TABLE)
                    .rename("pre_norm.", PRE_NORM + ".")
                    .keep("blocks.", "fc_norm.", "head."));

    /** How its checkpoints are recognized and opened. */
    public record Provider() implements EncoderProvider {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public List<String> aliases() {
            return List.of("sslam");
        }

        @Override
        public List<KeyMap> keyMaps() {
            return List.of(AUTHORS, HUGGING_FACE);
        }

        @Override
        public EncoderNetwork open(Checkpoint file, EncoderSettings settings) {
            return new Eat(file, settings);
        }

        @Override
        public List<NormPreset> normPresets() {
            return List.of(
                    // Fine-tuning scripts of cwx-worst-one/EAT: clips of 5 s, and of 1 s.
                    new NormPreset("authors-esc50", -6.627, 5.359, 512),
                    new NormPreset("authors-spc2", -6.846, 5.565, 128),
                    // Table of houtan-ghaffari/BAT_ICML2026 for EAT and SSLAM.
                    new NormPreset("bat-speech-commands", -9.03415996, 4.57304508, 0),
                    new NormPreset("bat-esc50", -6.85408831, 5.39770323, 0),
                    new NormPreset("bat-birdset", -8.55048120, 4.04533479, 0),
                    new NormPreset("bat-audioset", -4.59864076, 4.357353477, 0),
                    new NormPreset("bat-dcase16", -10.68592022, 2.06164972, 0));
        }
    }

    private final EncoderSpec spec;
    private final FrontEnd frontEnd;
    private final PatchEmbed patchEmbed;
    private final Tensor positions;
    private final Tensor cls;
    private final LayerNorm preNorm;
    private final Trunk trunk;
    private final LayerNorm headNorm;
    private final Linear head;

    private static KeyMap complete(KeyMap map) {
        return map.require(CLS, TABLE, PATCHES + ".weight", PATCHES + ".bias", PRE_NORM + ".weight", PRE_NORM + ".bias")
                .requireSeries("blocks.", PreNormVit.TIMM_BLOCK);
    }

    private Eat(Checkpoint file, EncoderSettings settings) {
        CheckpointWeights w = new CheckpointWeights(file);
        int dim = w.size(CLS, 3, 2);
        int depth = w.count("blocks", "norm1.weight");
        int heads = settings.headsOr(0, dim);
        int frames = settings.framesOr(FRAMES);
        if (frames % PATCH != 0) {
            throw new IllegalArgumentException("eat: frames must be a multiple of 16, is " + frames);
        }
        int rows = frames / PATCH;
        int bands = MEL / PATCH;
        frontEnd = settings.frontEndOr(new FbankFrontEnd(
                new KaldiFbank(FbankOptions.of(RATE, MEL, WindowFunction.HANNING)),
                frames,
                settings.meanOr(MEAN),
                settings.stdOr(STD)));
        patchEmbed = PatchEmbed.read(w, PATCHES, dim, PATCH, PATCH);
        cls = w.tensor(CLS, 1, 1, dim);
        positions = positions(w, file, dim, rows * bands);
        preNorm = LayerNorm.read(w, PRE_NORM, dim, EPS);
        List<TransformerBlock> blocks = new ArrayList<>();
        for (int i = 0; i < depth; i++) {
            String b = "blocks." + i + ".";
            long hidden = w.size(b + "mlp.fc1.weight", 2, 0);
            blocks.add(new TransformerBlock.Post(
                    LayerNorm.read(w, b + "norm1", dim, EPS),
                    Attention.read(w, b + "attn", dim, heads),
                    LayerNorm.read(w, b + "norm2", dim, EPS),
                    FeedForward.read(w, b + "mlp", dim, hidden, Unary.GELU)));
        }
        trunk = new Trunk(blocks);
        List<String> classes = List.of();
        if (w.has("head.weight")) {
            long n = w.size("head.weight", 2, 0);
            boolean port = HUGGING_FACE.name().equals(file.metadata().get(KeyMatch.NAMING));
            headNorm = LayerNorm.read(w, "fc_norm", dim, port ? HUGGING_FACE_HEAD_EPS : EPS);
            head = Linear.read(w, "head", n, dim);
            classes = EncoderSpec.namedClasses(n);
        } else {
            headNorm = null;
            head = null;
        }
        spec = EncoderSpec.of(
                NAME,
                "EAT/SSLAM, ViT " + dim + " x " + depth + ", " + heads + " heads, post-norm",
                frontEnd,
                settings,
                new EncoderSpec.Grid(rows, bands, PATCH * frontEnd.frameShift(), EncoderSpec.TokenOrder.TIME_MAJOR, 1),
                dim,
                depth,
                classes);
    }

    /** The first rows of the stored table: row {@code t · 8 + f} does not depend on the table's length. */
    private static Tensor positions(CheckpointWeights w, Checkpoint file, int dim, int patches) {
        long stored = w.size(TABLE, 3, 1);
        if (stored < patches) {
            throw new UnusableCheckpointException(file.origin() + ": the position table has " + stored + " rows, "
                    + patches + " patches need one each: use fewer frames");
        }
        return w.tensor(TABLE, 1, stored, dim).slice(1, 0, patches).copy().freeze();
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
        Tensor patches = patchEmbed.apply(input);
        trace.accept("patch_embed", patches);
        Tensor tokens = Tensor.concat(1, cls.expand(input.size(0), 1, spec.dim()), patches.plus(positions));
        trace.accept("tokens_with_pos_and_cls", tokens);
        Tensor x = preNorm.apply(tokens);
        trace.accept("pre_norm_out", x);
        return trunk.apply(x, trace);
    }

    @Override
    public Tensor classify(Tensor tokens) {
        return head == null ? EncoderNetwork.super.classify(tokens) : head.apply(headNorm.apply(tokens.select(1, 0)));
    }
}
