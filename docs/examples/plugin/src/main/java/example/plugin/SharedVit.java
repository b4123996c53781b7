package example.plugin;

import java.util.List;
import java.util.Optional;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.frontend.FbankFrontEnd;
import org.unmute.models.zoo.ClassHead;
import org.unmute.models.zoo.Vit;

/**
 * Audio-MAE's network on windows of about a second: nothing but a provider. Its tensors have Audio-MAE's names; the
 * number of positions tells them apart.
 */
public record SharedVit() implements EncoderProvider {
    private static final String NAME = "shared-vit";
    private static final int RATE = 16_000;
    private static final int STEPS = 6;
    private static final KeyMap AUTHORS = Vit.keyMap("shared-vit/authors")
            .keep("norm.", "head_norm.", "head.")
            .require("norm.weight", "norm.bias");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<KeyMap> keyMaps() {
        return List.of(AUTHORS);
    }

    @Override
    public Optional<String> reasonAgainst(Checkpoint file) {
        int steps = Vit.storedSteps(new CheckpointWeights(file), file.origin());
        return steps == STEPS
                ? Optional.empty()
                : Optional.of("its positions are for " + steps + " steps, expected are " + STEPS);
    }

    @Override
    public EncoderNetwork open(Checkpoint file, EncoderSettings settings) {
        CheckpointWeights w = new CheckpointWeights(file);
        int frames = settings.framesOr(Vit.storedSteps(w, file.origin()) * Vit.PATCH);
        int steps = Vit.steps(frames, Vit.PATCH, NAME);
        FbankFrontEnd frontEnd = Vit.fbank(settings, settings.sampleRateOnly(RATE, NAME), frames);
        Vit vit = Vit.read(w, settings, Vit.transposedPositions(w, file.origin(), steps), "norm");
        ClassHead head = ClassHead.read(w, ClassHead::ofCls, "head_norm", Vit.EPS, "head", w.size(Vit.CLS, 3, 2));
        return vit.encoder(NAME, "shared, " + vit.size(), frontEnd, settings, Vit.grid(steps, frontEnd), head);
    }
}
