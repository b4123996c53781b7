package org.unmute.models.zoo;

import java.util.List;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.checkpoint.KeyMatch;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.NormPreset;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.PatchEmbed;
import org.unmute.models.vit.TransformerBlock;
import org.unmute.tensor.Tensor;

/**
 * EAT (cwx-worst-one/EAT) and SSLAM (ta012/SSLAM), which share code and tensor names: 16 x 16 patches, fixed
 * sine-cosine positions for the patches, a class token without position, one layer norm before the first block,
 * post-norm blocks and no final norm. Fine-tuned checkpoints have {@code fc_norm} and {@code head}, which classify the
 * class token.
 */
public record Eat() implements EncoderProvider {
    private static final String NAME = "eat";
    private static final int RATE = 16_000;
    private static final int FRAMES = 1024;
    /** The Hugging Face port keeps torch's default eps for the norm of the head. */
    private static final double HUGGING_FACE_HEAD_EPS = 1e-5;

    private static final String IMAGE = "modality_encoders.IMAGE.";
    private static final String CLS = IMAGE + "extra_tokens";
    private static final String PATCHES = IMAGE + "local_encoder.proj";
    private static final String TABLE = IMAGE + "fixed_positional_encoder.positions";
    private static final String PRE_NORM = IMAGE + "context_encoder.norm";
    /** Fairseq checkpoints; fine-tuned ones have the head next to the encoder. */
    private static final KeyMap AUTHORS =
            complete(KeyMap.named("eat/authors", CLS, PATCHES + ".weight", "blocks.0.attn.qkv.weight")
                    .drop("_ema.", "moving average of the weights, the teacher of pre-training")
                    .drop(IMAGE + "decoder.", "decoder of pre-training")
                    .keep(CLS, TABLE, PATCHES + ".", PRE_NORM + ".", "blocks.", "fc_norm.", "head.")
                    .keepOuter("fc_norm.")
                    .keepOuter("head."));
    /** The ports on Hugging Face. */
    private static final KeyMap HUGGING_FACE =
            complete(KeyMap.named("eat/hugging-face", "extra_tokens", "local_encoder.proj.weight", "pre_norm.weight")
                    .rename("extra_tokens", CLS)
                    .rename("local_encoder.proj.", PATCHES + ".")
                    .rename("fixed_positional_encoder.positions", TABLE)
                    .rename("pre_norm.", PRE_NORM + ".")
                    .keep("blocks.", "fc_norm.", "head."));

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<String> aliases() {
        return List.of("sslam");
    }

    @Override
    public List<KeyMap> keyMaps() {
        return List.of(AUTHORS, HUGGING_FACE);
    }

    @Override
    public List<NormPreset> normPresets() {
        return List.of(
                // Fine-tuning scripts of cwx-worst-one/EAT: clips of 5 s, and of 1 s.
                new NormPreset("authors-esc50", -6.627, 5.359, 512),
                new NormPreset("authors-spc2", -6.846, 5.565, 128),
                // Table of houtan-ghaffari/BAT_ICML2026 for EAT and SSLAM.
                new NormPreset("bat-speech-commands", -9.03415996, 4.57304508, 0),
                new NormPreset("bat-esc50", -6.85408831, 5.39770323, 0),
                new NormPreset("bat-birdset", -8.55048120, 4.04533479, 0),
                new NormPreset("bat-audioset", -4.59864076, 4.357353477, 0),
                new NormPreset("bat-dcase16", -10.68592022, 2.06164972, 0));
    }

    private static KeyMap complete(KeyMap map) {
        return map.require(CLS, TABLE, PATCHES + ".weight", PATCHES + ".bias", PRE_NORM + ".weight", PRE_NORM + ".bias")
                .requireSeries("blocks.", Vit.timmBlock());
    }

    @Override
    public EncoderNetwork open(Checkpoint file, EncoderSettings settings) {
        CheckpointWeights w = new CheckpointWeights(file);
        int dim = w.size(CLS, 3, 2);
        int frames = settings.framesOr(FRAMES);
        if (frames % Vit.PATCH != 0) {
            throw new IllegalArgumentException("eat: frames must be a multiple of 16, is " + frames);
        }
        FrontEnd frontEnd = settings.frontEndOr(Vit.fbank(settings, RATE, frames, -4.268, 4.569));
        EncoderSpec.Grid grid = Vit.grid(frames / Vit.PATCH, frontEnd);
        Vit vit = new Vit(
                PatchEmbed.read(w, PATCHES, dim, Vit.PATCH, Vit.PATCH)::apply,
                w.tensor(CLS, 1, 1, dim),
                positions(w, file, dim, grid.time() * grid.freq()),
                Vit.WITH_CLS,
                LayerNorm.read(w, PRE_NORM, dim, Vit.EPS),
                Vit.trunk(TransformerBlock.Kind.POST, w, "blocks", dim, settings.headsOr(0, dim)),
                null);
        boolean port = HUGGING_FACE.name().equals(file.metadata().get(KeyMatch.NAMING));
        ClassHead head =
                ClassHead.read(w, ClassHead::ofCls, "fc_norm", port ? HUGGING_FACE_HEAD_EPS : Vit.EPS, "head", dim);
        return vit.encoder(NAME, "EAT/SSLAM, " + vit.size(), frontEnd, settings, grid, head);
    }

    /** The leading rows of the stored table: row {@code t · 8 + f} does not depend on the table's length. */
    private static Tensor positions(CheckpointWeights w, Checkpoint file, int dim, int patches) {
        long stored = w.size(TABLE, 3, 1);
        if (stored < patches) {
            throw new UnusableCheckpointException(file.origin() + ": the position table has " + stored + " rows, "
                    + patches + " patches need one each: use fewer frames");
        }
        return w.tensor(TABLE, 1, stored, dim).slice(1, 0, patches).copy().freeze();
    }
}
