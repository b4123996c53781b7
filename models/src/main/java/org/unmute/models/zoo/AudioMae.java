package org.unmute.models.zoo;

import java.util.List;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.NormPreset;
import org.unmute.models.frontend.FrontEnd;

/**
 * Audio-MAE (facebookresearch/AudioMAE): 16 x 16 patches, stored positions for the class token and the patches,
 * pre-norm blocks, final norm. Fine-tuned files have {@code fc_norm} and {@code head} instead of the final norm; these
 * classify the mean over the patch tokens of the last block (models_vit.py), and the token map is that block's output.
 *
 * <p>The window is as long as the stored positions, 1024 frames in the authors' files. Shorter windows use part of
 * them, see {@link Vit#transposedPositions}. The statistics are those of AudioSet; those of ESC-50 are a {@link
 * NormPreset}.
 */
public record AudioMae() implements EncoderProvider {
    private static final String NAME = "audiomae";
    private static final int RATE = 16_000;
    private static final int PRETRAINED_STEPS = 64;
    private static final KeyMap AUTHORS = keyMap("audiomae/authors");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<String> aliases() {
        return List.of("audio-mae");
    }

    @Override
    public List<KeyMap> keyMaps() {
        return List.of(AUTHORS);
    }

    @Override
    public int rank() {
        return 2;
    }

    @Override
    public List<NormPreset> normPresets() {
        // The fine-tuning recipe for ESC-50 (facebookresearch/AudioMAE, main_finetune_esc.py): clips of 5 s.
        return List.of(new NormPreset("authors-esc50", -6.6268077, 5.358466, 512));
    }

    /** The authors' names, which are also those of timm and of the Hugging Face ports, below any prefix. */
    static KeyMap keyMap(String name) {
        String decoder = "decoder of pre-training";
        return Vit.keyMap(name)
                .keep("norm.", "fc_norm.", "head.")
                .drop("mask_token", "placeholder of hidden patches in the decoder of pre-training")
                .drop("decoder_pos_embed", decoder)
                .drop("decoder_embed.", decoder)
                .drop("decoder_blocks.", decoder)
                .drop("decoder_norm.", decoder)
                .drop("decoder_pred.", decoder)
                .dropOuter("decoder.", decoder);
    }

    @Override
    public EncoderNetwork open(Checkpoint file, EncoderSettings settings) {
        CheckpointWeights w = new CheckpointWeights(file);
        int stored = Vit.storedSteps(w, file.origin());
        int frames = settings.framesOr(stored * Vit.PATCH);
        int steps = Vit.steps(frames, Vit.PATCH, NAME);
        FrontEnd frontEnd = settings.frontEndOr(Vit.fbank(settings, settings.sampleRateOnly(RATE, NAME), frames));
        boolean fineTuned = w.has("fc_norm.weight");
        Vit vit = Vit.read(w, settings, Vit.transposedPositions(w, file.origin(), steps), fineTuned ? null : "norm");
        ClassHead head = fineTuned
                ? ClassHead.read(
                        w,
                        tokens -> tokens.slice(1, 1, tokens.size(1) - 1).mean(1),
                        "fc_norm",
                        Vit.EPS,
                        "head",
                        w.size(Vit.CLS, 3, 2))
                : null;
        // Bird-MAE's tensors have the same names and, except for the number of positions, the same shapes.
        boolean doubtful = settings.model().isEmpty() && !fineTuned && stored != PRETRAINED_STEPS;
        String description = "Audio-MAE, " + vit.size()
                + (fineTuned ? ", fine-tuned: tokens of the last block, no final norm" : ", final norm")
                + (doubtful
                        ? "; its positions are for " + stored * Vit.PATCH + " frames: ask for birdmae if it is Bird-MAE"
                        : "");
        return vit.encoder(NAME, description, frontEnd, settings, Vit.grid(steps, frontEnd), head);
    }
}
