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
}
