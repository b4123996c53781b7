package org.unmute.models.zoo;

import java.util.ArrayList;
import java.util.List;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.EncoderNetwork;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.vit.Attention;
import org.unmute.models.vit.FeedForward;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.Linear;
import org.unmute.models.vit.Trace;
import org.unmute.models.vit.TransformerBlock;
import org.unmute.models.vit.Trunk;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.Unary;

/**
 * KWT-1, the Keyword Transformer (ARM-software/keyword-transformer): 40 mel-frequency cepstral coefficients a frame,
 * one token a frame, a class token, learned positions, post-norm blocks with one head and tanh GELU, 12 keyword classes
 * on the class token. The checkpoint holds the matrices of its front end.
 */
public final class Kwt implements EncoderNetwork {
    private static final String NAME = "kwt";
    private static final int RATE = KwtFrontEnd.RATE;
    private static final double EPS = 1e-6;
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
            .requireSeries(
                    "blocks.",
                    "attn.q.weight",
                    "attn.k.weight",
                    "attn.v.weight",
                    "attn.proj.weight",
                    "attn.proj.bias",
                    "mlp.fc1.weight",
                    "mlp.fc1.bias",
                    "mlp.fc2.weight",
                    "mlp.fc2.bias",
                    "norm1.weight",
                    "norm1.bias",
                    "norm2.weight",
                    "norm2.bias");

    /** How its checkpoints are recognized and opened. */
    public record Provider() implements EncoderProvider {
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
            return new Kwt(file, settings);
        }
    }

    private final EncoderSpec spec;
    private final KwtFrontEnd frontEnd;
    private final Linear patchEmbed;
    private final Tensor cls;
    private final Tensor positions;
    private final Trunk trunk;
    private final Linear head;

    private Kwt(Checkpoint file, EncoderSettings settings) {
        CheckpointWeights w = new CheckpointWeights(file);
        int dim = w.size("cls_token", 3, 2);
        int depth = w.count("blocks", "norm1.weight");
        int frames = w.size("pos_embed", 3, 1) - 1;
        if (frames < 1 || frames > KwtFrontEnd.MAX_FRAMES) {
            throw new UnusableCheckpointException(file.origin() + ": tensor 'pos_embed' is " + w.shape("pos_embed")
                    + ", expected is [1, " + "1 + frames, " + dim + "] with 1 to " + KwtFrontEnd.MAX_FRAMES
                    + " frames, which fill a second: another model?");
        }
        frontEnd = KwtFrontEnd.read(w, frames);
        patchEmbed = Linear.read(w, "patch_embed", dim, frontEnd.coefficients());
        cls = w.tensor("cls_token", 1, 1, dim);
        positions = w.tensor("pos_embed", 1, frames + 1, dim);
        List<TransformerBlock> blocks = new ArrayList<>();
        for (int i = 0; i < depth; i++) {
            String b = "blocks." + i + ".";
            long hidden = w.size(b + "mlp.fc1.weight", 2, 0);
            Attention attention =
                    Attention.readSeparate(w, b + "attn.q", b + "attn.k", b + "attn.v", b + "attn.proj", dim, 1, false);
            blocks.add(new TransformerBlock.Post(
                    LayerNorm.read(w, b + "norm1", dim, EPS),
                    attention,
                    LayerNorm.read(w, b + "norm2", dim, EPS),
                    FeedForward.read(w, b + "mlp", dim, hidden, Unary.GELU_TANH)));
        }
        trunk = new Trunk(blocks);
        long classes = w.size("head.weight", 2, 0);
        head = Linear.read(w, "head", classes, dim);
        if (settings.hopSeconds() != 0) {
            throw new IllegalArgumentException(
                    "kwt: windows are always 1 s, a hop of " + settings.hopSeconds() + " s cannot be set");
        }
        if (settings.heads() > 1) {
            throw new IllegalArgumentException("kwt: there is always 1 head, " + settings.heads() + " cannot be set");
        }
        spec = new EncoderSpec(
                NAME,
                "Keyword Transformer, " + dim + " x " + depth + ", 1 head, post-norm",
                new EncoderSpec.Input(
                        RATE, RATE, frontEnd.frameSamples(), RATE, frontEnd.describe(), frontEnd.settings()),
                // The rows of a window cover a second, although its frames end a little earlier.
                new EncoderSpec.Grid(frames, 1, RATE / frames, EncoderSpec.TokenOrder.TIME_MAJOR, 1),
                dim,
                depth,
                classes == KEYWORDS.size() ? KEYWORDS : EncoderSpec.namedClasses(classes));
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
        Tensor patches = patchEmbed.apply(input);
        Tensor x = Tensor.concat(1, cls.expand(input.size(0), 1, spec.dim()), patches)
                .plus(positions);
        trace.accept("embed", x);
        return trunk.apply(x, trace);
    }

    @Override
    public Tensor classify(Tensor tokens) {
        return head.apply(tokens.select(1, 0));
    }
}
