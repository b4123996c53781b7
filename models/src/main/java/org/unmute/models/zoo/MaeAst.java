package org.unmute.models.zoo;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.EncoderSpec.TokenOrder;
import org.unmute.models.encoder.ModelConfig;
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
 * MAE-AST (AlanBaade/MAE-AST-Public): kaldi fbank that is normalized by the running statistics of the file, patches
 * side by side and time-major, squares of 16 frames x 16 bins or two whole frames of 128 bins, sine-cosine positions of
 * the sequence of tokens, one layer norm before the first block, post-norm blocks, no class token and no final norm.
 * Nothing is padded: frames that do not fill a patch are left out.
 *
 * <p>The weights of both patches have one shape. The file's {@code cfg} says which it is; in a file without it, the
 * name of the encoder must say so.
 */
public final class MaeAst implements EncoderNetwork {
    private static final int RATE = 16_000;
    private static final int FRAMES = 1024;
    private static final double EPS = 1e-5;
    private static final String CFG = "cfg.model.";
    private static final String PATCH_TIME = "ast_kernel_size_time";
    private static final String PATCH_MEL = "ast_kernel_size_chan";
    private static final String NORM_FIRST = "layer_norm_first";
    private static final String STATISTICS = "batch_norm.running_";
    private static final String PROJECTION = "post_extract_proj";
    private static final String POSITIONS = "enc_sine_pos_embed.pe";
    private static final String LAYERS = "encoder.layers.";
    private static final String PRETRAINING = "head and decoder of pre-training";

