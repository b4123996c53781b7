package org.unmute.models.zoo;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.AudioSetLabels;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.FrameHead;
import org.unmute.models.frontend.FilledFrontEnd;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.vit.Linear;
import org.unmute.models.vit.Trace;
import org.unmute.tensor.Interpolation;
import org.unmute.tensor.Tensor;

/**
 * The frame-level detectors of PretrainedSED (fschmid56/PretrainedSED): BEATs, ASiT, ATST-Frame and M2D, fine-tuned on
 * the strong labels of AudioSet, with a linear layer that scores 447 classes every 40 ms. A window is 10 s, the last
 * one of a recording filled up with silence; each is computed by itself and gives 250 frames. A sequence of more tokens
 * is averaged to 250, of fewer interpolated.
 *
 * <p>{@code weak_head} is left out: the authors' training on strong labels does not reach it.
 */
public record PretrainedSed() implements EncoderProvider {
    private static final String NAME = "pretrained-sed";
    private static final int RATE = 16_000;
    private static final int WINDOW = 10 * RATE;
    private static final int FRAMES = 250;
    /** Frames of kaldi's filter bank in a window. */
    private static final int FBANK_FRAMES = 998;
    /** Of the authors' post-processing. */
    private static final int MEDIAN = 9;

    private static final double M2D_MEAN = -7.1;
    private static final double M2D_STD = 4.2;
    private static final double ATST_MIN_DB = -50;
    private static final String HEAD = "strong_head";
    private static final String SEQUENCE_MODEL = "seq_model.";
    private static final String NORM = "encoder.pos_conv.0.parametrizations.weight.original";
    private static final String[] BEATS_BLOCK = KeyMap.weightsAndBiases(
            "self_attn.q_proj",
            "self_attn.k_proj",
            "self_attn.v_proj",
            "self_attn.out_proj",
            "self_attn_layer_norm",
            "fc1",
            "fc2",
            "final_layer_norm");

    private static final List<KeyMap> KEY_MAPS = Stream.of(
                    beats("model.model."),
                    beats("model.beats."),
                    atst("model.atst."),
                    vit("m2d", "model.backbone."),
                    vit("m2d", "model.m2d.backbone."),
                    vit("asit", "model."),
                    // Converted files have the encoders' own names.
                    beats(""),
                    atst(""),
                    vit("m2d or asit", ""))
            .toList();

    private static KeyMap beats(String prefix) {
        return map("beats", prefix, "patch_embedding.weight")
                .requireSeries("encoder.layers.", BEATS_BLOCK)
                .require("encoder.pos_conv.0.weight_g", "encoder.pos_conv.0.weight_v", "encoder.pos_conv.0.bias");
    }

    private static KeyMap atst(String prefix) {
        return map("atst-frame", prefix, "norm_frame.weight")
                .require("norm_frame.bias", Vit.POSITIONS)
                .requireSeries("blocks.", "attn.qkv.weight")
                .requireSeries("blocks.", KeyMap.weightsAndBiases("attn.proj", "mlp.fc1", "mlp.fc2", "norm1", "norm2"));
    }

    private static KeyMap vit(String encoder, String prefix) {
        return map(encoder, prefix, Vit.CLS)
                .require("norm.weight", "norm.bias", Vit.POSITIONS)
                .requireSeries("blocks.", Vit.timmBlock());
    }

