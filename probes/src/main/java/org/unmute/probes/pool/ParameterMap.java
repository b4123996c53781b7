package org.unmute.probes.pool;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;

/** Given parameters and buffers of a probe. A probe takes them one by one, and their shapes are checked. */
public final class ParameterMap {
    private final String probe;
    private final Map<String, Tensor> values;
    private final Set<String> left;

    ParameterMap(String probe, Map<String, Tensor> values) {
        this.probe = probe;
        this.values = values;
        this.left = new LinkedHashSet<>(values.keySet());
    }

    /**
     * Takes a parameter of this shape: {@code take("b", 3)} returns a vector of three numbers.
     *
     * @throws IllegalArgumentException if it is missing or has another shape
     */
    public Tensor take(String name, long... shape) {
        Tensor t = find(name);
        if (!t.shape().equals(Shape.of(shape))) {
            throw new IllegalArgumentException("probe " + probe + ": parameter " + name + " must be " + Shape.of(shape)
                    + ", its shape is " + t.shape());
        }
        return t;
    }

    /**
     * Takes a parameter whose sizes are not known in advance.
     *
     * @param rank number of axes
     * @throws IllegalArgumentException if it is missing or has another rank
     */
    public Tensor takeWithRank(String name, int rank) {
        Tensor t = find(name);
        if (t.rank() != rank) {
            throw new IllegalArgumentException("probe " + probe + ": parameter " + name + " must have " + rank
                    + " axes, its shape is " + t.shape());
        }
        return t;
    }

    /**
     * Takes a buffer of this shape, which gets no gradient.
     *
     * @throws IllegalArgumentException if it is missing or has another shape
     */
    public Tensor takeBuffer(String name, long... shape) {
        return take(name, shape).detach();
    }

    private Tensor find(String name) {
        Tensor t = values.get(name);
        if (t == null) {
            throw new IllegalArgumentException(
                    "probe " + probe + ": parameter " + name + " is missing; there are " + values.keySet());
        }
        left.remove(name);
        return t.requiresGradient() && t.origin() == null ? t : t.parameter();
    }

    /** @throws IllegalArgumentException if an entry was not taken */
    void requireAllTaken() {
        if (!left.isEmpty()) {
            throw new IllegalArgumentException("probe " + probe + ": has no parameter " + String.join(", ", left));
        }
    }
}
