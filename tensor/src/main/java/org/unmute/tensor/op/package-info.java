/**
 * Differentiable operations as records. Each checks shapes, computes its result, and computes its gradients. Start at
 * {@link org.unmute.tensor.op.Op}.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.tensor.op;

import org.jspecify.annotations.NullMarked;
