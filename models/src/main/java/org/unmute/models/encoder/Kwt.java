package org.unmute.models.encoder;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.vit.Attention;
import org.unmute.models.vit.Block;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.Linear;
import org.unmute.models.vit.Mlp;
import org.unmute.models.vit.Trace;
import org.unmute.models.vit.Trunk;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.op.SlidingWindow;
import org.unmute.tensor.op.Unary;
import org.unmute.tensor.op.UnfoldingOps.Im2Col;

/**
 * KWT-1, the Keyword Transformer (ARM-software/keyword-transformer): 40 mel-frequency cepstral coefficients a frame,
 * one token a frame, a class token, learned positions, post-norm blocks with one head and tanh GELU, 12 keyword classes
 * on the class token. The checkpoint holds its own front end as matrices.
 */
public final class Kwt implements Encoder {
    private static final int RATE = 16_000;
    private static final int FRAME = 480;
    private static final int HOP = 160;
    private static final int MOST_FRAMES = (RATE - FRAME) / HOP + 1;
    private static final double EPS = 1e-6;
    private static final double LOG_FLOOR = 1e-12;
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

    static final EncoderFamily FAMILY = new EncoderFamily("kwt", List.of(), List.of(KEYS), Kwt::new);

    private final EncoderSpec spec;
    private final int frames;
    private final Tensor window;
    private final Tensor dftCos;
    private final Tensor dftSin;
    private final Tensor mel;
    private final Tensor dct;
    private final Linear patchEmbed;
    private final Tensor cls;
    private final Tensor positions;
    private final Trunk trunk;
    private final Linear head;

    /**
     * Builds the encoder from an open checkpoint, which may be closed afterwards.
     *
     * @throws UnusableCheckpointException if a tensor is missing or of another shape
     */
    public Kwt(Checkpoint file, EncoderSettings settings) {
        CheckpointWeights w = new CheckpointWeights(file);
        int dim = w.size("cls_token", 3, 2);
        int depth = w.count("blocks", "norm1.weight");
        int bins = w.size("front_end.dft_cos", 2, 0);
        int melBins = w.size("front_end.mel", 2, 0);
        int coefficients = w.size("front_end.dct", 2, 0);
        frames = w.size("pos_embed", 3, 1) - 1;
        if (frames < 1 || frames > MOST_FRAMES) {
            throw new UnusableCheckpointException(file.origin() + ": tensor 'pos_embed' is " + w.shape("pos_embed")
                    + ", expected is [1, " + "1 + frames, " + dim + "] with 1 to " + MOST_FRAMES
                    + " frames, which fill a second: another model?");
        }
        window = w.tensor("front_end.window", FRAME);
        dftCos = w.tensor("front_end.dft_cos", bins, FRAME);
        dftSin = w.tensor("front_end.dft_sin", bins, FRAME);
        mel = w.tensor("front_end.mel", melBins, bins);
        dct = w.tensor("front_end.dct", coefficients, melBins);
        patchEmbed = Linear.read(w, "patch_embed", dim, coefficients);
        cls = w.tensor("cls_token", 1, 1, dim);
        positions = w.tensor("pos_embed", 1, frames + 1, dim);
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < depth; i++) {
            String b = "blocks." + i + ".";
            long hidden = w.size(b + "mlp.fc1.weight", 2, 0);
            Attention attention = Attention.packed(
                    Linear.readPart(w, b + "attn.q", dim, dim, false),
                    Linear.readPart(w, b + "attn.k", dim, dim, false),
                    Linear.readPart(w, b + "attn.v", dim, dim, false),
                    Linear.read(w, b + "attn.proj", dim, dim),
                    1);
            blocks.add(new Block.Post(
                    LayerNorm.read(w, b + "norm1", dim, EPS),
                    attention,
                    LayerNorm.read(w, b + "norm2", dim, EPS),
                    Mlp.read(w, b + "mlp", dim, hidden, Unary.GELU_TANH)));
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
        int samples = (frames - 1) * HOP + FRAME;
        String text = "frames of 480 samples, hop 160, Hann window, DFT magnitude, " + melBins
                + " mel bins, ln(max(1e-12, x)), " + coefficients + " cepstral coefficients, " + samples
                + " of 16000 samples, zeros at the end";
        spec = new EncoderSpec(
                "kwt",
                "Keyword Transformer, " + dim + " x " + depth + ", 1 head, post-norm",
                new EncoderSpec.Input(
                        RATE, RATE, 1, RATE, text, Map.of("kind", "mfcc", "sampleRate", RATE, "frames", frames)),
                // A window's rows fill a second, although its last frames end before.
                new EncoderSpec.Grid(frames, 1, RATE / frames, EncoderSpec.TokenOrder.TIME_MAJOR, 1),
                dim,
                depth,
                classes == KEYWORDS.size() ? KEYWORDS : EncoderSpec.namedClasses(classes));
    }

    @Override
    public EncoderSpec describe() {
        return spec;
    }

    @Override
    public Spectrogram spectrogram(float[] samples) {
        if (samples.length == 0) {
            throw new IllegalArgumentException("kwt: the clip has no samples");
        }
        float[] padded = Arrays.copyOf(samples, (frames - 1) * HOP + FRAME);
        float[] framed = new float[frames * FRAME];
        for (int i = 0; i < frames; i++) {
            System.arraycopy(padded, i * HOP, framed, i * FRAME, FRAME);
        }
        try (TensorScope _ = new TensorScope()) {
            return Grad.withoutRecording(() -> {
                Tensor mfcc = coefficients(Tensor.of(framed, frames, FRAME));
                return new Spectrogram(frames, mfcc.shape().dim(1), mfcc.toFloats());
            });
        }
    }

    /** {@code [.., frames, 480]} to {@code [.., frames, coefficients]}. */
    private Tensor coefficients(Tensor framed) {
        Tensor x = framed.times(window);
        Tensor re = x.linear(dftCos, null);
        Tensor im = x.linear(dftSin, null);
        Tensor magnitude = re.times(re).plus(im.times(im)).unary(Unary.SQRT);
        Tensor energies = magnitude
                .linear(mel, null)
                .clamp(LOG_FLOOR, Double.POSITIVE_INFINITY)
                .unary(Unary.LOG);
        return energies.linear(dct, null);
    }

    /** {@inheritDoc} On a device all is computed there, from the framing on. */
    @Override
    public Tensor inputs(List<float[]> windows) {
        int own = Math.min(windows.getFirst().length, (frames - 1) * HOP + FRAME);
        if (!Backends.current().isDevice() || own == 0) {
            return Encoder.super.inputs(windows);
        }
        Tensor samples = WindowReader.samples(
                        windows.stream().map(w -> Arrays.copyOf(w, own)).toList())
                .pad(1, 0, (frames - 1L) * HOP + FRAME - own, 0);
        Tensor columns = Tensor.run(new Im2Col(samples.insert(1).insert(1), SlidingWindow.of(1, FRAME, 1, HOP)));
        return coefficients(columns.reshape(windows.size(), FRAME, frames).transpose(1, 2));
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
