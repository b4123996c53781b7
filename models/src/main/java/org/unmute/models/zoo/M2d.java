package org.unmute.models.zoo;

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
import org.unmute.models.encoder.EncoderSpec.TokenOrder;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.frontend.SlaneyFrontEnd;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.StridedPatchEmbed;
import org.unmute.models.vit.TransformerBlock;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.SlidingWindow;

/**
 * M2D (nttcslab/m2d): 80 Slaney bands, patches, frequency-major, stored positions for the class token and the patches,
 * pre-norm blocks, a final norm. The spectrogram of a recording is cut into chunks as long as the authors' input; the
 * last is filled up with zeros to a whole number of patches and uses the first columns of the positions. The authors
 * drop the class token; here a recording's is the mean over its chunks.
 *
 * <p>A file does not say how long the input is: it is as long as its positions, but 1001 frames where those are for 62
 * columns of 16, as in the released models; {@link EncoderSettings#frames} states another. Models for 32 kHz need
 * {@link EncoderSettings#sampleRate}. The statistics are the file's {@code norm_stats}, else those of the authors'
 * code.
 */
public record M2d() implements EncoderProvider {
    private static final String NAME = "m2d";
    private static final int RATE = 16_000;
    private static final int MEL = 80;
    private static final double LOW_HZ = 50;
    private static final double MEAN = -7.1;
    private static final double STD = 4.2;
    /** Frames of ten seconds, of which patches of 16 leave out nine. */
    private static final int TEN_SECONDS = 1001;

    private static final String STATISTICS = "norm_stats";
    private static final String PATCHES = "patch_embed.proj";
    private static final String PRETRAINING = "network of pre-training";
    private static final KeyMap AUTHORS = Vit.keyMap("m2d/authors")
            .keep("norm.", STATISTICS)
            .require("norm.weight", "norm.bias")
            .drop("mask_token", PRETRAINING)
            .drop("decoder_pos_embed", PRETRAINING)
            .drop("decoder_embed.", PRETRAINING)
            .drop("decoder_blocks.", PRETRAINING)
            .drop("decoder_norm.", PRETRAINING)
            .drop("decoder_pred.", PRETRAINING)
            .drop("target_blocks.", PRETRAINING)
            .drop("target_norm.", PRETRAINING)
            .drop("audio_proj.", "projection to text")
            .drop("text_proj.", "projection to text")
            .dropOuter("to_spec.", "tables of the front end, which are computed")
            .dropOuter("head.", "head of fine-tuning, which is not read");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<KeyMap> keyMaps() {
        return List.of(AUTHORS);
    }

    @Override
    public int rank() {
        return 1;
    }

    /** Audio-MAE and ASiT have the same names, but for the statistics: their grids have eight rows of 16 x 16. */
    @Override
    public Optional<String> reasonAgainst(Checkpoint file) {
        CheckpointWeights w = new CheckpointWeights(file);
        int mel = w.size(PATCHES + ".weight", 4, 2);
        int time = w.size(PATCHES + ".weight", 4, 3);
        int patches = w.size(Vit.POSITIONS, 3, 1) - 1;
        boolean square = mel == Vit.PATCH && time == Vit.PATCH;
        if (MEL % mel != 0 || patches < 1 || patches % (MEL / mel) != 0) {
            return Optional.of(unfit(file, mel, patches));
        }
        return file.has(STATISTICS) || !square || patches % Vit.BANDS != 0
                ? Optional.empty()
                : Optional.of("there are no '" + STATISTICS + "', and " + (1 + patches)
                        + " positions may be for 128 bins as well as for " + MEL);
    }

    private static String unfit(Checkpoint file, int mel, int patches) {
        return "tensor '" + file.stored(Vit.POSITIONS) + "' is " + file.shape(Vit.POSITIONS) + ": " + patches
                + " patches of " + mel + " mel bins do not fill columns of " + MEL + " bins";
    }

