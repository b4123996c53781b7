package org.unmute.models.zoo;

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
import org.unmute.models.vit.Trace;
import org.unmute.tensor.Tensor;

/**
 * Bird-MAE (DBD-research-group/Bird-MAE): Audio-MAE's network on 5 s of bird song at 32 kHz. Short clips are padded
 * with their smallest log energy; the authors use the smallest of the batch, which is the same for a single clip.
 *
 * <p>Without their prefix its tensors look like Audio-MAE's. A file is recognized as Bird-MAE by the prefix {@code
 * state_dict.encoder.}, which Lightning writes, by {@link EncoderSettings#model}, or by a converted file's metadata.
 */
public final class BirdMae implements EncoderNetwork {
    private static final String NAME = "birdmae";
    private static final int RATE = 32_000;
    private static final double MEAN = -7.2;
    private static final double STD = 4.43;
    private static final KeyMap LIGHTNING = PreNormVit.keyMap("birdmae/lightning")
            .belowPrefix("state_dict.encoder.")
            .keep("norm.")
            .require("norm.weight", "norm.bias")
            .dropOuter("decoder.", "decoder of pre-training");

    /** How its checkpoints are recognized and opened. */
    public record Provider() implements EncoderProvider {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public List<String> aliases() {
            return List.of("bird-mae");
        }

        @Override
        public List<KeyMap> keyMaps() {
            return List.of(LIGHTNING);
        }

        @Override
        public int rank() {
            return 1;
        }

        @Override
        public EncoderNetwork open(Checkpoint file, EncoderSettings settings) {
            return new BirdMae(file, settings);
        }
    }

    private final EncoderSpec spec;
    private final FrontEnd frontEnd;
    private final PreNormVit vit;

    private BirdMae(Checkpoint file, EncoderSettings settings) {
        CheckpointWeights w = new CheckpointWeights(file);
        int frames = settings.framesOr(PreNormVit.storedSteps(w, file.origin()) * PreNormVit.PATCH);
        int steps = PreNormVit.steps(frames, PreNormVit.PATCH, NAME);
        frontEnd = new FbankFrontEnd(
                new KaldiFbank(
                        FbankOptions.of(settings.sampleRateOnly(RATE, NAME), PreNormVit.MEL, WindowFunction.HANNING)),
                frames,
                settings.meanOr(MEAN),
                settings.stdOr(STD),
                FbankFrontEnd.Waveform.CENTRED,
                FbankFrontEnd.Padding.MINIMUM,
                1);
        vit = PreNormVit.read(w, settings, PreNormVit.transposedPositions(w, file.origin(), steps), "norm");
        spec = EncoderSpec.of(
                NAME,
                "Bird-MAE (Audio-MAE's network at 32 kHz), " + vit.size() + ", final norm",
                frontEnd,
                settings,
                PreNormVit.grid(steps, frontEnd),
                vit.dim(),
                vit.depth(),
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
        return vit.forward(input, "tokens_with_pos_and_cls", trace);
    }
}
