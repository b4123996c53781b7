/**
 * Tensors: {@link org.unmute.tensor.Tensor} with its operations, {@link org.unmute.tensor.Grad} for gradients, and
 * {@link org.unmute.tensor.TensorScope}, which releases tensors computed inside it.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.tensor;

import org.jspecify.annotations.NullMarked;
