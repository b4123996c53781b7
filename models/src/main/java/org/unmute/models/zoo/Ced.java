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
import org.unmute.models.frontend.MelFrontEnd;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.StridedPatchEmbed;
import org.unmute.models.vit.TransformerBlock;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.SlidingWindow;

/**
 * CED (RicherMans/CED): Dasheng's front end, batch normalization of the mel bins, and its network with square patches,
 * frequency-major, with learned positions for time and for frequency, pre-norm blocks, a final norm and no class token.
 * The normalized spectrogram is cut into pieces as long as the authors' {@code target_length}; of several the last is
 * filled up with zeros. (The authors drop a last piece that is exactly full; here it stays.) {@code outputlayer}
 * classifies the mean of the tokens.
 *
 * <p>Its tensors have Dasheng's names; it is told apart by the several rows of {@code freq_pos_embed}.
 */
public record Ced() implements EncoderProvider {
    private static final String NAME = "ced";
    private static final int RATE = 16_000;
    /** Of the released models, whose positions are for 63 columns. */
    private static final int TARGET_LENGTH = 1012;

    private static final KeyMap AUTHORS = Dasheng.keyMap("ced/authors");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<KeyMap> keyMaps() {
        return List.of(AUTHORS);
    }

    @Override
    public Set<String> configEntries() {
        return Dasheng.CONFIG_ENTRIES;
    }

    @Override
    public Optional<String> reasonAgainst(Checkpoint file) {
        return against(file, new CheckpointWeights(file));
    }

    private static Optional<String> against(Checkpoint file, CheckpointWeights w) {
        int rows = w.size(Dasheng.FREQ, 4, 2);
        int expected = w.size(Dasheng.NORM + "running_mean", 1, 0) / w.size(Dasheng.PATCHES + ".weight", 4, 2);
        return rows > 1 && rows == expected
                ? Optional.empty()
                : Optional.of("tensor '" + file.stored(Dasheng.FREQ) + "' is " + file.shape(Dasheng.FREQ)
                        + ": CED has a row for each of several rows of patches, and there are " + expected
                        + (rows == 1 ? ": another model with the same names (Dasheng)?" : ""));
    }

    @Override
    public EncoderNetwork open(Checkpoint file, EncoderSettings settings) {
        CheckpointWeights w = new CheckpointWeights(file);
        ModelConfig config = ModelConfig.of(file, Dasheng.CONFIG, settings);
        against(file, w).ifPresent(reason -> {
            throw new UnusableCheckpointException(file.origin() + ": " + reason);
        });
        int rows = w.size(Dasheng.FREQ, 4, 2);
        Dasheng.requireSupported(w, file, config);
        String weight = Dasheng.PATCHES + ".weight";
        int dim = config.size("embed_dim", w, weight, 4, 0);
        int patchMel = w.size(weight, 4, 2);
        int patchTime = w.size(weight, 4, 3);
        int mel = config.size("n_mels", w, Dasheng.NORM + "running_mean", 1, 0);
        int columns = w.size(Dasheng.TIME, 4, 3);
        int frames = frames(settings, config, columns, patchTime);
        MelFrontEnd frontEnd = Dasheng.frontEnd(file, w, config, mel, patchTime);
        Tensor mean = w.tensor(Dasheng.NORM + "running_mean", mel);
        Tensor scale = Dasheng.scale(w, file.origin(), mel);
        Tensor shift = w.tensor(Dasheng.NORM + "bias", mel);
        Tensor time = w.tensor(Dasheng.TIME, 1, dim, 1, columns);
        Tensor frequency = w.tensor(Dasheng.FREQ, 1, dim, rows, 1);
        StridedPatchEmbed patches = StridedPatchEmbed.read(
                w, Dasheng.PATCHES, dim, SlidingWindow.of(patchMel, patchTime, patchMel, patchTime));
        settings.sampleRateOnly(RATE, NAME);
        Vit vit = new Vit(
                patches::apply,
                null,
                positions(time, frequency, frames / patchTime),
                "tokens_with_pos",
                null,
                Vit.trunk(
                        TransformerBlock.Kind.PRE,
                        w,
                        "blocks",
                        dim,
                        settings.headsOr(config.count("num_heads", 0), dim)),
                LayerNorm.read(w, "norm", dim, Vit.EPS));
        config.mustBe("depth", vit.trunk().blocks().size(), "the number of blocks.N");
        EncoderSpec.Grid grid = new EncoderSpec.Grid(
                frames / patchTime, rows, patchTime * frontEnd.frameShift(), TokenOrder.FREQUENCY_MAJOR, 0);
        return ChunkedVit.of(
                        NAME,
                        "CED, " + vit.size() + ", pieces of " + frames + " frames",
                        frontEnd,
                        settings,
                        grid,
                        (input, trace) -> {
                            Tensor normalized = input.minus(mean).times(scale).plus(shift);
                            trace.accept("bn", normalized.transpose(1, 2));
                            return normalized;
                        },
                        vit,
                        count -> positions(time, frequency, count),
                        new SpectrogramChunks(
                                frames, 2, SpectrogramChunks.Fill.CHUNK, patchTime, rows, grid.order(), 0),
                        ClassHead.read(
                                w, tokens -> tokens.mean(1), "outputlayer.0", Dasheng.TORCH_EPS, "outputlayer.1", dim))
                .tracingImages();
    }

    /** Frames of a piece: as set, as the file states, as released, or as the positions have columns for. */
    private static int frames(EncoderSettings settings, ModelConfig config, int columns, int patchTime) {
        int stored = columns * patchTime;
        int released = TARGET_LENGTH / patchTime == columns ? TARGET_LENGTH : stored;
        int frames = settings.framesOr(config.count("target_length", released));
        if (frames < patchTime || frames / patchTime > columns) {
            throw new IllegalArgumentException("ced: pieces of " + frames + " frames cannot be set: '" + Dasheng.TIME
                    + "' has " + columns + " positions of " + patchTime + " frames: use " + patchTime + " to "
                    + (stored + patchTime - 1));
        }
        return frames;
    }

    /** {@code [1, rows · columns, dim]}, frequency-major. */
    private static Tensor positions(Tensor time, Tensor frequency, int columns) {
        long dim = time.size(1);
        return time.slice(3, 0, columns)
                .plus(frequency)
                .reshape(1, dim, frequency.size(2) * columns)
                .transpose(1, 2)
                .copy();
    }
}
