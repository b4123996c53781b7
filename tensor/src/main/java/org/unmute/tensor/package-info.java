/**
 * Tensors: {@link org.unmute.tensor.Tensor} with its operations, {@link org.unmute.tensor.Grad} for gradients, and
 * {@link org.unmute.tensor.TensorScope}, which releases tensors computed inside it.
 */
package org.unmute.tensor;
