package org.unmute.models.encoder;

import java.util.List;
import org.unmute.models.audio.FbankOptions;
import org.unmute.models.audio.KaldiFbank;
import org.unmute.models.audio.Window;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.vit.Trace;
import org.unmute.tensor.Tensor;

/**
 * Bird-MAE (DBD-research-group/Bird-MAE): Audio-MAE's network on 5 s of bird song at 32 kHz. Short clips are filled
 * with their smallest log energy; the authors take the smallest of the batch, so that a clip alone gives the same here
 * and there.
 *
 * <p>Without their prefix its tensors look like Audio-MAE's. A file is taken for Bird-MAE below {@code
 * state_dict.encoder.}, as Lightning writes it, if it is asked for by name, or if a converted file says so.
 */
public final class BirdMae implements Encoder {
    private static final String NAME = "birdmae";
    private static final int RATE = 32_000;
    private static final double MEAN = -7.2;
    private static final double STD = 4.43;
    private static final KeyMap LIGHTNING = PreNormVit.keyMap("birdmae/lightning")
            .belowPrefix("state_dict.encoder.")
            .keep("norm.")
            .require("norm.weight", "norm.bias")
            .dropOuter("decoder.", "decoder of pre-training");

    static final EncoderFamily FAMILY = new EncoderFamily(NAME, List.of("bird-mae"), List.of(LIGHTNING), BirdMae::new);

    private final EncoderSpec spec;
    private final FrontEnd frontEnd;
    private final PreNormVit vit;

    /**
     * Builds the encoder from an open checkpoint with the authors' names, which may be closed afterwards.
     *
     * @throws UnusableCheckpointException if a tensor is missing or of another shape, or the settings do not fit it
     */
    public BirdMae(Checkpoint file, EncoderSettings settings) {
        CheckpointWeights w = new CheckpointWeights(file);
        int frames = settings.framesOr(PreNormVit.storedSteps(w, file.origin()) * PreNormVit.PATCH);
        int steps = PreNormVit.steps(frames, PreNormVit.PATCH, NAME);
        frontEnd = new FbankFrontEnd(
                new KaldiFbank(FbankOptions.of(settings.sampleRateOnly(RATE, NAME), PreNormVit.MEL, Window.HANNING)),
                frames,
                settings.meanOr(MEAN),
                settings.stdOr(STD),
                FbankFrontEnd.Waveform.CENTRED,
                FbankFrontEnd.Padding.MINIMUM);
        vit = PreNormVit.read(w, settings, PreNormVit.transposedPositions(w, file.origin(), steps), "norm");
        spec = Specs.of(
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
    public EncoderSpec describe() {
        return spec;
    }

    @Override
    public Spectrogram spectrogram(float[] samples) {
        return frontEnd.apply(samples);
    }

    @Override
    public Tensor inputs(List<float[]> windows) {
        return frontEnd.apply(windows);
    }

    @Override
    public Tensor forward(Tensor input, Trace trace) {
        return vit.forward(input, "tokens_with_pos_and_cls", trace);
    }

    @Override
    public Tensor classify(Tensor tokens) {
        throw new UnsupportedOperationException("birdmae: a pre-trained encoder has no classification head");
    }
}
