/**
 * Differentiable operations as records. Each checks shapes, computes its result, and computes its gradients. Start at
 * {@link org.unmute.tensor.op.Op}.
 */
package org.unmute.tensor.op;
