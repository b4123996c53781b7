package org.unmute.models.vit;

import org.unmute.tensor.Tensor;

/** The tensors of a model by name, from a checkpoint (frozen) or an initializer (trainable). */
public interface Weights {
    /**
     * The tensor with that name.
     *
     * @param shape the shape it must have
     * @throws IllegalArgumentException if there is no such tensor or its shape differs; the message names the tensor
     *     and both shapes
     */
    Tensor tensor(String name, long... shape);

    /**
     * The weight {@code [out, in]} of a linear map. It may be stored packed for matrix products, so this is for maps
     * that are not concatenated with others.
     */
    default Tensor linearWeight(String name, long out, long in) {
        return tensor(name, out, in);
    }

    /** Whether there is a tensor with that name; initializers have every name. */
    boolean has(String name);
}
