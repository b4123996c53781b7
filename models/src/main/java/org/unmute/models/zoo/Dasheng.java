package org.unmute.models.zoo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.ModelConfig;
import org.unmute.models.frontend.AmplitudeToDb;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.frontend.MelFrontEnd;
import org.unmute.models.frontend.MelOptions;
import org.unmute.models.frontend.MelSpectrogram;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.Linear;
import org.unmute.models.vit.PatchEmbed;
import org.unmute.models.vit.Trace;
import org.unmute.models.vit.TransformerBlock;
import org.unmute.models.vit.Trunk;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/**
 * Dasheng (RicherMans/Dasheng): a mel spectrogram in dB, batch normalization of the mel bins, one token for every 64
 * bins x 4 frames (40 ms), learned positions, pre-norm blocks, a final norm, no class token. A recording goes through
 * the front end in one piece. Its tokens are then encoded in independent chunks as long as the table of positions, and
 * joined. Nothing is padded: the last chunk may be short, and frames that do not fill a patch are dropped. (Later
 * versions of the authors' code and the port on Hugging Face pad the last chunk with zeros.) AudioSet checkpoints have
 * {@code outputlayer}, which classifies the mean of the tokens.
 */
public final class Dasheng implements EncoderNetwork {
    private static final String NAME = "dasheng";
    private static final int RATE = 16_000;
    private static final double EPS = 1e-6;
    /** Torch's default, for batch norm and for the head's norm. */
    static final double TORCH_EPS = 1e-5;

    private static final double TABLE_TOLERANCE = 1e-4;
    static final String CONFIG = "config.";
    /** The authors' constructor without what affects training only. */
    static final Set<String> CONFIG_ENTRIES = Set.of(
            "embed_dim",
            "depth",
            "num_heads",
            "target_length",
            "n_mels",
            "n_fft",
            "hop_size",
            "win_size",
            "f_min",
            "f_max",
            "center",
            "top_db");

    static final String PATCHES = "patch_embed.proj";
    static final String TIME = "time_pos_embed";
    static final String FREQ = "freq_pos_embed";
    static final String NORM = "init_bn.1.";
    private static final String MEL_TABLE = "front_end.0.mel_scale.fb";
    private static final KeyMap AUTHORS = keyMap("dasheng/authors");

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

        /** CED has the same names, and several rows of patches. */
        @Override
        public Optional<String> reasonAgainst(Checkpoint file) {
            return new CheckpointWeights(file).size(FREQ, 4, 2) == 1 ? Optional.empty() : Optional.of(rows(file));
        }

        @Override
        public EncoderNetwork open(Checkpoint file, EncoderSettings settings) {
            return new Dasheng(file, settings);
        }

