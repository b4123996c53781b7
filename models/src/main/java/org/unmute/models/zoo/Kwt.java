package org.unmute.models.zoo;

import java.util.List;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.vit.Attention;
import org.unmute.models.vit.FeedForward;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.Linear;
import org.unmute.models.vit.TransformerBlock;
import org.unmute.tensor.op.Unary;

/**
 * KWT-1, the Keyword Transformer (ARM-software/keyword-transformer): 40 mel-frequency cepstral coefficients and one
 * token per frame, a class token, learned positions, post-norm blocks with one head and tanh GELU, 12 keyword classes
 * on the class token. The checkpoint holds the matrices of its front end.
 */
public record Kwt() implements EncoderProvider {
    private static final String NAME = "kwt";
    private static final int RATE = KwtFrontEnd.RATE;
    private static final List<String> KEYWORDS =
            List.of("_silence_", "_unknown_", "yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go");
    private static final KeyMap KEYS = KeyMap.named("kwt/arm", "front_end.dft_cos", "blocks.0.attn.q.weight")
            .keep("front_end.", "patch_embed.", "cls_token", "pos_embed", "blocks.", "head.")
            .require(
                    "front_end.window",
                    "front_end.dft_cos",
                    "front_end.dft_sin",
                    "front_end.mel",
                    "front_end.dct",
                    "patch_embed.weight",
                    "patch_embed.bias",
                    "cls_token",
                    "pos_embed",
                    "head.weight",
                    "head.bias")
            .requireSeries("blocks.", "attn.q.weight", "attn.k.weight", "attn.v.weight")
            .requireSeries("blocks.", KeyMap.weightsAndBiases("attn.proj", "mlp.fc1", "mlp.fc2", "norm1", "norm2"));

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
        CheckpointWeights w = new CheckpointWeights(file);
        int dim = w.size("cls_token", 3, 2);
        int frames = w.size("pos_embed", 3, 1) - 1;
        if (frames < 1 || frames > KwtFrontEnd.MAX_FRAMES) {
            throw new UnusableCheckpointException(file.origin() + ": tensor 'pos_embed' is " + w.shape("pos_embed")
                    + ", expected is [1, 1 + frames, " + dim + "] with 1 to " + KwtFrontEnd.MAX_FRAMES
                    + " frames, which fill a second: another model?");
        }
        if (settings.hopSeconds() != 0) {
            throw new IllegalArgumentException(
                    "kwt: windows are always 1 s, a hop of " + settings.hopSeconds() + " s cannot be set");
        }
        if (settings.heads() > 1) {
            throw new IllegalArgumentException("kwt: there is always 1 head, " + settings.heads() + " cannot be set");
        }
        KwtFrontEnd frontEnd = KwtFrontEnd.read(w, frames);
        Vit vit = new Vit(
                Linear.read(w, "patch_embed", dim, frontEnd.coefficients())::apply,
                w.tensor("cls_token", 1, 1, dim),
                w.tensor("pos_embed", 1, frames + 1, dim),
                "embed",
                null,
                Vit.trunk(w, "blocks", "norm1", b -> block(w, b, dim)),
                null);
        int classes = w.size("head.weight", 2, 0);
        EncoderSpec spec = new EncoderSpec(
                NAME,
                "Keyword Transformer, " + dim + " x " + vit.trunk().blocks().size() + ", 1 head, post-norm",
                new EncoderSpec.Input(
                        RATE, RATE, frontEnd.frameSamples(), RATE, frontEnd.describe(), frontEnd.settings(), null),
                // The rows of a window cover a full second, although the frames end a little earlier.
                new EncoderSpec.Grid(frames, 1, RATE / frames, EncoderSpec.TokenOrder.TIME_MAJOR, 1),
                dim,
                vit.trunk().blocks().size(),
                classes == KEYWORDS.size() ? KEYWORDS : EncoderSpec.namedClasses(classes));
        return vit.encoder(spec, frontEnd, new ClassHead(ClassHead::ofCls, null, Linear.read(w, "head", classes, dim)));
    }

    private static TransformerBlock block(CheckpointWeights w, String name, int dim) {
        String attention = name + ".attn.";
        return new TransformerBlock(
                TransformerBlock.Kind.POST,
                LayerNorm.read(w, name + ".norm1", dim, Vit.EPS),
                Attention.readSeparate(
                        w, attention + "q", attention + "k", attention + "v", attention + "proj", dim, 1, false),
                LayerNorm.read(w, name + ".norm2", dim, Vit.EPS),
                FeedForward.read(w, name + ".mlp", dim, w.size(name + ".mlp.fc1.weight", 2, 0), Unary.GELU_TANH));
    }
}
