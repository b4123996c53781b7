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
import org.unmute.models.frontend.AmplitudeToDb;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.frontend.MelFrontEnd;
import org.unmute.models.frontend.MelOptions;
import org.unmute.models.frontend.MelSpectrogram;
import org.unmute.models.frontend.ScaledMelFrontEnd;
import org.unmute.models.vit.Attention;
import org.unmute.models.vit.FeedForward;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.PatchEmbed;
import org.unmute.models.vit.TransformerBlock;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.Unary;

/**
 * BAT (houtan-ghaffari/BAT_ICML2026): EAT's layout with gated attention. A mel spectrogram in dB, brought to 0 to 1 for
 * each recording by itself; 16 x 16 patches, a stored position for each patch, a class token without position, one
 * layer norm before the first block, post-norm blocks and no final norm. A recording goes through the front end in one
 * piece; it is then cut into chunks of 64 columns (10.24 s) with a class token each, whose mean is the recording's.
 *
 * <p>With {@link EncoderSettings#frames} set there are windows of that many frames instead, as in the authors' recipes:
 * each is brought to 0 to 1 by itself, and a short one is then filled up with zeros.
 */
public record Bat() implements EncoderProvider {
    static final String NAME = "bat";

    private static final int RATE = 16_000;
    /** Token columns that attend to each other. */
    private static final int COLUMNS = 64;

    private static final String COLUMNS_ENTRY = "chunk_time_patches";
    private static final String PATCHES = "patch_embed.proj";
    private static final String PRE_NORM = "pre_norm";
    private static final String GATE = "attn.gate.weight";
    /** What their loader takes: of student and teacher the student. */
    private static final KeyMap AUTHORS = complete("bat/authors").belowPrefix("student.encoder.");
    /** What their training writes, and the port on Hugging Face. */
    private static final KeyMap PLAIN = complete("bat/plain");

    private static KeyMap complete(String name) {
        return KeyMap.named(name, Vit.CLS, Vit.POSITIONS, PRE_NORM + ".weight", "blocks.0.attn.qkv.weight")
                .keep(Vit.CLS, Vit.POSITIONS, PATCHES + ".", PRE_NORM + ".", "blocks.")
                .dropOuter("decoder.", "decoder of pre-training")
                .dropOuter("ema_encoder.", "moving average of the weights, the teacher of pre-training")
                .require(
                        Vit.CLS,
                        Vit.POSITIONS,
                        PATCHES + ".weight",
                        PATCHES + ".bias",
                        PRE_NORM + ".weight",
                        PRE_NORM + ".bias")
                .requireSeries("blocks.", Vit.timmBlock())
                .requireSeries("blocks.", KeyMap.weightsAndBiases("attn.gate"));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<KeyMap> keyMaps() {
        return List.of(AUTHORS, PLAIN);
    }

    @Override
    public Set<String> configEntries() {
        return Set.of(COLUMNS_ENTRY);
    }

    @Override
    public EncoderNetwork open(Checkpoint file, EncoderSettings settings) {
        CheckpointWeights w = new CheckpointWeights(file);
        if (!w.has("blocks.0." + GATE)) {
            throw new UnusableCheckpointException(file.origin() + ": tensor '" + file.stored("blocks.0." + GATE)
                    + "' is missing: the attention of BAT has gates; without them the authors' class is their EAT and "
                    + "SSLAM, which are not read from this layout");
        }
        int dim = w.size(Vit.CLS, 3, 2);
        int columns = ModelConfig.of(file, "", settings).count(COLUMNS_ENTRY, COLUMNS);
        int stored = w.size(Vit.POSITIONS, 3, 1);
        if (columns < 1 || stored < columns * Vit.BANDS) {
            throw new UnusableCheckpointException(file.origin() + ": tensor '" + file.stored(Vit.POSITIONS) + "' is "
                    + w.shape(Vit.POSITIONS) + ": chunks of " + columns + " columns of " + Vit.BANDS
                    + " patches need a row for each patch");
        }
        int frames = settings.frames();
        int rows = frames == 0 ? columns : Vit.steps(frames, Vit.PATCH, NAME);
        FrontEnd frontEnd = new ScaledMelFrontEnd(
                new MelFrontEnd(
                        new MelSpectrogram(
                                new MelOptions(settings.sampleRateOnly(RATE, NAME), 1024, 160, Vit.MEL, 0, 8000)),
                        new AmplitudeToDb(80),
                        1),
                new ScaledMelFrontEnd.OfClip(),
                frames,
                Vit.PATCH);
        int heads = settings.headsOr(0, dim);
        Tensor table = w.tensor(Vit.POSITIONS, 1, stored, dim);
        Vit vit = new Vit(
                PatchEmbed.read(w, PATCHES, dim, Vit.PATCH, Vit.PATCH)::apply,
                w.tensor(Vit.CLS, 1, 1, dim),
                table.slice(1, 0, (long) columns * Vit.BANDS),
                Vit.WITH_CLS,
                LayerNorm.read(w, PRE_NORM, dim, Vit.EPS),
                Vit.trunk(w, "blocks", "norm1", b -> block(w, b, dim, heads)),
                null);
        return ChunkedVit.of(
                NAME,
                "BAT, " + vit.size() + ", gated attention, chunks of " + columns + " columns",
                frontEnd,
                settings,
                Vit.grid(rows, frontEnd),
                (input, _) -> input,
                vit,
                count -> table.slice(1, 0, (long) count * Vit.BANDS),
                new SpectrogramChunks(
                        columns * Vit.PATCH,
                        Vit.PATCH,
                        SpectrogramChunks.Fill.NONE,
                        Vit.PATCH,
                        Vit.BANDS,
                        EncoderSpec.TokenOrder.TIME_MAJOR,
                        1),
                null);
    }

    private static TransformerBlock block(CheckpointWeights w, String name, int dim, int heads) {
        return new TransformerBlock(
                TransformerBlock.Kind.POST,
                LayerNorm.read(w, name + ".norm1", dim, Vit.EPS),
                Attention.readGated(w, name + ".attn", dim, heads),
                LayerNorm.read(w, name + ".norm2", dim, Vit.EPS),
                FeedForward.read(w, name + ".mlp", dim, w.size(name + ".mlp.fc1.weight", 2, 0), Unary.GELU));
    }
}
