package org.unmute.models.vit;

import org.unmute.tensor.Tensor;

/**
 * Where a model's tensors come from, by name: a checkpoint (frozen) or an initialiser (trainable). Models are built the
 * same way from both.
 */
public interface Weights {
    /**
     * The tensor of that name.
     *
     * @param shape the shape it must have
     * @throws IllegalArgumentException if there is none or its shape differs; names the tensor and both shapes
     */
    Tensor tensor(String name, long... shape);

    /**
     * The weight {@code [out, in]} of a linear map, which may be kept in the form in which it is multiplied with: for
     * one that is used as it is, not joined with others.
     */
    default Tensor linearWeight(String name, long out, long in) {
        return tensor(name, out, in);
    }

    /** Whether there is a tensor of that name; an initialiser has all. */
    boolean has(String name);

    /** The same with a prefix before every name. */
    default Weights under(String prefix) {
        Weights outer = this;
        return new Weights() {
            @Override
            public Tensor tensor(String name, long... shape) {
                return outer.tensor(prefix + name, shape);
            }

            @Override
            public Tensor linearWeight(String name, long out, long in) {
                return outer.linearWeight(prefix + name, out, in);
            }

            @Override
            public boolean has(String name) {
                return outer.has(prefix + name);
            }
        };
    }
}