    /** @param sign a name below the prefix by which the encoder is recognized, beside the head */
    private static KeyMap map(String encoder, String prefix, String sign) {
        String tables = "tables of the front end, which are computed";
        return KeyMap.named(NAME + "/" + encoder, HEAD + ".weight", prefix + sign)
                .drop("weak_head.", "head for clips, which training on strong labels does not reach")
                .drop("model.to_spec.", tables)
                .drop("model.m2d.to_spec.", tables)
                .drop(prefix + "mask_embed", "placeholder of hidden frames in pre-training")
                .rename(prefix + NORM + "0", "encoder.pos_conv.0.weight_g")
                .rename(prefix + NORM + "1", "encoder.pos_conv.0.weight_v")
                .keep(HEAD + ".", SEQUENCE_MODEL)
                .rename(prefix, "")
                .require(HEAD + ".weight", HEAD + ".bias");
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<String> aliases() {
        return List.of("beats_strong", "asit_strong", "atst_strong", "m2d_strong");
    }

    @Override
    public List<KeyMap> keyMaps() {
        return KEY_MAPS;
    }

    /** Its encoders have separate files, without the head. */
    @Override
    public int rank() {
        return -1;
    }

    /** Those of BEATs, whose file has no configuration here. */
    @Override
    public Set<String> configEntries() {
        return Beats.CONFIG_ENTRIES;
    }

    @Override
    public EncoderNetwork open(Checkpoint file, EncoderSettings settings) {
        CheckpointWeights w = new CheckpointWeights(file);
        file.names().stream()
                .filter(n -> n.startsWith(SEQUENCE_MODEL))
                .findFirst()
                .ifPresent(name -> {
                    throw new UnusableCheckpointException(
                            file.origin() + ": tensor '" + file.stored(name) + "' is there: a "
                                    + "recurrent layer over the frames, as the authors' teachers have: not supported, "
                                    + "use a student's file (…_strong_1.pt)");
                });
        if (settings.frames() != 0) {
            throw new IllegalArgumentException(
                    NAME + ": windows are always 10 s, " + settings.frames() + " frames cannot be set: leave it out");
        }
        settings.sampleRateOnly(RATE, NAME);
        // Windows, and how they overlap, are the detector's matter.
        EncoderSettings inner = settings.withHop(0);
        EncoderNetwork encoder;
        UnaryOperator<Tensor> sequence = tokens -> tokens;
        if (w.has("patch_embedding.weight")) {
            encoder = new Beats(file, inner.withFrames(FBANK_FRAMES));
        } else if (w.has("norm_frame.weight")) {
            encoder = AtstFrame.open(file, inner, ATST_MIN_DB);
        } else if (w.size("patch_embed.proj.weight", 4, 2) == Vit.PATCH && isAsit(w)) {
            encoder = asit(w, file.origin(), inner);
        } else {
            encoder = new M2d().open(file, Double.isNaN(inner.mean()) ? inner.withNorm(M2D_MEAN, M2D_STD) : inner);
            sequence = PretrainedSed::columns;
        }
        return new Detector(encoder, sequence, w, settings);
    }

    /** M2D has five rows of patches, ASiT eight. */
    private static boolean isAsit(CheckpointWeights w) {
        int patches = w.size(Vit.POSITIONS, 3, 1) - 1;
        return !w.has("norm_stats") && patches % Vit.BANDS == 0;
    }

    private static EncoderNetwork asit(CheckpointWeights w, String origin, EncoderSettings settings) {
        int stored = Vit.storedSteps(w, origin);
        int steps = Vit.steps(FBANK_FRAMES, Vit.PATCH, NAME);
        FrontEnd frontEnd = Vit.fbank(settings, RATE, FBANK_FRAMES);
        Tensor table = w.tensor(Vit.POSITIONS, 1, 1 + (long) stored * Vit.BANDS, w.size(Vit.CLS, 3, 2));
        // As the authors read them: their first axis, of eight, becomes time.
        Tensor positions = Interpolation.resizePositions(
                        table, 1, Vit.BANDS, stored, steps, Vit.BANDS, Interpolation.Mode.CUBIC)
                .freeze();
        Vit vit = Vit.read(w, settings, positions, "norm");
        return vit.encoder(NAME, "ASiT, " + vit.size(), frontEnd, settings, Vit.grid(steps, frontEnd), null);
    }

    /**
     * The five tokens of a column of M2D as one: {@code [batch, 1 + 5 · columns, dim]} to {@code [batch, columns, 5 ·
     * dim]}.
     */
    private static Tensor columns(Tensor tokens) {
        long rows = 5;
        long columns = (tokens.size(1) - 1) / rows;
        return tokens.slice(1, 1, rows * columns)
                .reshape(tokens.size(0), rows, columns, tokens.size(2))
                .transpose(1, 2)
                .reshape(tokens.size(0), columns, rows * tokens.size(2));
    }

    /** ASiT's network in a detector. */
    static Vit asitOf(EncoderNetwork detector) {
        return ((Vit.Network) ((Detector) detector).encoder).vit();
    }

    /** {@code [batch, n, channels]} to {@code [batch, 250, channels]}. */
    static Tensor frames(Tensor sequence) {
        int n = sequence.shape().dim(1);
        if (n <= FRAMES) {
            return n == FRAMES ? sequence : Interpolation.resize(sequence, 1, FRAMES, Interpolation.Mode.LINEAR, false);
        }
        float[] average = new float[FRAMES * n];
        for (int i = 0; i < FRAMES; i++) {
            int from = i * n / FRAMES;
            int to = Math.ceilDiv((i + 1) * n, FRAMES);
            for (int t = from; t < to; t++) {
                average[i * n + t] = 1f / (to - from);
            }
        }
        Tensor matrix = Tensor.of(sequence.backend(), average, FRAMES, n);
        return sequence.transpose(1, 2).linear(matrix, null).transpose(1, 2);
    }

    /** An encoder on windows of ten seconds, and its head. */
    private static final class Detector implements EncoderNetwork {
        private final EncoderNetwork encoder;
        private final FrontEnd frontEnd;
        private final EncoderSpec spec;
        private final FrameHead head;

        Detector(
                EncoderNetwork encoder, UnaryOperator<Tensor> sequence, CheckpointWeights w, EncoderSettings settings) {
            this.encoder = encoder;
            frontEnd = new FilledFrontEnd(encoder.frontEnd(), WINDOW);
            EncoderSpec own = encoder.spec();
            EncoderSpec.Grid grid = own.grid();
            int classes = w.size(HEAD + ".weight", 2, 0);
            // M2D's head sees the five tokens of a column.
            int width = own.freq() == 5 ? 5 * own.dim() : own.dim();
            Linear linear = Linear.read(w, HEAD, classes, width);
            List<String> names = classes == AudioSetLabels.STRONG_COUNT
                    ? AudioSetLabels.strongNames()
                    : EncoderSpec.namedClasses(classes);
            head = new FrameHead(
                    FRAMES, WINDOW / FRAMES, names, MEDIAN, tokens -> frames(linear.apply(sequence.apply(tokens))));
            spec = EncoderSpec.of(
                    NAME,
                    own.description() + ", fine-tuned for moments (PretrainedSED)",
                    frontEnd,
                    settings,
                    grid,
                    own.dim(),
                    own.depth(),
                    List.of());
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
            return encoder.forward(input, trace);
        }

        @Override
        public Optional<FrameHead> frameHead() {
            return Optional.of(head);
        }
    }
}
