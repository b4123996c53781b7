package org.unmute.models.zoo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.unmute.models.frontend.Spectrogram;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.Linear;
import org.unmute.models.vit.SinCosPositions;
import org.unmute.models.vit.TransformerBlock;
import org.unmute.models.vit.Weights;
import org.unmute.tensor.Tensor;

/**
 * A masked autoencoder around a {@link SmallVit} (He et al. 2022, on spectrograms as in Audio-MAE): the encoder sees a
 * random subset of the patches, and a small decoder predicts the others, each normalized to mean 0 and variance 1.
 * After training only the encoder is kept.
 */
public final class MaskedAutoencoder {
    static final String DECODER = "decoder.";
    private static final double EPS = 1e-6;
    private static final int DECODER_DEPTH = 2;

    private final SmallVit encoder;
    private final float[] encoderPositions;
    private final Linear decoderEmbed;
    private final Tensor maskToken;
    private final Tensor decoderPositions;
    private final List<TransformerBlock> decoder = new ArrayList<>();
    private final LayerNorm decoderNorm;
    private final Linear predict;
    private final int patches;
    private final int patchSize;
    private final int visible;

    /**
     * @param settings size of the encoder
     * @param maskRatio fraction of hidden patches, in (0, 1)
     * @param w trainable weights; the decoder's names start with {@code decoder.}
     */
    public MaskedAutoencoder(SmallVit.Settings settings, double maskRatio, Weights w) {
        if (!(maskRatio > 0 && maskRatio < 1)) {
            throw new IllegalArgumentException(
                    "masked autoencoder: the mask ratio must be between 0 and 1, is " + maskRatio);
        }
        encoder = new SmallVit(settings, w);
        patches = settings.rows() * settings.bands();
        patchSize = settings.patchTime() * settings.patchMel();
        visible = Math.max(1, (int) Math.round(patches * (1 - maskRatio)));
        encoderPositions = SinCosPositions.sinCos(settings.rows(), settings.bands(), settings.dim());
        int dim = settings.dim() / 2;
        decoderEmbed = Linear.read(w, DECODER + "embed", dim, settings.dim());
        maskToken = w.tensor(DECODER + "mask_token", 1, 1, dim);
        decoderPositions = Tensor.of(SinCosPositions.sinCos(settings.rows(), settings.bands(), dim), 1, patches, dim)
                .freeze();
        for (int i = 0; i < DECODER_DEPTH; i++) {
            decoder.add(Vit.block(
                    TransformerBlock.Kind.PRE,
                    w,
                    DECODER + "blocks." + i,
                    dim,
                    Math.max(1, settings.heads() / 2),
                    4L * dim));
        }
        decoderNorm = LayerNorm.read(w, DECODER + "norm", dim, EPS);
        predict = Linear.read(w, DECODER + "predict", patchSize, dim);
    }

    /** The encoder being trained. */
    public SmallVit encoder() {
        return encoder;
    }

    /**
     * Mean squared error over the hidden patches.
     *
     * @param batch spectrograms from the encoder's front end
     * @param random chooses the hidden patches of each clip
     * @return a scalar
     */
    public Tensor loss(List<Spectrogram> batch, SplittableRandom random) {
        int n = batch.size();
        int dim = encoder.settings().dim();
        float[] visiblePatches = new float[n * visible * patchSize];
        float[] visiblePositions = new float[n * visible * dim];
        float[] target = new float[n * patches * patchSize];
        float[] hidden = new float[n * patches];
        int[] source = new int[n * patches];
        for (int b = 0; b < n; b++) {
            int first = b * patches;
            writePatches(batch.get(b), target, first * patchSize);
            Arrays.fill(source, first, first + patches, visible);
            Arrays.fill(hidden, first, first + patches, 1);
            int[] order = shuffle(random);
            for (int v = 0; v < visible; v++) {
                System.arraycopy(
                        target,
                        (first + order[v]) * patchSize,
                        visiblePatches,
                        (b * visible + v) * patchSize,
                        patchSize);
                System.arraycopy(encoderPositions, order[v] * dim, visiblePositions, (b * visible + v) * dim, dim);
                source[b * patches + order[v]] = v;
                hidden[b * patches + order[v]] = 0;
            }
        }
        Tensor seen = encoder.forwardVisible(
                Tensor.of(visiblePatches, n, visible, patchSize), Tensor.of(visiblePositions, n, visible, dim));
        Tensor prediction = decode(seen, Tensor.of(source, n, patches, 1));
        // Targets are normalized, so that loud patches do not dominate the loss.
        Tensor error =
                prediction.minus(Tensor.owning(target, n, patches, patchSize).layerNorm(null, null, EPS));
        Tensor masked = error.square().mean(-1).times(Tensor.of(hidden, n, patches));
        return masked.sum().times(1.0 / (n * (double) (patches - visible)));
    }

    /**
     * Decodes the whole grid from the visible tokens; {@code source} is each patch's index among them, or that of the
     * mask token.
     */
    private Tensor decode(Tensor seen, Tensor source) {
        Tensor x = decoderEmbed.apply(seen);
        long n = x.size(0);
        long dim = x.size(2);
        Tensor pool = Tensor.concat(1, x.slice(1, 1, visible), maskToken.expand(n, 1, dim));
        Tensor grid = pool.gather(1, source.expand(n, patches, dim)).plus(decoderPositions);
        Tensor y = Tensor.concat(1, x.slice(1, 0, 1), grid);
        for (TransformerBlock b : decoder) {
            y = b.apply(y);
        }
        return predict.apply(decoderNorm.apply(y)).slice(1, 1, patches);
    }

    private int[] shuffle(SplittableRandom random) {
        int[] order = new int[patches];
        for (int i = 0; i < patches; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    /** Writes {@code [patches, patchSize]} in the order of {@link org.unmute.models.vit.PatchEmbed#patches}. */
    private void writePatches(Spectrogram s, float[] out, int to) {
        SmallVit.Settings k = encoder.settings();
        int at = to;
        for (int t = 0; t < k.rows(); t++) {
            for (int f = 0; f < k.bands(); f++) {
                for (int i = 0; i < k.patchTime(); i++, at += k.patchMel()) {
                    System.arraycopy(
                            s.values(), (t * k.patchTime() + i) * s.bins() + f * k.patchMel(), out, at, k.patchMel());
                }
            }
        }
    }
}