    private static KeyMap keyMap(String name) {
        return KeyMap.named(name, PROJECTION + ".weight", POSITIONS, LAYERS + "0.self_attn.q_proj.weight")
                .drop("batch_norm.num_batches_tracked", "counter of training")
                .drop("layer_norm.", "norm of the spectrogram that the authors' code does not use")
                .drop("encoder_mask_emb", "placeholder of hidden patches in pre-training")
                .drop("decoder_mask_emb", PRETRAINING)
                .drop("dec_sine_pos_embed.pe", PRETRAINING)
                .drop("decoder.", PRETRAINING)
                .drop("final_proj_classification.", PRETRAINING)
                .drop("final_proj_reconstruction.", PRETRAINING)
                .keep(PROJECTION + ".", POSITIONS, "batch_norm.", "encoder.")
                .require(
                        PROJECTION + ".weight",
                        PROJECTION + ".bias",
                        POSITIONS,
                        STATISTICS + "mean",
                        STATISTICS + "var",
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
                .carry(CFG);
    }

    /** Squares of 16 frames x 16 bins. */
    public record Patches() implements EncoderProvider {
        private static final Kind KIND = new Kind("mae-ast-patch", 16, 16);
        private static final List<KeyMap> KEY_MAPS = List.of(keyMap("mae-ast-patch/authors"));

        @Override
        public String name() {
            return KIND.name;
        }

        @Override
        public List<String> aliases() {
            return List.of("mae_ast_patch");
        }

        @Override
        public List<KeyMap> keyMaps() {
            return KEY_MAPS;
        }

        @Override
        public Optional<String> reasonAgainst(Checkpoint file) {
            return KIND.reasonAgainst(file);
        }

        @Override
        public EncoderNetwork open(Checkpoint file, EncoderSettings settings) {
            return new MaeAst(KIND, file, settings);
        }

        @Override
        public Set<String> configEntries() {
            return Set.of(NORM_FIRST);
        }
    }

    /** Two whole frames of 128 bins. */
    public record Frames() implements EncoderProvider {
        private static final Kind KIND = new Kind("mae-ast-frame", 2, 128);
        private static final List<KeyMap> KEY_MAPS = List.of(keyMap("mae-ast-frame/authors"));

        @Override
        public String name() {
            return KIND.name;
        }

        @Override
        public List<String> aliases() {
            return List.of("mae_ast_frame");
        }

        @Override
        public List<KeyMap> keyMaps() {
            return KEY_MAPS;
        }

        @Override
        public Optional<String> reasonAgainst(Checkpoint file) {
            return KIND.reasonAgainst(file);
        }

        @Override
        public EncoderNetwork open(Checkpoint file, EncoderSettings settings) {
            return new MaeAst(KIND, file, settings);
        }

        @Override
        public Set<String> configEntries() {
            return Set.of(NORM_FIRST);
        }
    }

    /** One of the two models: its name, and the frames and mel bins of a patch. */
    private record Kind(String name, int time, int mel) {
        Optional<String> reasonAgainst(Checkpoint file) {
            ModelConfig cfg = ModelConfig.of(file, CFG, EncoderSettings.AUTHORS);
            if (!cfg.states(PATCH_TIME) || !cfg.states(PATCH_MEL)) {
                return Optional.of("the file does not state the size of its patches: say which it is by --model "
                        + "mae-ast-patch or --model mae-ast-frame");
            }
            return cfg.count(PATCH_TIME, 0) == time && cfg.count(PATCH_MEL, 0) == mel
                    ? Optional.empty()
                    : Optional.of("its patches are " + cfg.text(PATCH_TIME, "") + " frames x " + cfg.text(PATCH_MEL, "")
                            + " mel bins, expected are " + time + " x " + mel);
        }
    }

    private final EncoderSpec spec;
    private final FrontEnd frontEnd;
    private final PatchEmbed patches;
    /** {@code [1, tokens of a window, dim]} */
    private final Tensor positions;

    private final LayerNorm norm;
    private final boolean normFirst;
    private final Trunk trunk;

    private MaeAst(Kind kind, Checkpoint file, EncoderSettings settings) {
        CheckpointWeights w = new CheckpointWeights(file);
        ModelConfig cfg = ModelConfig.of(file, CFG, settings);
        int dim = cfg.size("encoder_embed_dim", w, PROJECTION + ".weight", 2, 0);
        requireSupported(kind, cfg);
        int stored = w.size(POSITIONS, 3, 1);
        int freq = Vit.MEL / kind.mel;
        int max = Math.min(FRAMES, stored / freq * kind.time);
        int frames = settings.framesOr(max);
        if (frames < kind.time || frames / kind.time * freq > stored) {
            throw new IllegalArgumentException(kind.name + ": windows of " + frames
                    + " frames cannot be set: there are "
                    + stored + " positions, and patches of " + kind.time + " frames x " + kind.mel + " bins: use "
                    + kind.time + " to " + stored / freq * kind.time);
        }
        double variance = w.tensor(STATISTICS + "var", 1).toFloats()[0];
        if (variance < 0) {
            throw new UnusableCheckpointException(file.origin() + ": tensor '" + file.stored(STATISTICS + "var")
                    + "' is " + variance + ": a variance is not negative, the checkpoint is damaged");
        }
        // Batch normalization without weights, then times 0.5.
        frontEnd = new FbankFrontEnd(
                new KaldiFbank(
                        FbankOptions.of(settings.sampleRateOnly(RATE, kind.name), Vit.MEL, WindowFunction.POVEY)),
                frames,
                settings.meanOr(w.tensor(STATISTICS + "mean", 1).toFloats()[0]),
                settings.stdOr(Math.sqrt(variance + EPS)),
                FbankFrontEnd.Waveform.AS_IS,
                FbankFrontEnd.Padding.NONE,
                kind.time);
        Tensor kernel = w.tensor(PROJECTION + ".weight", dim, (long) kind.time * kind.mel);
        patches = new PatchEmbed(new Linear(kernel, w.tensor(PROJECTION + ".bias", dim)), kind.time, kind.mel);
        positions = positions(w, file, frames / kind.time * freq, stored, dim);
        norm = LayerNorm.read(w, "encoder.layer_norm", dim, EPS);
        normFirst = cfg.flag(NORM_FIRST, false);
        int heads = settings.headsOr(cfg.count("encoder_attention_heads", 0), dim);
        trunk = Vit.trunk(w, "encoder.layers", "fc1", b -> block(w, cfg, b, dim, heads));
        int depth = trunk.blocks().size();
        cfg.mustBe("encoder_layers", depth, "the number of " + LAYERS + "N");
        EncoderSpec.Grid grid = new EncoderSpec.Grid(
                frames / kind.time, freq, kind.time * frontEnd.frameShift(), TokenOrder.TIME_MAJOR, 0);
        String text = "MAE-AST, ViT " + dim + " x " + depth + ", " + heads + " heads, "
                + (normFirst ? "pre-norm" : "post-norm") + ", patches of " + kind.mel + " bins x " + kind.time
                + " frames";
        spec = EncoderSpec.of(kind.name, text, frontEnd, settings, grid, dim, depth, List.of());
    }

    /** Refuses what the file states otherwise than it is computed here. */
    private static void requireSupported(Kind kind, ModelConfig cfg) {
        String patch = "the patches of " + kind.name;
        cfg.mustBe(PATCH_TIME, kind.time, patch);
        cfg.mustBe(PATCH_MEL, kind.mel, patch);
        cfg.mustBe("ast_kernel_stride_time", kind.time, patch + ", which lie side by side");
        cfg.mustBe("ast_kernel_stride_chan", kind.mel, patch + ", which lie side by side");
        if (!cfg.text("activation_fn", "gelu").equals("gelu")) {
            throw cfg.refuse("activation_fn", "only gelu is supported");
        }
        for (String off : List.of("use_post_enc_proj", "enc_conv_pos")) {
            if (cfg.flag(off, false)) {
                throw cfg.refuse(off, "which no released MAE-AST is: not supported");
            }
        }
        if (!cfg.flag("enc_sine_pos", true)) {
            throw cfg.refuse("enc_sine_pos", "but the encoder is read with these positions: another variant");
        }
    }

    /** The first rows of the stored table, which may have 48,000. */
    private static Tensor positions(CheckpointWeights w, Checkpoint file, int tokens, int stored, int dim) {
        int columns = w.size(POSITIONS, 3, 2);
        if (columns != dim || w.size(POSITIONS, 3, 0) != 1) {
            throw new UnusableCheckpointException(file.origin() + ": tensor '" + file.stored(POSITIONS) + "' is "
                    + w.shape(POSITIONS) + ", expected [1, " + stored + ", " + dim + "]");
        }
        float[] rows = new float[tokens * dim];
        file.source(POSITIONS).read(0, rows, 0, rows.length);
        return Tensor.owning(rows, 1, tokens, dim).freeze();
    }

    private static TransformerBlock block(CheckpointWeights w, ModelConfig cfg, String name, int dim, int heads) {
        String a = name + ".self_attn.";
        return new TransformerBlock(
                cfg.flag(NORM_FIRST, false) ? TransformerBlock.Kind.PRE : TransformerBlock.Kind.POST,
                LayerNorm.read(w, name + ".self_attn_layer_norm", dim, EPS),
                Attention.readSeparate(w, a + "q_proj", a + "k_proj", a + "v_proj", a + "out_proj", dim, heads, true),
                LayerNorm.read(w, name + ".final_layer_norm", dim, EPS),
                FeedForward.read(
                        w, name, dim, cfg.size("encoder_ffn_embed_dim", w, name + ".fc1.weight", 2, 0), Unary.GELU));
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
        if (trace.takes("patches")) {
            trace.accept("patches", patches.patches(input));
        }
        Tensor x = patches.apply(input);
        trace.accept("patch_embed", x);
        x = x.plus(positions.slice(1, 0, x.size(1)));
        trace.accept("tokens_with_pos", x);
        x = normFirst ? x : normed(x, trace);
        x = trunk.apply(x, trace);
        return normFirst ? normed(x, trace) : x;
    }

    private Tensor normed(Tensor x, Trace trace) {
        Tensor y = norm.apply(x);
        trace.accept("encoder_layer_norm", y);
        return y;
    }
}