    @Override
    public EncoderNetwork open(Checkpoint file, EncoderSettings settings) {
        CheckpointWeights w = new CheckpointWeights(file);
        int dim = w.size(Vit.CLS, 3, 2);
        int patchMel = w.size(PATCHES + ".weight", 4, 2);
        int patchTime = w.size(PATCHES + ".weight", 4, 3);
        int patches = w.size(Vit.POSITIONS, 3, 1) - 1;
        if (MEL % patchMel != 0 || patches < 1 || patches % (MEL / patchMel) != 0) {
            throw new UnusableCheckpointException(file.origin() + ": " + unfit(file, patchMel, patches));
        }
        int rows = MEL / patchMel;
        int columns = patches / rows;
        int frames = frames(settings, columns, patchTime);
        float[] statistics =
                w.has(STATISTICS) ? w.tensor(STATISTICS, 2).toFloats() : new float[] {(float) MEAN, (float) STD};
        if (!(statistics[1] > 0)) {
            throw new UnusableCheckpointException(file.origin() + ": tensor '" + file.stored(STATISTICS) + "' has "
                    + statistics[1] + " for the standard deviation: above 0 is expected, the checkpoint is damaged");
        }
        FrontEnd frontEnd = new SlaneyFrontEnd(
                settings.sampleRateOr(RATE),
                MEL,
                LOW_HZ,
                settings.meanOr(plain(statistics[0])),
                settings.stdOr(plain(statistics[1])),
                1);
        StridedPatchEmbed embed =
                StridedPatchEmbed.read(w, PATCHES, dim, SlidingWindow.of(patchMel, patchTime, patchMel, patchTime));
        Tensor table = w.tensor(Vit.POSITIONS, 1, 1 + (long) patches, dim);
        Vit vit = new Vit(
                embed::apply,
                w.tensor(Vit.CLS, 1, 1, dim),
                table,
                Vit.WITH_CLS,
                null,
                Vit.trunk(TransformerBlock.Kind.PRE, w, "blocks", dim, settings.headsOr(0, dim)),
                LayerNorm.read(w, "norm", dim, Vit.EPS));
        EncoderSpec.Grid grid = new EncoderSpec.Grid(
                frames / patchTime, rows, patchTime * frontEnd.frameShift(), TokenOrder.FREQUENCY_MAJOR, 1);
        return ChunkedVit.of(
                NAME,
                "M2D, " + vit.size() + ", patches of " + patchMel + " bins x " + patchTime + " frames, chunks of "
                        + frames + " frames",
                frontEnd,
                settings,
                grid,
                (input, _) -> input,
                vit,
                count -> positions(table, rows, columns, count),
                new SpectrogramChunks(frames, 2, SpectrogramChunks.Fill.PATCH, patchTime, rows, grid.order(), 1),
                null);
    }

    /** A number that was written with few digits, as it was written: -7.1, not -7.0999999. */
    private static double plain(float stored) {
        return Double.parseDouble(Float.toString(stored));
    }

    private static int frames(EncoderSettings settings, int columns, int patchTime) {
        int authors = columns * patchTime;
        if (patchTime == Vit.PATCH && TEN_SECONDS / patchTime == columns) {
            authors = TEN_SECONDS;
        }
        int frames = settings.framesOr(authors);
        if (frames < patchTime || frames / patchTime > columns) {
            throw new IllegalArgumentException("m2d: chunks of " + frames + " frames cannot be set: the positions are "
                    + "for " + columns + " columns of " + patchTime + " frames: use " + patchTime + " to "
                    + (columns * patchTime + patchTime - 1));
        }
        return frames;
    }

    /** The first columns: {@code [1, 1 + rows · columns, dim]} to {@code [1, 1 + rows · count, dim]}. */
    private static Tensor positions(Tensor table, int rows, int columns, int count) {
        if (count == columns) {
            return table;
        }
        long dim = table.size(2);
        Tensor grid = table.slice(1, 1, (long) rows * columns)
                .reshape(1, rows, columns, dim)
                .slice(2, 0, count)
                .reshape(1, (long) rows * count, dim);
        return Tensor.concat(1, table.slice(1, 0, 1), grid);
    }
}
