package org.unmute.probes.pool;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Converts logits to scores in [0, 1] without a backend: in float64, rounded to float32 at the end. Packed probes and
 * the heads of encoders use it. A {@link TrainedProbe} uses the functions of its backend, which may differ in the last
 * bits.
 */
public final class Probabilities {
    private Probabilities() {}

    /** The sigmoid of each logit of a clip, {@code [classes]}. */
    public static float[] sigmoid(float[] logits) {
        float[] out = new float[logits.length];
        for (int c = 0; c < out.length; c++) {
            out[c] = (float) (1 / (1 + Math.exp(-logits[c])));
        }
        return out;
    }

    /** The softmax of the logits of a clip, {@code [classes]}. */
    public static float[] softmax(float[] logits) {
        double max = Double.NEGATIVE_INFINITY;
        for (float x : logits) {
            max = Math.max(max, x);
        }
        double sum = 0;
        for (float x : logits) {
            sum += Math.exp(x - max);
        }
        float[] out = new float[logits.length];
        for (int c = 0; c < out.length; c++) {
            out[c] = (float) (Math.exp(logits[c] - max) / sum);
        }
        return out;
    }

    /** Scores by class name, in order. */
    static Map<String, Float> byClass(List<String> classes, float[] scores) {
        Map<String, Float> named = new LinkedHashMap<>();
        for (int i = 0; i < scores.length; i++) {
            named.put(classes.get(i), scores[i]);
        }
        return named;
    }
}
