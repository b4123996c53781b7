package org.unmute.models.zoo;

import java.util.List;
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
import org.unmute.models.frontend.AmplitudeToDb;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.frontend.MelFrontEnd;
import org.unmute.models.frontend.MelOptions;
import org.unmute.models.frontend.MelSpectrogram;
import org.unmute.models.frontend.ScaledMelFrontEnd;
import org.unmute.models.vit.Attention;
import org.unmute.models.vit.FeedForward;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.Linear;
import org.unmute.models.vit.PatchEmbed;
import org.unmute.models.vit.TransformerBlock;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.Unary;

/**
 * ATST-Frame (Audio-WestlakeU/audiossl): a mel spectrogram in dB brought to -1 to 1, one token for every 64 bins x 4
 * frames (40 ms), learned positions, pre-norm blocks whose attention has no bias, a final norm, no class token. The
 * spectrogram of a recording is cut into chunks of 1001 frames, of which each gives 250 tokens and loses a frame. Of a
 * training checkpoint the teacher is used, as the authors do.
 */
public record AtstFrame() implements EncoderProvider {
    private static final String NAME = "atst-frame";
    private static final int RATE = 16_000;
    private static final int MEL = 64;
    private static final int PATCH = 4;
    private static final double LOWEST_DB = -79.6482;
    private static final double HIGHEST_DB = 50.6842;

    private static final String PATCHES = "patch_embed.patch_embed";
    private static final String NORM = "norm_frame";
    private static final String PROMPT = "prompt_embed";
    private static final String PARAMETERS = "hyper_parameters.";
    private static final KeyMap AUTHORS = KeyMap.named(
                    "atst-frame/authors", NORM + ".weight", PATCHES + ".weight", Vit.POSITIONS, "blocks.0.norm1.weight")
            .drop("mask_embed", "placeholder of hidden frames in pre-training")
            .dropOuter("projector.", "head of pre-training")
            .dropOuter("predictor.", "head of pre-training")
            .keep(PATCHES + ".", Vit.POSITIONS, "blocks.", NORM + ".", PROMPT)
            .require(PATCHES + ".weight", PATCHES + ".bias", Vit.POSITIONS, NORM + ".weight", NORM + ".bias")
            .requireSeries("blocks.", "attn.qkv.weight")
            .requireSeries("blocks.", KeyMap.weightsAndBiases("attn.proj", "mlp.fc1", "mlp.fc2", "norm1", "norm2"))
            .carry(PARAMETERS + "pos_type", PARAMETERS + "nprompt");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<String> aliases() {
        return List.of("atst_frame", "atst");
    }

    @Override
    public List<KeyMap> keyMaps() {
        return List.of(AUTHORS);
    }

    @Override
    public EncoderNetwork open(Checkpoint file, EncoderSettings settings) {
        return open(file, settings, Double.NEGATIVE_INFINITY);
    }

    /** @param min dB below which nothing lies; negative infinity for no such bound */
    static EncoderNetwork open(Checkpoint file, EncoderSettings settings, double min) {
        CheckpointWeights w = new CheckpointWeights(file);
        requireSupported(w, ModelConfig.of(file, PARAMETERS, settings));
        int dim = w.size(Vit.POSITIONS, 3, 2);
        int rows = w.size(Vit.POSITIONS, 3, 1) - 1;
        if (rows < 1) {
            throw new UnusableCheckpointException(file.origin() + ": tensor '" + file.stored(Vit.POSITIONS)
                    + "' has one row: the first is not used, each token needs a further one");
        }
        int frames = settings.framesOr(rows * PATCH + 1);
        if (frames < PATCH || frames / PATCH > rows) {
            throw new IllegalArgumentException("atst-frame: chunks of " + frames + " frames cannot be set: there are "
                    + rows + " positions of " + PATCH + " frames: use " + PATCH + " to " + (rows * PATCH + PATCH - 1));
        }
        FrontEnd frontEnd = frontEnd(settings.sampleRateOnly(RATE, NAME), min);
        // A patch is stored mel bin by mel bin, and read frame by frame.
        Tensor kernel = w.tensor(PATCHES + ".weight", dim, (long) MEL * PATCH)
                .reshape(dim, MEL, PATCH)
                .transpose(1, 2)
                .reshape(dim, (long) PATCH * MEL);
        Tensor table = w.tensor(Vit.POSITIONS, 1, 1 + (long) rows, dim);
        int heads = settings.headsOr(0, dim);
        Vit vit = new Vit(
                new PatchEmbed(new Linear(kernel.copy().freeze(), w.tensor(PATCHES + ".bias", dim)), PATCH, MEL)::apply,
                null,
                table.slice(1, 1, rows),
                "tokens_with_pos",
                null,
                Vit.trunk(w, "blocks", "norm1", b -> block(w, b, dim, heads)),
                LayerNorm.read(w, NORM, dim, Vit.EPS));
        EncoderSpec.Grid grid =
                new EncoderSpec.Grid(frames / PATCH, 1, PATCH * frontEnd.frameShift(), TokenOrder.TIME_MAJOR, 0);
        return ChunkedVit.of(
                NAME,
                "ATST-Frame, " + vit.size() + ", chunks of " + frames + " frames",
                frontEnd,
                settings,
                grid,
                (input, _) -> input,
                vit,
                count -> table.slice(1, 1, count),
                new SpectrogramChunks(frames, PATCH, SpectrogramChunks.Fill.NONE, PATCH, 1, grid.order(), 0),
                null);
    }

    /**
     * The authors' front end.
     *
     * @param min dB below which nothing lies; negative infinity for no such bound
     */
    static ScaledMelFrontEnd frontEnd(int rate, double min) {
        MelFrontEnd decibels = new MelFrontEnd(
                new MelSpectrogram(new MelOptions(rate, 1024, 160, MEL, 60, 7800)), new AmplitudeToDb(80), PATCH);
        double max = Double.isInfinite(min) ? Double.POSITIVE_INFINITY : 80;
        return new ScaledMelFrontEnd(decibels, new ScaledMelFrontEnd.Fixed(LOWEST_DB, HIGHEST_DB, min, max), 0, 1);
    }

    /** Refuses variants of the authors' class that no released model uses. */
    private static void requireSupported(CheckpointWeights w, ModelConfig parameters) {
        if (w.has(PROMPT) || parameters.number("nprompt", 0) > 0) {
            throw new UnusableCheckpointException(parameters.origin()
                    + ": it has prompts (prompt_embed, nprompt), which no released ATST-Frame has: not supported");
        }
        String kind = parameters.text("pos_type", "cut");
        if (!kind.equals("cut")) {
            throw parameters.refuse("pos_type", "only positions that are cut are supported");
        }
    }

    private static TransformerBlock block(CheckpointWeights w, String name, int dim, int heads) {
        return new TransformerBlock(
                TransformerBlock.Kind.PRE,
                LayerNorm.read(w, name + ".norm1", dim, Vit.EPS),
                Attention.readUnbiased(w, name + ".attn", dim, heads),
                LayerNorm.read(w, name + ".norm2", dim, Vit.EPS),
                FeedForward.read(w, name + ".mlp", dim, w.size(name + ".mlp.fc1.weight", 2, 0), Unary.GELU));
    }
}
