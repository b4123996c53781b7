package org.unmute.models.vit;

import org.unmute.tensor.Tensor;

/**
 * The tensors of a model by name: from a checkpoint (frozen) or an initializer (trainable).
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
     * The weight {@code [out, in]} of a linear map, which may be stored packed for the product; for a map that is not
     * packed with others.
     */
    default Tensor linearWeight(String name, long out, long in) {
        return tensor(name, out, in);
    }

    /** Whether there is a tensor of that name; an initializer has all. */
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
