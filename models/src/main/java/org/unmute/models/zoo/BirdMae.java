package org.unmute.models.zoo;

import java.util.List;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.frontend.FbankFrontEnd;

/**
 * Bird-MAE (DBD-research-group/Bird-MAE): Audio-MAE's network on 5 s of bird song at 32 kHz. As in the authors' code, a
 * window is 5 s long and fills 498 of the 512 frames. The remaining frames, and those after the end of a shorter clip,
 * get the lowest log energy of the window. The authors use the lowest of the batch, which is the same for a single
 * window.
 *
 * <p>Without their prefix the tensors look like Audio-MAE's. A file is recognized as Bird-MAE by the prefix {@code
 * state_dict.encoder.}, which Lightning writes, by {@link EncoderSettings#model}, or by the metadata of a converted
 * file.
 */
public record BirdMae() implements EncoderProvider {
    private static final String NAME = "birdmae";
    private static final int RATE = 32_000;
    /** Seconds per window; its 512 frames would span 5.12 s. */
    private static final int SECONDS = 5;

    private static final KeyMap LIGHTNING = Vit.keyMap("birdmae/lightning")
            .belowPrefix("state_dict.encoder.")
            .keep("norm.")
            .require("norm.weight", "norm.bias")
            .dropOuter("decoder.", "decoder of pre-training");

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
        CheckpointWeights w = new CheckpointWeights(file);
        int frames = settings.framesOr(Vit.storedSteps(w, file.origin()) * Vit.PATCH);
        int steps = Vit.steps(frames, Vit.PATCH, NAME);
        FbankFrontEnd frontEnd = Vit.fbank(settings, settings.sampleRateOnly(RATE, NAME), frames, -7.2, 4.43)
                .padded(FbankFrontEnd.Padding.MINIMUM)
                .limited(SECONDS * RATE);
        Vit vit = Vit.read(w, settings, Vit.transposedPositions(w, file.origin(), steps), "norm");
        String description = "Bird-MAE (Audio-MAE's network at 32 kHz), " + vit.size() + ", final norm";
        return vit.encoder(NAME, description, frontEnd, settings, Vit.grid(steps, frontEnd), null);
    }
}
