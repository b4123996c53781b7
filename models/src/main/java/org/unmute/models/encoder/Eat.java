package org.unmute.models.encoder;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.unmute.models.audio.FbankOptions;
import org.unmute.models.audio.KaldiFbank;
import org.unmute.models.audio.Window;
import org.unmute.models.vit.Attention;
import org.unmute.models.vit.Block;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.Linear;
import org.unmute.models.vit.Mlp;
import org.unmute.models.vit.PatchEmbed;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.Unary;

/**
 * EAT (cwx-worst-one/EAT) and SSLAM (ta012/SSLAM), which share code and names: 16 x 16 patches, fixed sine-cosine
 * positions for the patches, a class token without position, one layer norm before the first block, post-norm blocks and
 * no final norm. Fine-tuned checkpoints carry {@code fc_norm} and {@code head} on the class token.
 */
public final class Eat implements Encoder {
    private static final int PATCH = 16;
    private static final int MEL = 128;
    private static final int RATE = 16_000;
    private static final double EPS = 1e-6;
    /** The Hugging Face port leaves the head's norm at torch's default. */
    private static final double HUGGING_FACE_HEAD_EPS = 1e-5;
    private static final String TABLE = "fixed_positional_encoder.positions";

    private final EncoderSpec spec;
    private final FbankFrontEnd frontEnd;
    private final PatchEmbed patchEmbed;
    private final Tensor positions;
    private final Tensor cls;
    private final LayerNorm preNorm;
    private final List<Block> blocks = new ArrayList<>();
    private final LayerNorm headNorm;
    private final Linear head;

    /**
     * Settings that the checkpoint does not hold. Defaults are the authors' for AudioSet and 10 s clips.
     *
     * @param frames frames of a window (10 ms each), a multiple of 16
     * @param mean subtracted from the log energies
     * @param std the log energies are divided by twice this
     * @param heads attention heads, or 0 for one every 64 channels (base 12, large 16)
     */
    public record Settings(int frames, double mean, double std, int heads) {
        /** 1024 frames, mean -4.268, std 4.569. */
        public static final Settings AUDIOSET = new Settings(1024, -4.268, 4.569, 0);

        /** Checks the frames. */
        public Settings {
            if (frames < PATCH || frames % PATCH != 0) {
                throw new IllegalArgumentException("eat: frames must be a positive multiple of 16, is " + frames);
            }
        }
    }

    /** Whether these tensor names are an EAT or SSLAM checkpoint, in the authors' or in Hugging Face naming. */
    public static boolean recognizes(Checkpoint file) {
        return naming(file) != null;
    }

