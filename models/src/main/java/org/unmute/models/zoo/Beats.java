package org.unmute.models.zoo;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.AudioSetLabels;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.EncoderSpec.TokenOrder;
import org.unmute.models.encoder.ModelConfig;
import org.unmute.models.encoder.NormPreset;
import org.unmute.models.frontend.FbankFrontEnd;
import org.unmute.models.frontend.FbankOptions;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.frontend.KaldiFbank;
import org.unmute.models.frontend.WindowFunction;
import org.unmute.models.vit.Attention;
import org.unmute.models.vit.AttentionBias;
import org.unmute.models.vit.ConvPositions;
import org.unmute.models.vit.FeedForward;
import org.unmute.models.vit.GatedPositions;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.Linear;
import org.unmute.models.vit.PatchEmbed;
import org.unmute.models.vit.RelativePositions;
import org.unmute.models.vit.Trace;
import org.unmute.models.vit.TransformerBlock;
import org.unmute.models.vit.Trunk;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.Unary;

/**
 * BEATs (microsoft/unilm/beats): 16 x 16 patches without padding, convolutional positions, bucketed relative positions
 * gated by each query, post-norm blocks with deep norm, no class token and no final norm. Fine-tuned checkpoints have a
 * {@code predictor}, whose logits are averaged over the tokens, and a {@code label_dict}, since the order of their
 * classes is not AudioSet's. Sizes follow from the tensors. Everything else is read from {@code cfg} or, in a file
 * without it, has the value of the released checkpoints, not the default of the authors' code.
 */
public final class Beats implements EncoderNetwork {
    private static final String NAME = "beats";
    private static final int MEL = 128;
    private static final int RATE = 16_000;
    private static final int FRAMES = 1024;
    private static final double MEAN = 15.41663;
    private static final double STD = 6.55582;
    private static final double EPS = 1e-5;
    private static final int RELEASED_MAX_DISTANCE = 800;
    private static final int GATE = 8;
    private static final String CFG = "cfg.";
    /** Everything in {@code BEATsConfig}; dropout and gradient decay affect training only. */
    static final Set<String> CONFIG_ENTRIES = Set.of("""
            input_patch_size embed_dim conv_bias encoder_layers encoder_embed_dim
            encoder_ffn_embed_dim encoder_attention_heads activation_fn
            layer_wise_gradient_decay_ratio layer_norm_first deep_norm dropout attention_dropout
            activation_dropout encoder_layerdrop dropout_input conv_pos conv_pos_groups
            relative_position_embedding num_buckets max_distance gru_rel_pos finetuned_model
            predictor_dropout predictor_class""".split("\\s+"));

    private static final String LABELS = "label_dict.";
    private static final String PATCHES = "patch_embedding";
    private static final String PROJECTION = "post_extract_proj";
    private static final String CONV = "encoder.pos_conv.0.";
    private static final String LAYERS = "encoder.layers.";
    private static final String TABLE = ".self_attn.relative_attention_bias.weight";

    private static final KeyMap AUTHORS = KeyMap.named(
                    "beats/authors", PATCHES + ".weight", CONV + "weight_v", LAYERS + "0.self_attn.q_proj.weight")
            .keep(PATCHES + ".", "layer_norm.", PROJECTION + ".", CONV, "encoder.layer_norm.", LAYERS, "predictor.")
            .require(
                    PATCHES + ".weight",
                    "layer_norm.weight",
                    "layer_norm.bias",
                    CONV + "weight_g",
                    CONV + "weight_v",
                    CONV + "bias",
                    "encoder.layer_norm.weight",
                    "encoder.layer_norm.bias")
            .requireSeries(
                    LAYERS,
                    KeyMap.weightsAndBiases(
                            "self_attn.q_proj",
                            "self_attn.k_proj",
                            "self_attn.v_proj",
                            "self_attn.out_proj",
                            "self_attn_layer_norm",
                            "fc1",
                            "fc2",
                            "final_layer_norm"))
            .carry(CFG, LABELS);

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

        @Override
        public EncoderNetwork open(Checkpoint file, EncoderSettings settings) {
            return new Beats(file, settings);
        }

        @Override
        public Set<String> configEntries() {
            return CONFIG_ENTRIES;
        }

