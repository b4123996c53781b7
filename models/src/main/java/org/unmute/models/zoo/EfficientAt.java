package org.unmute.models.zoo;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.frontend.EfficientAtFrontEnd;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.vit.Linear;
import org.unmute.models.vit.Trace;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.op.ProductOps.EmbedPatches;
import org.unmute.tensor.op.SlidingWindow;
import org.unmute.tensor.op.Unary;

/**
 * EfficientAT (fschmid56/EfficientAT, {@code models/mn/model.py}; Schmid et al. 2023): MobileNetV3-Large on log mel
 * spectrograms, with squeeze and excitation of channels and a head of two layers on the mean of the last map. The width
 * follows from the shapes. Its 17 stages give maps of half the size after stages 0, 2, 4, 7 and 13; tokens are the
 * positions of the last map, every 320 ms in 4 bands, or of an earlier one.
 *
 * <p>Squeeze and excitation average over the whole input and a position sees seconds around it. So windows have a fixed
 * length, the 10 s of the authors' training. A shorter clip is taken as it is, as in their {@code inference.py}.
 */
public final class EfficientAt implements EncoderNetwork {
    static final String NAME = "efficientat";
    /** Stages of MobileNetV3-Large: a convolution, 15 blocks, a product. */
    private static final int STAGES = 17;
    /** Blocks that halve the map; so does the first convolution. */
    private static final Set<Integer> HALVING = Set.of(2, 4, 7, 13);
    /** Blocks before this one have ReLU, the others hard-swish. */
    private static final int FIRST_HARDSWISH = 7;
    /** Frames of 10 s. */
    private static final int FRAMES = 1000;

    private static final int PATCH = 3;
    private static final double MEAN = -4.5;
    private static final double STD = 2.5;
    private static final String TOKENS = "tokens";
    private static final String STAGE = "features.";
    private static final String COUNTER = ".num_batches_tracked";
    /** Names of the authors' files with the same tensors and another input. */
    private static final Pattern OTHER_SPECTROGRAM = Pattern.compile("mn\\d+_as_(hop|mels|fc)_");

    private static final KeyMap AUTHORS = authors();

    private static KeyMap authors() {
        KeyMap map = KeyMap.named(
                "efficientat/authors",
                STAGE + "0.0.weight",
                STAGE + "4.block.2.conc_se_layers.0.fc1.weight",
                STAGE + "16.0.weight",
                "classifier.2.weight",
                "classifier.5.weight");
        String why = "counter of training steps";
        map = map.drop(STAGE + "0.1" + COUNTER, why).drop(STAGE + "16.1" + COUNTER, why);
        for (int i = 1; i < STAGES - 1; i++) {
            for (int j = 0; j < 4; j++) {
                map = map.drop(STAGE + i + ".block." + j + ".1" + COUNTER, why);
            }
        }
        return map.keep(STAGE, "classifier.2.", "classifier.5.")
                .require(KeyMap.weightsAndBiases("classifier.2", "classifier.5"));
    }

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
        public Optional<String> reasonAgainst(Checkpoint file) {
            long in = new CheckpointWeights(file).size(STAGE + "0.0.weight", 4, 1);
            return in == 1
                    ? Optional.empty()
                    : Optional.of("'" + file.stored(STAGE + "0.0.weight") + "' is for " + in
                            + " channels, a spectrogram has one: a network for pictures?");
        }

        /** {@code tokens}: the stage whose map gives the tokens, {@code features.0} to {@code features.16}. */
        @Override
        public Set<String> configEntries() {
            return Set.of(TOKENS);
        }