    /**
     * Builds the encoder from an open checkpoint, which may be closed afterwards.
     *
     * @throws UnusableCheckpointException if a tensor is missing or of another shape, or the settings do not fit it
     */
    public Eat(Checkpoint file, Settings settings) {
        UnaryOperator<String> naming = naming(file);
        if (naming == null) {
            throw new UnusableCheckpointException(file.origin() + ": no EAT or SSLAM checkpoint: it has neither "
                    + "'modality_encoders.IMAGE.extra_tokens' nor 'model.extra_tokens'");
        }
        CheckpointWeights w = new CheckpointWeights(file, naming);
        int dim = w.size("extra_tokens", 3, 2);
        int depth = w.count("blocks", "norm1.weight");
        int heads = settings.heads() > 0 ? settings.heads() : dim / 64;
        if (heads < 1 || dim % heads != 0) {
            throw new UnusableCheckpointException(file.origin() + ": " + dim + " channels do not split into " + heads
                    + " heads: state the number of heads");
        }
        int rows = settings.frames() / PATCH;
        int bands = MEL / PATCH;
        frontEnd = new FbankFrontEnd(new KaldiFbank(FbankOptions.of(RATE, MEL, Window.HANNING)), settings.frames(), settings.mean(), settings.std());
        patchEmbed = PatchEmbed.read(w, "local_encoder.proj", dim, PATCH, PATCH);
        cls = w.tensor("extra_tokens", 1, 1, dim);
        positions = positions(w, file, dim, rows * bands);
        preNorm = LayerNorm.read(w, "pre_norm", dim, EPS);
        for (int i = 0; i < depth; i++) {
            String b = "blocks." + i + ".";
            long hidden = w.size(b + "mlp.fc1.weight", 2, 0);
            blocks.add(new Block.Post(LayerNorm.read(w, b + "norm1", dim, EPS), Attention.read(w, b + "attn", dim, heads),
                    LayerNorm.read(w, b + "norm2", dim, EPS), Mlp.read(w, b + "mlp", dim, hidden, Unary.GELU)));
        }
        List<String> classes = List.of();
        if (w.has("head.weight")) {
            long n = w.size("head.weight", 2, 0);
            headNorm = LayerNorm.read(w, "fc_norm", dim, isHuggingFace(file, "model.") ? HUGGING_FACE_HEAD_EPS : EPS);
            head = Linear.read(w, "head", n, dim);
            classes = EncoderSpec.numberedClasses(n);
        } else {
            headNorm = null;
            head = null;
        }
        spec = new EncoderSpec("eat", "EAT/SSLAM, ViT " + dim + " x " + depth + ", " + heads + " heads, post-norm", RATE,
                frontEnd.windowSamples(), frontEnd.fbank().options().frameLength(), frontEnd.describe(), rows, bands, dim, depth, true, classes);
    }

    /** The first rows of the stored table: row {@code t · 8 + f} does not depend on the table's length. */
    private static Tensor positions(CheckpointWeights w, Checkpoint file, int dim, int patches) {
        long stored = w.size("positions", 3, 1);
        if (stored < patches) {
            throw new UnusableCheckpointException(file.origin() + ": the position table has " + stored + " rows, "
                    + patches + " patches need one each: use fewer frames");
        }
        return w.tensor("positions", 1, stored, dim).slice(1, 0, patches).copy().freeze();
    }

    /**
     * The file's naming of our names, or null if it is no such checkpoint. The authors' fine-tuned files prefix the
     * encoder's names with {@code model.} but not the head's; Hugging Face files prefix all.
     */
    private static UnaryOperator<String> naming(Checkpoint file) {
        for (String prefix : new String[] {"", "model."}) {
            String image = prefix + "modality_encoders.IMAGE.";
            if (file.has(image + "extra_tokens")) {
                return name -> switch (name.substring(0, Math.max(0, name.indexOf('.')))) {
                    case "pre_norm" -> image + "context_encoder.norm" + name.substring("pre_norm".length());
                    case "local_encoder" -> image + name;
                    case "blocks" -> prefix + name;
                    case "fc_norm", "head" -> name;
                    default -> image + (name.equals("positions") ? TABLE : name);
                };
            }
            if (isHuggingFace(file, prefix)) {
                return name -> prefix + (name.equals("positions") ? TABLE : name);
            }
        }
        return null;
    }

    private static boolean isHuggingFace(Checkpoint file, String prefix) {
        return file.has(prefix + "extra_tokens") && file.has(prefix + "pre_norm.weight");
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
    public Tensor forward(Tensor input, BiConsumer<String, Tensor> trace) {
        Tensor patches = patchEmbed.apply(input);
        trace.accept("patch_embed", patches);
        Tensor tokens = Tensor.concat(1, cls.expand(input.size(0), 1, spec.dim()), patches.plus(positions));
        trace.accept("tokens_with_pos_and_cls", tokens);
        Tensor x = preNorm.apply(tokens);
        trace.accept("pre_norm_out", x);
        for (int i = 0; i < blocks.size(); i++) {
            x = blocks.get(i).apply(x);
            trace.accept("block." + i, x);
        }
        return x;
    }

    @Override
    public Tensor classify(Tensor tokens) {
        if (head == null) {
            throw new UnsupportedOperationException("eat: this checkpoint has no classification head");
        }
        return head.apply(headNorm.apply(tokens.select(1, 0)));
    }
}
