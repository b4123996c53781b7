package example.plugin;

import java.util.List;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.frontend.FbankFrontEnd;
import org.unmute.models.frontend.FbankOptions;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.frontend.KaldiFbank;
import org.unmute.models.frontend.WindowFunction;
import org.unmute.models.vit.PatchEmbed;
import org.unmute.models.vit.Trace;
import org.unmute.tensor.Tensor;

/**
 * One linear layer on each patch of 16 frames by 16 mel bands, without a class token: as short as an encoder can be. A
 * checkpoint has {@code example_patch.weight} {@code [dim, 1, 16, 16]} and {@code example_patch.bias} {@code [dim]}.
 */
public final class PatchEncoder implements EncoderNetwork {
    private static final String NAME = "example-patch";
    private static final int RATE = 16_000;
    private static final int MEL = 128;
    private static final int PATCH = 16;

    private final EncoderSpec spec;
    private final FrontEnd frontEnd;
    private final PatchEmbed patches;

    /** How its checkpoints are recognized and opened. */
    public static final class Provider implements EncoderProvider {
        /** For the service loader. */
        public Provider() {}

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public List<KeyMap> keyMaps() {
            return List.of(KeyMap.named(NAME, "example_patch.weight")
                    .keep("example_patch.")
                    .require("example_patch.weight", "example_patch.bias"));
        }

        @Override
        public EncoderNetwork open(Checkpoint file, EncoderSettings settings) {
            return new PatchEncoder(file, settings);
        }
    }

    private PatchEncoder(Checkpoint file, EncoderSettings settings) {
        CheckpointWeights weights = new CheckpointWeights(file);
        int dim = weights.size("example_patch.weight", 4, 0);
        patches = PatchEmbed.read(weights, "example_patch", dim, PATCH, PATCH);
        KaldiFbank fbank = new KaldiFbank(FbankOptions.of(RATE, MEL, WindowFunction.HANNING));
        int frames = settings.framesOr(96);
        frontEnd = new FbankFrontEnd(fbank, frames, settings.meanOr(-4.3), settings.stdOr(4.6));
        EncoderSpec.Grid grid = new EncoderSpec.Grid(
                frames / PATCH, MEL / PATCH, PATCH * frontEnd.frameShift(), EncoderSpec.TokenOrder.TIME_MAJOR, 0);
        spec = EncoderSpec.of(
                NAME, "a linear layer on each patch, dim " + dim, frontEnd, settings, grid, dim, 0, List.of());
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
        Tensor tokens = patches.apply(input);
        trace.accept("patch_embed", tokens);
        return tokens;
    }
}