        @Override
        public List<NormPreset> normPresets() {
            // Table of houtan-ghaffari/BAT_ICML2026 for BEATs.
            return List.of(
                    new NormPreset("bat-speech-commands", 11.42262215, 5.65233194, 0),
                    new NormPreset("bat-esc50", 11.72161352, 10.60385933, 0),
                    new NormPreset("bat-birdset", 11.82694931, 5.40055698, 0));
        }
    }

    private final EncoderSpec spec;
    private final FrontEnd frontEnd;
    private final PatchEmbed patchEmbed;
    private final LayerNorm patchNorm;
    private final @Nullable Linear projection;
    private final ConvPositions convPositions;
    private final boolean normFirst;
    private final LayerNorm norm;
    private final @Nullable RelativePositions positions;
    private final Trunk trunk;
    private final @Nullable Linear predictor;

    Beats(Checkpoint file, EncoderSettings settings) {
        CheckpointWeights w = new CheckpointWeights(file);
        ModelConfig cfg = ModelConfig.of(file, CFG, settings);
        int embed = cfg.size("embed_dim", w, PATCHES + ".weight", 4, 0);
        int patchTime = cfg.size("input_patch_size", w, PATCHES + ".weight", 4, 2);
        int patchMel = w.size(PATCHES + ".weight", 4, 3);
        int dim = cfg.size("encoder_embed_dim", w, CONV + "weight_v", 3, 0);
        int depth = w.count("encoder.layers", "fc1.weight");
        int frames = settings.framesOr(FRAMES);
        if (frames < patchTime || MEL < patchMel) {
            throw new IllegalArgumentException("beats: a window of " + frames + " frames and " + MEL
                    + " mel bins holds no patch of " + patchTime + " x " + patchMel + ": use more frames");
        }
        cfg.mustBe("encoder_layers", depth, "the number of " + LAYERS + "N");
        frontEnd = new FbankFrontEnd(
                new KaldiFbank(FbankOptions.of(RATE, MEL, WindowFunction.POVEY)),
                frames,
                settings.meanOr(MEAN),
                settings.stdOr(STD),
                FbankFrontEnd.Waveform.INT16_SCALE,
                FbankFrontEnd.Padding.NONE,
                patchTime);
        boolean bias = stated(w, cfg, "conv_bias", PATCHES + ".bias", false);
        patchEmbed = PatchEmbed.read(w, PATCHES, embed, patchTime, patchMel, bias);
        patchNorm = LayerNorm.read(w, "layer_norm", embed, EPS);
        projection = embed == dim && !w.has(PROJECTION + ".weight") ? null : Linear.read(w, PROJECTION, dim, embed);
        convPositions = convPositions(w, cfg, file.origin(), dim);
        norm = LayerNorm.read(w, "encoder.layer_norm", dim, EPS);
        normFirst = cfg.flag("layer_norm_first", false);
        boolean relative = stated(w, cfg, "relative_position_embedding", table(w, depth), true);
        boolean gated = stated(w, cfg, "gru_rel_pos", LAYERS + "0.self_attn.grep_a", true) && relative;
        int heads = heads(w, cfg, settings, dim, depth, relative);
        positions = relative ? positions(w, cfg, file.origin(), depth, heads) : null;
        trunk = trunk(w, cfg, dim, depth, heads, gated);
        predictor =
                w.has("predictor.weight") ? Linear.read(w, "predictor", w.size("predictor.weight", 2, 0), dim) : null;
        List<String> classes = predictor == null ? List.of() : classes(file, cfg, w.size("predictor.weight", 2, 0));
        String text = "BEATs, ViT " + dim + " x " + depth + ", " + heads + " heads, "
                + (normFirst ? "pre-norm" : deep(cfg) ? "deep-norm" : "post-norm")
                + (relative
                        ? ", " + (gated ? "gated " : "") + "relative positions in " + w.size(table(w, depth), 2, 0)
                                + " buckets up to " + cfg.count("max_distance", RELEASED_MAX_DISTANCE) + " tokens"
                        : ", no relative positions")
                + assumed(cfg);
        EncoderSpec.Grid grid = new EncoderSpec.Grid(
                frames / patchTime, MEL / patchMel, patchTime * frontEnd.frameShift(), TokenOrder.TIME_MAJOR, 0);
        spec = EncoderSpec.of(NAME, text, frontEnd, settings, grid, dim, depth, classes);
    }

    /** A switch of the configuration; where it is off, the tensor that belongs to it must not exist. */
    private static boolean stated(CheckpointWeights w, ModelConfig cfg, String name, String tensor, boolean released) {
        boolean on = cfg.flag(name, w.has(tensor) || released);
        if (!on && w.has(tensor)) {
            throw cfg.refuse(
                    name, "but tensor '" + tensor + "' is there: configuration and tensors are of different models");
        }
        return on;
    }

    /** The assumptions where neither tensors nor the configuration state a value. */
    private static String assumed(ModelConfig cfg) {
        List<String> names = Stream.of("max_distance", "deep_norm", "layer_norm_first", "activation_fn")
                .filter(n -> !cfg.states(n))
                .toList();
        return names.isEmpty()
                ? ""
                : "; as in the released models, since the file does not state it: " + String.join(", ", names);
    }

    private static boolean deep(ModelConfig cfg) {
        return cfg.flag("deep_norm", !cfg.flag("layer_norm_first", false));
    }

    private static ConvPositions convPositions(CheckpointWeights w, ModelConfig cfg, String origin, int dim) {
        int width = w.size(CONV + "weight_v", 3, 1);
        int kernel = cfg.size("conv_pos", w, CONV + "weight_v", 3, 2);
        if (dim % width != 0) {
            throw new UnusableCheckpointException(origin + ": tensor '" + CONV + "weight_v' is "
                    + w.shape(CONV + "weight_v") + ": " + dim + " channels do not split into groups of " + width);
        }
        cfg.mustBe("conv_pos_groups", dim / width, CONV + "weight_v");
        float[] direction = w.tensor(CONV + "weight_v", dim, width, kernel).toFloats();
        float[] length = w.tensor(CONV + "weight_g", 1, 1, kernel).toFloats();
        try {
            return new ConvPositions(
                    ConvPositions.normalized(direction, length), width, kernel, w.tensor(CONV + "bias", dim));
        } catch (IllegalArgumentException e) {
            throw new UnusableCheckpointException(origin + ": tensor '" + CONV + "weight_v': " + e.getMessage());
        }
    }

    /** Name of the table of relative positions, which all layers share: stored under every layer or under one. */
    private static String table(CheckpointWeights w, int depth) {
        return IntStream.range(0, depth)
                .mapToObj(i -> LAYERS + i + TABLE)
                .filter(w::has)
                .findFirst()
                .orElse(LAYERS + 0 + TABLE);
    }

    private static int heads(
            CheckpointWeights w, ModelConfig cfg, EncoderSettings settings, int dim, int depth, boolean relative) {
        String gate = LAYERS + "0.self_attn.grep_a";
        if (!relative && !w.has(gate)) {
            return settings.headsOr(cfg.count("encoder_attention_heads", 0), dim);
        }
        String tensor = relative ? table(w, depth) : gate;
        int heads = relative ? w.size(tensor, 2, 1) : w.size(tensor, 4, 1);
        cfg.mustBe("encoder_attention_heads", heads, tensor);
        if (settings.heads() != 0 && settings.heads() != heads) {
            throw new IllegalArgumentException(
                    "beats: " + settings.heads() + " heads are set, but tensor '" + tensor + "' is for " + heads);
        }
        return settings.headsOr(heads, dim);
    }

    private static RelativePositions positions(
            CheckpointWeights w, ModelConfig cfg, String origin, int depth, int heads) {
        String tensor = table(w, depth);
        int buckets = cfg.size("num_buckets", w, tensor, 2, 0);
        Tensor table = w.tensor(tensor, buckets, heads);
        float[] values = table.toFloats();
        for (int i = 1; i < depth; i++) {
            String other = LAYERS + i + TABLE;
            if (w.has(other) && !Arrays.equals(values, w.floats(other, buckets, heads))) {
                throw new UnusableCheckpointException(origin + ": tensors '" + tensor + "' and '" + other
                        + "' differ, but all layers share one table of relative positions: the checkpoint is damaged");
            }
        }
        try {
            return new RelativePositions(table, cfg.count("max_distance", RELEASED_MAX_DISTANCE));
        } catch (IllegalArgumentException e) {
            throw new UnusableCheckpointException(origin + ": " + e.getMessage());
        }
    }

    private Trunk trunk(CheckpointWeights w, ModelConfig cfg, int dim, int depth, int heads, boolean gated) {
        boolean deep = deep(cfg);
        if (deep && normFirst) {
            throw cfg.refuse("layer_norm_first", "and deep_norm is on: the two exclude each other");
        }
        Unary activation = switch (cfg.text("activation_fn", "gelu")) {
            case "gelu" -> Unary.GELU;
            case "relu" -> Unary.RELU;
            default -> throw cfg.refuse("activation_fn", "known are gelu and relu");
        };
        double alpha = Math.pow(2.0 * depth, 0.25);
        TransformerBlock.Kind kind =
                normFirst ? TransformerBlock.Kind.PRE : deep ? TransformerBlock.Kind.DEEP : TransformerBlock.Kind.POST;
        return Vit.trunk(w, "encoder.layers", "fc1", b -> {
            String a = b + ".self_attn.";
            AttentionBias bias = positions;
            if (gated) {
                Linear gate = Linear.read(w, a + "grep_linear", GATE, dim / heads);
                bias = new GatedPositions(
                        positions, gate, w.tensor(a + "grep_a", 1, heads, 1, 1).reshape(heads, 1, 1));
            }
            Attention attention = Attention.readSeparate(
                            w, a + "q_proj", a + "k_proj", a + "v_proj", a + "out_proj", dim, heads, true)
                    .with(bias);
            int hidden = cfg.size("encoder_ffn_embed_dim", w, b + ".fc1.weight", 2, 0);
            return new TransformerBlock(
                    kind,
                    LayerNorm.read(w, b + ".self_attn_layer_norm", dim, EPS),
                    attention,
                    LayerNorm.read(w, b + ".final_layer_norm", dim, EPS),
                    FeedForward.read(w, b, dim, hidden, activation),
                    alpha);
        });
    }

    /**
     * Names from {@code label_dict}. The released models do not use AudioSet's order, so without it classes are
     * numbers.
     */
    private static List<String> classes(Checkpoint file, ModelConfig cfg, int count) {
        cfg.mustBe("predictor_class", count, "predictor.weight");
        Map<String, String> metadata = file.metadata();
        long labels =
                metadata.keySet().stream().filter(k -> k.startsWith(LABELS)).count();
        if (labels == 0) {
            return IntStream.range(0, count).mapToObj(i -> "class_" + i).toList();
        }
        List<String> names = IntStream.range(0, count)
                .filter(i -> metadata.containsKey(LABELS + i))
                .mapToObj(i -> AudioSetLabels.name(metadata.get(LABELS + i)))
                .toList();
        if (labels != count || names.size() != count) {
            throw new UnusableCheckpointException(
                    file.origin() + ": label_dict has " + labels + " entries, " + names.size() + " of them for the "
                            + count + " classes of 'predictor.weight': the checkpoint is damaged");
        }
        return names;
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
        trace.accept("patch_embed_conv", patches.transpose(1, 2));
        Tensor x = patchNorm.apply(patches);
        trace.accept("patch_layer_norm", x);
        if (projection != null) {
            x = projection.apply(x);
            trace.accept("post_extract_proj", x);
        }
        Tensor conv = convPositions.apply(x);
        trace.accept("pos_conv", conv);
        x = x.plus(conv);
        if (!normFirst) {
            x = norm.apply(x);
            trace.accept("encoder_layer_norm", x);
        }
        if (positions != null && trace.takes("position_bias")) {
            trace.accept("position_bias", positions.scores(x.shape().dim(1)));
        }
        x = trunk.apply(x, trace);
        if (normFirst) {
            x = norm.apply(x);
            trace.accept("encoder_layer_norm", x);
        }
        return x;
    }

    @Override
    public Tensor classify(Tensor tokens) {
        return predictor == null
                ? EncoderNetwork.super.classify(tokens)
                : predictor.apply(tokens).mean(1);
    }
}
