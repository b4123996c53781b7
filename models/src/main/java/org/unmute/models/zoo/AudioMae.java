package org.unmute.models.zoo;

import java.util.List;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.NormPreset;
import org.unmute.models.frontend.FbankFrontEnd;
import org.unmute.models.frontend.FbankOptions;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.frontend.KaldiFbank;
import org.unmute.models.frontend.WindowFunction;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.Linear;
import org.unmute.models.vit.Trace;
import org.unmute.tensor.Tensor;

/**
 * Audio-MAE (facebookresearch/AudioMAE): 16 x 16 patches, stored positions for the class token and the patches,
 * pre-norm blocks, final norm. Fine-tuned files have {@code fc_norm} and {@code head} instead of the final norm: they
 * classify the mean over the patch tokens of the last block (models_vit.py), and the token map is that block's output.
 *
 * <p>The window is as long as the stored positions, 1024 frames in the authors' files. Shorter windows use a part of
 * them, see {@link PreNormVit#transposedPositions}. The statistics are AudioSet's; ESC-50's are a {@link NormPreset}.
 */
public final class AudioMae implements EncoderNetwork {
    private static final String NAME = "audiomae";
    private static final int RATE = 16_000;
    private static final int PRETRAINED_STEPS = 64;
    private static final double MEAN = -4.2677393;
    private static final double STD = 4.5689974;
    private static final KeyMap AUTHORS = keyMap("audiomae/authors");

    /** How its checkpoints are recognized and opened. */
    public record Provider() implements EncoderProvider {
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
        public EncoderNetwork open(Checkpoint file, EncoderSettings settings) {
            return new AudioMae(file, settings);
        }

        @Override
        public List<NormPreset> normPresets() {
            // The fine-tuning recipe for ESC-50 (facebookresearch/AudioMAE, main_finetune_esc.py): clips of 5 s.
            return List.of(new NormPreset("authors-esc50", -6.6268077, 5.358466, 512));
        }
    }

    private final EncoderSpec spec;
    private final FrontEnd frontEnd;
    private final PreNormVit vit;
    private final LayerNorm headNorm;
    private final Linear head;

    /** The authors' names, which are timm's and those of the ports on Hugging Face; below any prefix. */
    static KeyMap keyMap(String name) {
        String decoder = "decoder of pre-training";
        return PreNormVit.keyMap(name)
                .keep("norm.", "fc_norm.", "head.")
                .drop("mask_token", "placeholder of hidden patches in the decoder of pre-training")
                .drop("decoder_pos_embed", decoder)
                .drop("decoder_embed.", decoder)
                .drop("decoder_blocks.", decoder)
                .drop("decoder_norm.", decoder)
                .drop("decoder_pred.", decoder)
                .dropOuter("decoder.", decoder);
    }

    private AudioMae(Checkpoint file, EncoderSettings settings) {
        CheckpointWeights w = new CheckpointWeights(file);
        int stored = PreNormVit.storedSteps(w, file.origin());
        int frames = settings.framesOr(stored * PreNormVit.PATCH);
        int steps = PreNormVit.steps(frames, PreNormVit.PATCH, NAME);
        frontEnd = settings.frontEndOr(new FbankFrontEnd(
                new KaldiFbank(
                        FbankOptions.of(settings.sampleRateOnly(RATE, NAME), PreNormVit.MEL, WindowFunction.HANNING)),
                frames,
                settings.meanOr(MEAN),
                settings.stdOr(STD)));
        boolean fineTuned = w.has("fc_norm.weight");
        vit = PreNormVit.read(
                w, settings, PreNormVit.transposedPositions(w, file.origin(), steps), fineTuned ? null : "norm");
        headNorm = fineTuned ? LayerNorm.read(w, "fc_norm", vit.dim(), PreNormVit.EPS) : null;
        head = fineTuned && w.has("head.weight")
                ? Linear.read(w, "head", w.size("head.weight", 2, 0), vit.dim())
                : null;
        List<String> classes = head == null
                ? List.of()
                : EncoderSpec.namedClasses(head.weight().size(0));
        // Bird-MAE's tensors have the same names and, but for the number of positions, the same shapes.
        boolean doubtful = settings.model().isEmpty() && !fineTuned && stored != PRETRAINED_STEPS;
        spec = EncoderSpec.of(
                NAME,
                "Audio-MAE, " + vit.size()
                        + (fineTuned ? ", fine-tuned: tokens of the last block, no final norm" : ", final norm")
                        + (doubtful
                                ? "; its positions are for " + stored * PreNormVit.PATCH
                                        + " frames: ask for birdmae if it is Bird-MAE"
                                : ""),
                frontEnd,
                settings,
                PreNormVit.grid(steps, frontEnd),
                vit.dim(),
                vit.depth(),
                classes);
    }

    /** The network, for tests. */
    PreNormVit vit() {
        return vit;
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

    @Override
    public Tensor classify(Tensor tokens) {
        return head == null
                ? EncoderNetwork.super.classify(tokens)
                : head.apply(
                        headNorm.apply(tokens.slice(1, 1, tokens.size(1) - 1).mean(false, 1)));
    }
}
