package org.unmute.models.zoo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.checkpoint.KeyMatch;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.frontend.FbankFrontEnd;
import org.unmute.models.frontend.FbankOptions;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.frontend.KaldiFbank;
import org.unmute.models.frontend.WindowFunction;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.PatchEmbed;
import org.unmute.models.vit.SinCosPositions;
import org.unmute.models.vit.Trace;
import org.unmute.models.vit.TransformerBlock;
import org.unmute.models.vit.Trunk;
import org.unmute.models.vit.Weights;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.io.SafetensorsWriter;
import org.unmute.tensor.io.StoredType;

/**
 * The embedded encoder, trained by {@code unmute pretrain}: a small pre-norm ViT with fixed sine-cosine positions, a
 * class token and a final norm. Its settings are in the metadata of the safetensors file. If the file has them, the
 * tokens end with channels of the spectral shape of their patch and row.
 */
public final class SmallVit implements EncoderNetwork {
    private static final String KIND = KeyMatch.ENCODER;
    private static final String NAME = "small-vit";
    private static final double EPS = 1e-6;
    private static final KeyMap KEYS = KeyMap.named("small-vit/pretrain", "cls_token", "patch_embed.proj.weight")
            .belowPrefix("only by its metadata")
            .keep("cls_token", "patch_embed.", "blocks.", "norm.", SpectralShape.PREFIX)
            .require("cls_token", "patch_embed.proj.weight", "patch_embed.proj.bias", "norm.weight", "norm.bias")
            .requireSeries("blocks.", Vit.timmBlock())
            .carry("sample_rate", "mel_bins", "frames", "patch", "dim", "depth", "heads", "norm");

    /** Recognizes and opens checkpoints of this encoder. */
    public record Provider() implements EncoderProvider {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public List<KeyMap> keyMaps() {
            return List.of(KEYS);
        }

        @Override
        public EncoderNetwork open(Checkpoint file, EncoderSettings settings) {
            return read(file, settings);
        }
    }

    private static final int MAX_MEL_BINS = 1024;
    private static final int MAX_TOKENS = 1 << 16;

    /**
     * Sizes and front end.
     *
     * @param sampleRate Hz
     * @param melBins bins of the fbank, a multiple of {@code patchMel}
     * @param frames frames of a window (10 ms each), a multiple of {@code patchTime}
     * @param patchTime frames per patch
     * @param patchMel mel bins per patch
     * @param dim channels, a multiple of 4 and of {@code heads}
     * @param depth blocks
     * @param heads attention heads
     * @param mean of the log energies in the pre-training data
     * @param std of the log energies in the pre-training data
     */
    public record Settings(
            int sampleRate,
            int melBins,
            int frames,
            int patchTime,
            int patchMel,
            int dim,
            int depth,
            int heads,
            double mean,
            double std) {
        /** @throws IllegalArgumentException if sizes do not divide or are out of range */
        public Settings {
            if (Math.min(Math.min(frames, melBins), Math.min(Math.min(patchTime, patchMel), Math.min(dim, heads))) < 1
                    || melBins > MAX_MEL_BINS
                    || (long) frames / patchTime * (melBins / patchMel) > MAX_TOKENS) {
                throw new IllegalArgumentException(
                        "small vit: sizes must be at least 1, mel bins at most " + MAX_MEL_BINS
                                + " and tokens at most " + MAX_TOKENS + ": frames " + frames + ", mel " + melBins
                                + ", patch " + patchTime + " x "
                                + patchMel + ", dim " + dim + ", heads " + heads);
            }
            if (frames % patchTime != 0 || melBins % patchMel != 0 || dim % heads != 0 || dim % 4 != 0 || depth < 1) {
                throw new IllegalArgumentException(
                        "small vit: sizes do not divide: frames " + frames + " by " + patchTime + ", mel " + melBins
                                + " by " + patchMel + ", dim " + dim + " by " + heads + " heads and by 4");
            }
        }

        /** Number of token rows. */
        public int rows() {
            return frames / patchTime;
        }

        /** Number of token columns. */
        public int bands() {
            return melBins / patchMel;
        }

        /** The front end with these settings. */
        public FbankFrontEnd frontEnd() {
            return new FbankFrontEnd(
                    new KaldiFbank(FbankOptions.of(sampleRate, melBins, WindowFunction.HANNING)), frames, mean, std);
        }

        private Map<String, String> toMetadata() {
            return Map.of(
                    KIND,
                    NAME,
                    "sample_rate",
                    "" + sampleRate,
                    "mel_bins",
                    "" + melBins,
                    "frames",
                    "" + frames,
                    "patch",
                    patchTime + "x" + patchMel,
                    "dim",
                    "" + dim,
                    "depth",
                    "" + depth,
                    "heads",
                    "" + heads,
                    "norm",
                    mean + "," + std);
        }

        private static Settings fromMetadata(Checkpoint file) {
            Map<String, String> m = file.metadata();
            try {
                String[] patch = m.get("patch").split("x", 2);
                String[] norm = m.get("norm").split(",", 2);
                Settings settings = new Settings(
                        number(m, "sample_rate"),
                        number(m, "mel_bins"),
                        number(m, "frames"),
                        Integer.parseInt(patch[0]),
                        Integer.parseInt(patch[1]),
                        number(m, "dim"),
                        number(m, "depth"),
                        number(m, "heads"),
                        Double.parseDouble(norm[0]),
                        Double.parseDouble(norm[1]));
                settings.frontEnd();
                return settings;
            } catch (RuntimeException e) {
                throw new UnusableCheckpointException(
                        file.origin() + ": the metadata of a small ViT is incomplete or wrong: " + m, e);
            }
        }

        private static int number(Map<String, String> m, String key) {
            return Integer.parseInt(m.get(key));
        }
    }

