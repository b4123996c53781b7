package org.unmute.models.zoo;

import java.util.List;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.tensor.Interpolation;
import org.unmute.tensor.Tensor;

/**
 * ASiT (Sara-Ahmed/ASiT): 16 x 16 patches, learned positions for the class token and the patches, pre-norm blocks,
 * final norm. From a training checkpoint the teacher's {@code backbone.} tensors are used; this prefix distinguishes it
 * from Audio-MAE.
 *
 * <p>The pre-training code uses 592 frames at 32 kHz. The rate used for fine-tuning in the paper is not published, so
 * it can be set. For windows of other lengths the positions are interpolated bilinearly on the patch grid, as in AST,
 * whose recipe the authors' README follows.
 */
public record Asit() implements EncoderProvider {
    private static final String NAME = "asit";
    private static final int RATE = 32_000;
    private static final KeyMap AUTHORS = Vit.keyMap("asit/authors")
            .belowPrefix("backbone.")
            .keep("norm.")
            .require("norm.weight", "norm.bias")
            .dropOuter("head_cls.", "head of pre-training, for clips")
            .dropOuter("head_recons.", "head of pre-training, which reconstructs the spectrogram");

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

    @Override
    public EncoderNetwork open(Checkpoint file, EncoderSettings settings) {
        CheckpointWeights w = new CheckpointWeights(file);
        int stored = Vit.storedSteps(w, file.origin());
        int frames = settings.framesOr(stored * Vit.PATCH);
        int steps = Vit.steps(frames, Vit.PATCH, NAME);
        FrontEnd frontEnd = Vit.fbank(settings, settings.sampleRateOr(RATE), frames);
        EncoderSpec.Grid grid = Vit.grid(steps, frontEnd);
        Tensor table = w.tensor(Vit.POSITIONS, 1, 1 + (long) stored * grid.freq(), w.size(Vit.CLS, 3, 2));
        Vit vit = Vit.read(w, settings, positions(table, stored, steps, grid.freq()), "norm");
        String description = "ASiT, " + vit.size() + ", final norm"
                + (steps == stored ? "" : ", positions interpolated from " + stored + " to " + steps + " steps");
        return vit.encoder(NAME, description, frontEnd, settings, grid, null);
    }

    /** Interpolates positions from {@code [1, 1 + stored · bands, dim]} to {@code [1, 1 + steps · bands, dim]}. */
    static Tensor positions(Tensor table, int stored, int steps, int bands) {
        return steps == stored
                ? table
                : Interpolation.resizePositions(table, 1, stored, bands, steps, bands, Interpolation.Mode.LINEAR)
                        .freeze();
    }
}