        @Override
        public Set<String> configEntries() {
            return CONFIG_ENTRIES;
        }
    }

    /** The names of Dasheng and CED, with any prefix; {@code encoder.} on Hugging Face, the head next to it. */
    static KeyMap keyMap(String name) {
        return KeyMap.named(name, TIME, FREQ, NORM + "running_mean", "blocks.0.attn.qkv.weight")
                .drop(NORM + "num_batches_tracked", "counter of training")
                .drop("front_end.0.spectrogram.window", "window of the front end, which is computed")
                .keep(TIME, FREQ, NORM, PATCHES + ".", "blocks.", "norm.", "outputlayer.", "cls_token", "front_end.")
                .keepOuter("outputlayer.")
                .require(
                        TIME,
                        FREQ,
                        NORM + "weight",
                        NORM + "bias",
                        NORM + "running_mean",
                        NORM + "running_var",
                        PATCHES + ".weight",
                        PATCHES + ".bias",
                        "norm.weight",
                        "norm.bias")
                .requireSeries("blocks.", Vit.timmBlock())
                .carry(CONFIG);
    }

    private final EncoderSpec spec;
    private final MelFrontEnd frontEnd;
    private final Tensor melMean;
    private final Tensor melScale;
    private final Tensor melShift;
    private final PatchEmbed patchEmbed;
    /** {@code [chunk, dim]} */
    private final Tensor positions;

    private final int chunk;
    private final Trunk trunk;
    private final LayerNorm norm;
    private final @Nullable ClassHead head;

    private Dasheng(Checkpoint file, EncoderSettings settings) {
        CheckpointWeights w = new CheckpointWeights(file);
        ModelConfig config = ModelConfig.of(file, CONFIG, settings);
        int dim = config.size("embed_dim", w, PATCHES + ".weight", 4, 0);
        int mel = config.size("n_mels", w, PATCHES + ".weight", 4, 2);
        int patchTime = w.size(PATCHES + ".weight", 4, 3);
        int depth = w.count("blocks", "norm1.weight");
        int rows = w.size(TIME, 4, 3);
        if (w.size(FREQ, 4, 2) != 1) {
            throw new UnusableCheckpointException(file.origin() + ": " + rows(file));
        }
        requireSupported(w, file, config);
        config.mustBe("depth", depth, "the number of blocks.N");
        if (config.states("target_length") && config.count("target_length", 0) / patchTime != rows) {
            throw config.refuse(
                    "target_length",
                    "but '" + TIME + "' has " + rows + " positions of " + patchTime + " frames: configuration and "
                            + "tensors are of different models");
        }
        chunk = settings.framesOr(rows * patchTime) / patchTime;
        if (chunk < 1 || chunk > rows || settings.frames() % patchTime != 0) {
            throw new IllegalArgumentException("dasheng: chunks of " + settings.frames() + " frames cannot be set: '"
                    + TIME + "' has " + rows + " positions of " + patchTime + " frames: use a multiple of " + patchTime
                    + " up to " + rows * patchTime);
        }
        frontEnd = frontEnd(file, w, config, mel, patchTime);
        melMean = w.tensor(NORM + "running_mean", mel);
        melScale = scale(w, file.origin(), mel);
        melShift = w.tensor(NORM + "bias", mel);
        // The authors' image is frequency-major, our spectrogram time-major.
        Tensor kernel = w.tensor(PATCHES + ".weight", dim, 1, mel, patchTime)
                .permute(0, 1, 3, 2)
                .reshape(dim, (long) patchTime * mel);
        patchEmbed =
                new PatchEmbed(new Linear(kernel.copy().freeze(), w.tensor(PATCHES + ".bias", dim)), patchTime, mel);
        positions = w.tensor(TIME, 1, dim, 1, rows)
                .reshape(dim, rows)
                .transpose(0, 1)
                .slice(0, 0, chunk)
                .plus(w.tensor(FREQ, 1, dim, 1, 1).reshape(dim))
                .freeze();
        int heads = settings.headsOr(config.count("num_heads", 0), dim);
        trunk = Vit.trunk(TransformerBlock.Kind.PRE, w, "blocks", dim, heads);
        norm = LayerNorm.read(w, "norm", dim, EPS);
        head = ClassHead.read(w, tokens -> tokens.mean(1), "outputlayer.0", TORCH_EPS, "outputlayer.1", dim);
        spec = EncoderSpec.of(
                NAME,
                "Dasheng, ViT " + dim + " x " + depth + ", " + heads + " heads, pre-norm, chunks of " + chunk
                        + " tokens",
                frontEnd,
                settings,
                new EncoderSpec.Grid(chunk, 1, patchTime * frontEnd.frameShift(), EncoderSpec.TokenOrder.TIME_MAJOR, 0),
                dim,
                depth,
                head == null ? List.of() : head.classes());
    }

    private static String rows(Checkpoint file) {
        return "tensor '" + file.stored(FREQ) + "' is " + file.shape(FREQ) + ": Dasheng's patches span all mel bins, "
                + "so that one row is expected: another model with the same names (CED)?";
    }

    /** Refuses variants that the authors' class supports and no released model uses, of Dasheng and of CED. */
    static void requireSupported(CheckpointWeights w, Checkpoint file, ModelConfig config) {
        for (String extra : List.of("cls_token", "blocks.0.ls1.gamma", "blocks.0.ls2.gamma")) {
            if (w.has(extra)) {
                throw new UnusableCheckpointException(file.origin() + ": tensor '" + extra
                        + "' is there, but no released Dasheng or CED has it: class tokens and "
                        + "layer scales are not supported");
            }
        }
        for (int axis = 0; axis < 2; axis++) {
            config.mustBe(
                    "patch_stride." + axis,
                    w.size(PATCHES + ".weight", 4, 2 + axis),
                    PATCHES + ".weight, since patches that overlap are not supported");
        }
        if (!config.flag("center", true)) {
            throw config.refuse("center", "only frames centred on their time are supported");
        }
        if (config.states("win_size") && config.count("win_size", 0) != config.count("n_fft", 512)) {
            throw config.refuse(
                    "win_size",
                    "but n_fft is " + config.count("n_fft", 512)
                            + ": only windows of the transform's length are supported");
        }
    }

    /** The front end, whose mel bands must be those that the file stores, if it does. */
    static MelFrontEnd frontEnd(Checkpoint file, CheckpointWeights w, ModelConfig config, int mel, int patchTime) {
        MelSpectrogram spectrogram = new MelSpectrogram(new MelOptions(
                RATE,
                config.count("n_fft", 512),
                config.count("hop_size", 160),
                mel,
                config.number("f_min", 0),
                config.number("f_max", 8000)));
        if (w.has(MEL_TABLE)) {
            // The checkpoint stores the mel bands of its training: they must be those computed here.
            float[] own = spectrogram.weights();
            float[] stored = w.floats(MEL_TABLE, own.length / mel, mel);
            for (int i = 0; i < own.length; i++) {
                if (!(Math.abs(own[i] - stored[i]) <= TABLE_TOLERANCE)) {
                    throw new UnusableCheckpointException(file.origin() + ": tensor '" + file.stored(MEL_TABLE)
                            + "' has " + stored[i] + " for mel bin " + i % mel + " at transform bin " + i / mel
                            + ", expected is " + own[i] + ": mel bands of another front end");
                }
            }
        }
        return new MelFrontEnd(spectrogram, new AmplitudeToDb(config.number("top_db", 120)), patchTime);
    }

    /** {@code weight / sqrt(variance + eps)} */
    static Tensor scale(CheckpointWeights w, String origin, int mel) {
        float[] weight = w.tensor(NORM + "weight", mel).toFloats();
        float[] variance = w.tensor(NORM + "running_var", mel).toFloats();
        for (int i = 0; i < mel; i++) {
            if (variance[i] < 0) {
                throw new UnusableCheckpointException(origin + ": tensor '" + NORM + "running_var' has " + variance[i]
                        + " at element " + i + ": a variance is not negative, the checkpoint is damaged");
            }
            weight[i] = (float) (weight[i] / Math.sqrt(variance[i] + TORCH_EPS));
        }
        return Tensor.of(weight, mel).freeze();
    }

    @Override
    public EncoderSpec spec() {
        return spec;
    }

    @Override
    public FrontEnd frontEnd() {
        return frontEnd;
    }

    /**
     * {@inheritDoc}
     *
     * <p>The trace receives {@code chunk0.tokens_in}, {@code chunk0.block.0}, … and, joined over the chunks, {@code
     * block.0}, … Not differentiable.
     */
    @Override
    public Tensor forward(Tensor input, Trace trace) {
        Tensor normalized = input.minus(melMean).times(melScale).plus(melShift);
        trace.accept("after_bn", normalized.transpose(1, 2));
        Tensor patches = patchEmbed.apply(normalized);
        trace.accept("patch_embed", patches.transpose(1, 2));
        int count = patches.shape().dim(1);
        List<Tensor> chunks = new ArrayList<>();
        Map<String, List<Tensor>> joined = new LinkedHashMap<>();
        for (int at = 0; at < count; at += chunk) {
            int own = Math.min(chunk, count - at);
            String name = "chunk" + chunks.size() + ".";
            // A long recording has many chunks: release the intermediate tensors of each.
            try (TensorScope scope = new TensorScope()) {
                Trace inner = new Trace() {
                    @Override
                    public void accept(String what, Tensor tensor) {
                        if (trace.takes(name + what)) {
                            trace.accept(name + what, scope.keep(tensor));
                        }
                        if (!what.equals("tokens_in") && trace.takes(what)) {
                            joined.computeIfAbsent(what, _ -> new ArrayList<>()).add(scope.keep(tensor));
                        }
                    }

                    @Override
                    public boolean takes(String what) {
                        return trace.takes(name + what) || trace.takes(what);
                    }
                };
                Tensor tokens = patches.slice(1, at, own).plus(positions.slice(0, 0, own));
                inner.accept("tokens_in", tokens);
                chunks.add(scope.keep(norm.apply(trunk.apply(tokens, inner))));
            }
        }
        joined.forEach((what, parts) -> trace.accept(what, join(parts)));
        return join(chunks);
    }

    private static Tensor join(List<Tensor> parts) {
        return parts.size() == 1 ? parts.getFirst() : Tensor.concat(1, parts.toArray(Tensor[]::new));
    }

    @Override
    public Tensor classify(Tensor tokens) {
        return head == null ? EncoderNetwork.super.classify(tokens) : head.apply(tokens);
    }
}
