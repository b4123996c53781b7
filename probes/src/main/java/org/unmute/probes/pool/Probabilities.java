package org.unmute.probes.pool;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * From logits to scores in [0, 1] without a backend: in float64, rounded to float32 in the end. So score a packed probe
 * and an encoder's own head; a {@link TrainedProbe} takes its backend's functions, which may differ in the last bits.
 */
public final class Probabilities {
    private Probabilities() {}

    /** The sigmoid of each of one clip's logits, {@code [classes]}. */
    public static float[] sigmoid(float[] logits) {
        float[] out = new float[logits.length];
        for (int c = 0; c < out.length; c++) {
            out[c] = (float) (1 / (1 + Math.exp(-logits[c])));
        }
        return out;
    }

    /** The softmax of one clip's logits, {@code [classes]}. */
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

    /** Scores by the names of their classes, in order. */
    static Map<String, Float> byClass(List<String> classes, float[] scores) {
        Map<String, Float> named = new LinkedHashMap<>();
        for (int i = 0; i < scores.length; i++) {
            named.put(classes.get(i), scores[i]);
        }
        return named;
    }
}