        @Override
        public EncoderNetwork open(Checkpoint file, EncoderSettings settings) {
            return new EfficientAt(file, settings);
        }
    }

    private final EncoderSpec spec;
    private final EfficientAtFrontEnd frontEnd;
    private final Linear stem;
    private final List<InvertedResidual> blocks = new ArrayList<>();
    private final Linear last;
    private final Linear hidden;
    private final Linear classes;
    /** The stage whose map gives the tokens. */
    private final int cut;

    private EfficientAt(Checkpoint file, EncoderSettings settings) {
        CheckpointWeights w = new CheckpointWeights(file);
        if (settings.heads() != 0) {
            throw new IllegalArgumentException(
                    NAME + ": it has no attention, " + settings.heads() + " heads cannot be set");
        }
        if (OTHER_SPECTROGRAM.matcher(file.origin()).find()) {
            throw new UnusableCheckpointException(file.origin()
                    + ": by its name it was trained on another spectrogram (hop or mel bins), or with other strides,"
                    + " which its tensors do not tell: files of 128 bins every 10 ms are read, such as"
                    + " mn04_as_mAP_432.pt");
        }
        cut = stage(settings.config().getOrDefault(TOKENS, STAGE + (STAGES - 1)));
        frontEnd =
                new EfficientAtFrontEnd(frames(settings.framesOr(FRAMES)), settings.meanOr(MEAN), settings.stdOr(STD));
        settings.sampleRateOnly(EfficientAtFrontEnd.RATE, NAME);
        int channels = w.size(STAGE + "0.0.weight", 4, 0);
        InvertedResidual.Folded first = InvertedResidual.Folded.read(w, STAGE + "0", channels, 1, PATCH, PATCH);
        stem = new Linear(
                Tensor.owning(first.timeFirst(PATCH), channels, (long) PATCH * PATCH)
                        .freeze(),
                first.bias());
        int dim = channels;
        int stride = 2;
        int tokenDim = channels;
        int tokenStride = 2;
        for (int i = 1; i < STAGES - 1; i++) {
            boolean halves = HALVING.contains(i);
            Unary activation = i < FIRST_HARDSWISH ? Unary.RELU : Unary.HARDSWISH;
            InvertedResidual block = InvertedResidual.read(w, STAGE + i + ".block", dim, halves ? 2 : 1, activation);
            blocks.add(block);
            dim = block.channels();
            stride *= halves ? 2 : 1;
            if (i <= cut) {
                tokenDim = dim;
                tokenStride = stride;
            }
        }
        int wide = w.size(STAGE + "16.0.weight", 4, 0);
        last = InvertedResidual.Folded.pointwise(w, STAGE + "16", wide, dim);
        int middle = w.size("classifier.2.weight", 2, 0);
        hidden = Linear.read(w, "classifier.2", middle, wide);
        classes = Linear.read(w, "classifier.5", w.size("classifier.5.weight", 2, 0), middle);
        spec = spec(settings, cut == STAGES - 1 ? wide : tokenDim, tokenStride, wide);
    }

    private static int stage(String tokens) {
        for (int i = 0; i < STAGES; i++) {
            if (tokens.equals(STAGE + i)) {
                return i;
            }
        }
        throw new IllegalArgumentException(NAME + ": tokens=" + tokens + ": there is no such stage: " + STAGE + "0 to "
                + STAGE + (STAGES - 1) + " are possible");
    }

    private static int frames(int count) {
        if (count < 2) {
            throw new IllegalArgumentException(NAME + ": windows have at least 2 frames of 10 ms, not " + count);
        }
        return count;
    }

    private EncoderSpec spec(EncoderSettings settings, int dim, int stride, int wide) {
        return EncoderSpec.of(
                NAME,
                "EfficientAT, MobileNetV3-Large, " + wide + " channels in the last map, tokens of " + STAGE + cut,
                frontEnd,
                settings,
                new EncoderSpec.Grid(
                        Math.ceilDiv(frontEnd.frames(), stride),
                        EfficientAtFrontEnd.BANDS / stride,
                        EfficientAtFrontEnd.HOP * stride,
                        EncoderSpec.TokenOrder.TIME_MAJOR,
                        0),
                dim,
                // Maps of other stages have other sizes, so there is one layer: the tokens.
                1,
                EncoderSpec.namedClasses(classes.weight().size(0)));
    }

    @Override
    public EncoderSpec spec() {
        return spec;
    }

    @Override
    public FrontEnd frontEnd() {
        return frontEnd;
    }

    /** {@inheritDoc} The trace receives {@code features.i}, {@code [batch, time, freq, channels]}. */
    @Override
    public Tensor forward(Tensor input, Trace trace) {
        Tensor map = stages(stem(input), 1, cut, trace);
        // Hard-swish gives -0, which joining windows turns into 0: so the bits are the same alone and joined.
        Tensor tokens = map.plus(0).reshape(map.size(0), map.size(1) * map.size(2), map.size(3));
        trace.accept("block.0", tokens);
        return tokens;
    }

    /** The stages after the one that gave the tokens, the mean over all positions, and two layers. */
    @Override
    public Tensor classify(Tensor tokens) {
        int freq = spec.freq();
        Tensor map = tokens.reshape(tokens.size(0), tokens.size(1) / freq, freq, tokens.size(2));
        Tensor mean = stages(map, cut + 1, STAGES - 1, Trace.NONE).mean(1, 2);
        return classes.apply(hidden.activated(mean, Unary.HARDSWISH));
    }

    /** The first convolution: {@code [batch, frames, bands]} to {@code [batch, time, freq, channels]}. */
    private Tensor stem(Tensor input) {
        return TensorScope.only(() -> {
            SlidingWindow window = SlidingWindow.of(PATCH, PATCH, 2, 2);
            Tensor padded = input.pad(1, 1, 1, 0).pad(2, 1, 1, 0);
            return Tensor.run(new EmbedPatches(padded, stem.weight(), stem.bias(), window))
                    .unary(Unary.HARDSWISH)
                    .reshape(
                            input.size(0),
                            window.positionsY(padded.size(1)),
                            window.positionsX(padded.size(2)),
                            stem.weight().size(0));
        });
    }

    /** Stages {@code from} to {@code to}, of which each releases its input unless the trace uses it. */
    private Tensor stages(Tensor map, int from, int to, Trace trace) {
        Tensor x = map;
        for (int i = from; i <= to; i++) {
            trace.accept(STAGE + (i - 1), x);
            Tensor before = x;
            int stage = i;
            x = TensorScope.only(() ->
                    stage < STAGES - 1 ? blocks.get(stage - 1).apply(before) : last.activated(before, Unary.HARDSWISH));
            if (i > from && !trace.takes(STAGE + (i - 1)) && !x.requiresGradient()) {
                TensorScope.release(before);
            }
        }
        trace.accept(STAGE + to, x);
        return x;
    }
}