    private final Settings settings;
    private final EncoderSpec spec;
    private final FbankFrontEnd frontEnd;
    private final PatchEmbed patchEmbed;
    private final Tensor cls;
    private final Tensor positions;
    private final Trunk trunk;
    private final LayerNorm norm;
    /** Null if the tokens are those of the network alone. */
    private final SpectralShape shape;

    /** Creates a model from weights: those of a checkpoint for inference, fresh ones for training. */
    public SmallVit(Settings settings, Weights w) {
        this(settings, w, EncoderSettings.AUTHORS, null);
    }

    private SmallVit(Settings settings, Weights w, EncoderSettings hop, SpectralShape shape) {
        this.settings = settings;
        this.shape = shape;
        int dim = settings.dim();
        frontEnd = settings.frontEnd();
        patchEmbed = PatchEmbed.read(w, "patch_embed.proj", dim, settings.patchTime(), settings.patchMel());
        cls = w.tensor("cls_token", 1, 1, dim);
        positions = Tensor.of(
                        SinCosPositions.sinCos(settings.rows(), settings.bands(), dim),
                        1,
                        (long) settings.rows() * settings.bands(),
                        dim)
                .freeze();
        List<TransformerBlock> blocks = new ArrayList<>();
        for (int i = 0; i < settings.depth(); i++) {
            blocks.add(Vit.block(TransformerBlock.Kind.PRE, w, "blocks." + i, dim, settings.heads(), 4L * dim));
        }
        norm = LayerNorm.read(w, "norm", dim, EPS);
        trunk = new Trunk(blocks);
        EncoderSpec.Grid grid = new EncoderSpec.Grid(
                settings.rows(),
                settings.bands(),
                settings.patchTime() * frontEnd.frameShift(),
                EncoderSpec.TokenOrder.TIME_MAJOR,
                1);
        spec = EncoderSpec.of(
                NAME,
                "ViT " + dim + " x " + settings.depth() + ", " + settings.heads() + " heads, pre-norm, "
                        + settings.patchTime() + " x " + settings.patchMel() + " patches"
                        + (shape == null ? "" : ", " + shape.channels() + " channels of spectral shape"),
                frontEnd,
                hop,
                grid,
                dim + (shape == null ? 0 : shape.channels()),
                settings.depth(),
                List.of());
    }

    private static SmallVit read(Checkpoint file, EncoderSettings settings) {
        if (!NAME.equals(file.metadata().get(KIND))) {
            throw new UnusableCheckpointException(
                    file.origin() + ": the metadata of a small ViT is incomplete or wrong: " + file.metadata());
        }
        Settings own = Settings.fromMetadata(file);
        if (settings.heads() != 0 && settings.heads() != own.heads()) {
            throw new IllegalArgumentException("small-vit: the number of heads is fixed at " + own.heads()
                    + " by the file, " + settings.heads() + " heads cannot be set");
        }
        Weights weights = new CheckpointWeights(file);
        return new SmallVit(
                own, weights, settings, SpectralShape.isIn(weights) ? SpectralShape.read(weights, own) : null);
    }

    /**
     * Writes the encoder's tensors in float16, with the settings and further facts (recipe, data, licence) as metadata
     * and a digest of the file, which {@link Checkpoint#open} verifies.
     *
     * @param parameters tensors by name; names that start with {@code decoder.} are omitted
     */
    public static void write(Path path, Settings settings, Map<String, Tensor> parameters, Map<String, String> facts)
            throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter().withDigest();
        settings.toMetadata().forEach(writer::metadata);
        facts.forEach(writer::metadata);
        parameters.forEach((name, t) -> {
            if (!name.startsWith(MaskedAutoencoder.DECODER)) {
                writer.add(name, StoredType.F16, t.shape(), t.toFloats());
            }
        });
        writer.write(path);
    }

    /** Sizes and front end. */
    public Settings settings() {
        return settings;
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
        Tensor tokens = patches.plus(positions);
        if (shape == null) {
            return run(tokens, trace);
        }
        Tensor channels = shape.of(input, patchEmbed);
        return Tensor.concat(2, run(tokens, SpectralShape.around(trace, channels)), channels);
    }

    /**
     * Tensors for {@link #write} that give the tokens channels of the spectral shape of their patch and row.
     *
     * @param samples clips of the training data, from which the channels are scaled; a subset is enough
     */
    public static Map<String, Tensor> spectralShape(Settings settings, List<float[]> samples) {
        return SpectralShape.fitted(settings, samples);
    }

    /** Runs on a subset of the patches, for masked pre-training, given their contents and positions. */
    Tensor forwardVisible(Tensor patches, Tensor ownPositions) {
        return run(patchEmbed.proj().apply(patches).plus(ownPositions), Trace.NONE);
    }

    private Tensor run(Tensor tokens, Trace trace) {
        return norm.apply(trunk.apply(Tensor.concat(1, cls.expand(tokens.size(0), 1, settings.dim()), tokens), trace));
    }
}
