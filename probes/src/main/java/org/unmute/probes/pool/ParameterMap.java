package org.unmute.probes.pool;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;

/** Given parameters of a probe, handed out one by one with their shapes checked; all must be taken. */
final class ParameterMap {
    private final String probe;
    private final Map<String, Tensor> values;
    private final Set<String> left;

    ParameterMap(String probe, Map<String, Tensor> values) {
        this.probe = probe;
        this.values = values;
        this.left = new LinkedHashSet<>(values.keySet());
    }

    /** A parameter of a given number of axes. */
    Tensor take(String name, int rank) {
        Tensor t = find(name);
        if (t.rank() != rank) {
            throw new IllegalArgumentException("probe " + probe + ": parameter " + name + " must have " + rank
                    + " axes, its shape is " + t.shape());
        }
        return t;
    }

    /** A parameter of a given shape. */
    Tensor take(String name, long... shape) {
        Tensor t = find(name);
        if (!t.shape().equals(Shape.of(shape))) {
            throw new IllegalArgumentException("probe " + probe + ": parameter " + name + " must be " + Shape.of(shape)
                    + ", its shape is " + t.shape());
        }
        return t;
    }

    /** A buffer of a given shape: takes no gradient. */
    Tensor buffer(String name, long... shape) {
        return take(name, shape).detach();
    }

    /** Whether there is one of this name. */
    boolean has(String name) {
        return values.containsKey(name);
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

    /** @throws IllegalArgumentException if one was not asked for */
    void done() {
        if (!left.isEmpty()) {
            throw new IllegalArgumentException("probe " + probe + ": has no parameter " + String.join(", ", left));
        }
    }
}
