package org.unmute.cli.verify;

import java.util.Locale;
import java.util.Map;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.frontend.Spectrogram;

/** Guesses the cause of a difference from the first tensor that differs. */
public final class LikelyCause {
    /** Common causes that precede the network. */
    static final String FRONT_END =
            "the front end: sample rate or resampling, scale of the waveform, filter bank, padding, or normalisation "
                    + "(--frames, --norm, --norm-mean, --norm-std, --encoder-rate, --front-end)";

    private static final double CLOSE = 2e-3;

    private LikelyCause() {}

    static String ofFrontEnd(Spectrogram own, ReferenceFeatures.Stored fbank, EncoderSpec spec) {
        long[] sizes = TensorComparison.squeezed(fbank.shape());
        if (sizes.length == 2 && sizes[0] != own.frames() && sizes[1] == own.bins()) {
            return "the length of the window: the reference has " + sizes[0] + " frames, here are " + own.frames()
                    + ": --frames " + sizes[0] + ", if the reference was padded or cut so";
        }
        if (fbank.values().length != own.values().length) {
            return FRONT_END;
        }
        String scaled = otherNormalisation(own, fbank, spec.input().settings());
        if (scaled != null) {
            return scaled;
        }
        int bins = own.bins();
        int bad = -1;
        for (int i = 0; i < own.values().length; i++) {
            if (Math.abs(own.values()[i] - fbank.values()[i]) > CLOSE * 5) {
                bad = i / bins;
                break;
            }
        }
        return bad > own.frames() / 10 && bad > 8
                ? "frames before " + bad + " agree, from there on they differ: padding of a clip shorter than the "
                        + "window (value, or before against after normalising), or another length of the recording"
                : FRONT_END;
    }

    /**
     * Fits the reference as a linear function of our values. A good fit means that the reference was normalised with
     * other statistics, which follow from the fit.
     */
    private static String otherNormalisation(
            Spectrogram own, ReferenceFeatures.Stored fbank, Map<String, Object> settings) {
        float[] x = own.values();
        float[] y = fbank.values();
        double mx = mean(x);
        double my = mean(y);
        double xx = 0;
        double xy = 0;
        for (int i = 0; i < x.length; i++) {
            xx += (x[i] - mx) * (x[i] - mx);
            xy += (x[i] - mx) * (y[i] - my);
        }
        double a = xy / xx;
        double b = my - a * mx;
        double rest = 0;
        for (int i = 0; i < x.length; i++) {
            rest += Math.abs(y[i] - a * x[i] - b) / x.length;
        }
        if (!(a > 0)
                || !(rest < CLOSE * Math.max(a, 1e-3))
                || !(settings.get("mean") instanceof Number mean)
                || !(settings.get("std") instanceof Number std)) {
            return null;
        }
        // With ours = (e - m) / 2s and reference = a * ours + b, the reference is (e - m') / 2s', where s' = s / a and
        // m' = m - 2 s' b.
        double otherStd = std.doubleValue() / a;
        double otherMean = mean.doubleValue() - 2 * otherStd * b;
        return String.format(
                Locale.ROOT,
                "the normalisation: the reference looks as if made with mean %.4f and standard deviation %.4f, here"
                        + " they are %s and %s: try --norm-mean %.4f --norm-std %.4f",
                otherMean,
                otherStd,
                mean,
                std,
                otherMean,
                otherStd);
    }

    private static double mean(float[] values) {
        double sum = 0;
        for (float v : values) {
            sum += v;
        }
        return sum / values.length;
    }

    static String ofNetwork(
            String name,
            TensorComparison d,
            float[] values,
            ReferenceFeatures.Stored stored,
            EncoderSpec spec,
            ReferenceFeatures reference) {
        if (d.sizesDiffer()) {
            return "other sizes: another length of window (--frames), another model, or another layout of the tensor";
        }
        if (otherOrder(d, values, stored, spec)) {
            return "the order of the tokens: the reference agrees if it is read with time and frequency exchanged";
        }
        String place = ofName(name, spec);
        boolean fbank = reference.tensors().containsKey("fbank");
        boolean early =
                reference.tensors().keySet().stream().anyMatch(n -> n.equals("patch_embed") || n.startsWith("block."));
        if (early) {
            return place + (fbank ? "" : "; or " + FRONT_END);
        }
        return "the reference holds nothing from inside the network, so the place cannot be told: export fbank,"
                + " patch_embed and block.0, block.1, ... too; suspects are another checkpoint (fine-tuned, moving"
                + " average), the number of heads (--heads)"
                + (fbank ? "" : ", and " + FRONT_END);
    }

    private static String ofName(String name, EncoderSpec spec) {
        if (name.startsWith("patch_embed")) {
            return "the patch embedding: another checkpoint, or time and frequency exchanged in its input";
        }
        if (name.contains("pos") || name.startsWith("tokens_with")) {
            return "positions or class token: other position table, its order, or whether the class token has a"
                    + " position";
        }
        if (name.contains("norm") && !name.startsWith("block")) {
            return "a normalisation before the first block: there or not, its epsilon";
        }
        if (name.equals("block.0") || name.endsWith(".block.0")) {
            return "the first block: number of heads (--heads), norms before or after the sums, an epsilon, relative"
                    + " positions (--config), or other weights";
        }
        if (name.contains("block.")) {
            return "the weights of this block, as blocks before it agree: another checkpoint (student, teacher, moving"
                    + " average), or a damaged file";
        }
        return switch (name) {
            case "final_tokens", "patch_tokens" -> "what follows the last block: the final norm, there or not";
            case "cls", "dist" -> "which token is the class token, as the tokens agree";
            case "token_map", "token_map_time_freq" -> "the order of the tokens in the map, as the tokens agree";
            case "logits", "probs" ->
                "the head: what is pooled (class token or mean), its norm's epsilon, or "
                        + spec.classes().size() + " other classes";
            default -> "this step of the network, as those before it agree";
        };
    }

    /** Whether the patch tokens agree after swapping time and frequency. */
    private static boolean otherOrder(
            TensorComparison d, float[] values, ReferenceFeatures.Stored stored, EncoderSpec spec) {
        int dim = spec.dim();
        int freq = spec.freq();
        int tokens = values.length / dim;
        int extra = tokens % freq == 0 ? 0 : spec.grid().extraTokens();
        int time = (tokens - extra) / freq;
        if (stored.rows() != null
                || values.length != stored.values().length
                || values.length % dim != 0
                || freq == 1
                || time == 1
                || extra + time * freq != tokens) {
            return false;
        }
        for (int[] sides : new int[][] {{time, freq}, {freq, time}}) {
            double worst = 0;
            for (int i = 0; i < time * freq; i++) {
                int other = i % sides[1] * sides[0] + i / sides[1];
                worst = Math.max(worst, far(values, (extra + i) * dim, stored.values(), (extra + other) * dim, dim));
            }
            if (worst <= d.tolerance()) {
                return true;
            }
        }
        return false;
    }

    private static double far(float[] a, int from, float[] b, int to, int count) {
        double worst = 0;
        for (int i = 0; i < count; i++) {
            double d = Math.abs(a[from + i] - b[to + i]) / Math.max(1, Math.abs(b[to + i]));
            worst = Double.isNaN(d) ? Double.POSITIVE_INFINITY : Math.max(worst, d);
        }
        return worst;
    }
}
