package org.unmute.tensor.optim;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/** Gradients of a loss by parameter name. Immutable. */
public final class Gradients {
    private final Map<String, Tensor> byName;

    private Gradients(Map<String, Tensor> byName) {
        this.byName = Collections.unmodifiableMap(byName);
    }

    /** The gradients of a scalar loss; zeros for a parameter that the loss does not depend on. */
    public static Gradients of(Tensor loss, Map<String, Tensor> parameters) {
        Grad grad = Grad.of(loss);
        Map<String, Tensor> g = new LinkedHashMap<>();
        parameters.forEach((name, p) -> g.put(name, grad.wrt(p)));
        return new Gradients(g);
    }

    /** Wraps gradients that were computed elsewhere. */
    public static Gradients of(Map<String, Tensor> byName) {
        return new Gradients(new LinkedHashMap<>(byName));
    }

    /**
     * The gradient of one parameter, in its shape.
     *
     * @throws IllegalArgumentException if there is no gradient of that name
     */
    public Tensor get(String name) {
        Tensor g = byName.get(name);
        if (g == null) {
            throw new IllegalArgumentException(
                    "gradients: none for parameter " + name + ": there are " + byName.keySet());
        }
        return g;
    }

    /** All gradients by name. */
    public Map<String, Tensor> byName() {
        return byName;
    }

    /** Euclidean norm of all gradients together. */
    public double norm() {
        double sum = 0;
        try (TensorScope _ = new TensorScope()) {
            for (Tensor g : byName.values()) {
                sum += g.square().sum().item();
            }
        }
        return Math.sqrt(sum);
    }

    /**
     * Scales all gradients by {@code min(1, limit / (norm + 1e-6))}, as torch's {@code clip_grad_norm_} does, so that
     * their norm is at most {@code limit}. A NaN norm makes all gradients NaN.
     */
    public Gradients clipped(double limit) {
        if (!(limit > 0)) {
            throw new IllegalArgumentException("gradients: the norm's limit must be above 0, is " + limit);
        }
        double scale = Math.min(1, limit / (norm() + 1e-6));
        if (scale == 1) {
            return this;
        }
        // Not in place: two parameters may share one gradient tensor.
        Map<String, Tensor> scaled = new LinkedHashMap<>();
        Grad.withoutRecording(() -> {
            byName.forEach((name, g) -> scaled.put(name, g.times(scale)));
            return null;
        });
        return new Gradients(scaled);
    }
}
